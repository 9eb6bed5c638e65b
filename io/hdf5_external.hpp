// What an HDF5 file keeps in other files: behind links, in raw storage, in sources of virtual datasets. None
// is opened unless the user names the folder that they lie in. Included by io/hdf5_*.cpp only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "io/hdf5_handle.hpp"
#include "io/input_file.hpp"

namespace tauvox::io::hdf5 {

/// The files of one folder, and of those below it, that a file may name.
class ExternalFiles {
 public:
  /// @param folder empty: none may be read
  /// @throws Error(usage) where it is no folder
  explicit ExternalFiles(const std::string& folder);

  bool are_allowed() const { return !folder_.empty(); }
  /// Opened once, and kept so: what is hashed is what was read.
  /// @return null where it is not there, no regular file or not in the folder; `refusals` then says so
  const InputFile* open(const std::string& name);
  const std::vector<std::unique_ptr<InputFile>>& opened() const { return opened_; }
  std::uint64_t bytes() const;
  /// What was asked for and not opened, for messages.
  std::string refusals() const;

 private:
  std::string folder_;  // without links
  std::vector<std::unique_ptr<InputFile>> opened_;
  std::vector<std::string> canonical_;  // of each of them
  std::vector<std::string> refusals_;
};

/// Contiguous data that lie in files of their own.
class ExternalStorage {
 public:
  /// @param bytes of the whole dataset
  /// @throws Error(input_refused) where a file is missing, not allowed or shorter than its part
  ExternalStorage(hid_t creation, std::uint64_t bytes, const std::string& hdf5_path, const std::string& where,
                  ExternalFiles& files);
  void read(std::uint64_t at, void* out, std::size_t bytes) const;

 private:
  struct Part {
    const InputFile* file;
    std::uint64_t offset, begin, bytes;  // in the file; in the dataset
  };
  std::vector<Part> parts_;
};

/// Where HDF5 looks for a file that another one names, in its order: an absolute name as it is, then beside
/// the file; others beside the file, then in the folder of the process.
std::vector<std::string> places_of_other_file(const std::string& hdf5_path, const std::string& name);

}  // namespace tauvox::io::hdf5
