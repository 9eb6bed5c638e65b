// Volumes from elsewhere are read in a process of their own: what a damaged file does to a library ends that
// process, and is told. The codes come back in memory that both share.
#pragma once

#include <functional>
#include <string>

#include "host/settings/settings.hpp"

namespace tauvox {

/// The program, started once more with reader_word as its only argument, which reads the file of the
/// settings.
class ReaderProcess {
 public:
  /// Looks at the metadata.
  /// @throws what io::describe_volume throws; Error(input_refused) where the process ends otherwise
  explicit ReaderProcess(const Settings& settings);
  ~ReaderProcess();
  ReaderProcess(const ReaderProcess&) = delete;
  ReaderProcess& operator=(const ReaderProcess&) = delete;

  const io::VolumeDescription& description() const { return description_; }
  /// Other files that it names, which were opened: none but where --external-files allows them.
  const std::vector<std::string>& other_files() const { return other_files_; }
  /// Once.   @throws as above, for io::read_volume
  /// @param mask of the same extent as what is read: histograms count the voxels where it is not 0
  Volume read(const std::function<void(double)>& progress = {}, io::Read what = io::Read::labels,
              const Volume* mask = nullptr);

 private:
  bool start();
  void ask(const Settings& settings);
  LabelArray<std::uint8_t> counted_in(const Volume& mask) const;
  [[noreturn]] void refuse_end();
  void stop();
  void end();

  const std::string path_;
  const io::ReadOptions options_;
  io::VolumeDescription description_;
  std::vector<std::string> other_files_;
  int process_ = -1, socket_ = -1, narrow_ = -1, wide_ = -1, counted_ = -1;
};

/// Not in any help: only the program itself says it.
inline constexpr const char* reader_word = "--read-for-the-program";
/// What the process does.
int run_reader();

}  // namespace tauvox
