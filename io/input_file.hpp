// A regular file, opened for reading without ever blocking, and what can be said about it before a format is
// known.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tauvox::io {

/// What two openings of one file that has not changed have in common.
struct FileIdentity {
  std::uint64_t inode = 0, size = 0;
  std::int64_t modified_ns = 0;
  bool operator==(const FileIdentity&) const = default;
};

/// Owns a descriptor of a non-empty regular file.
class InputFile {
 public:
  /// @throws Error(input_refused) for a path that is missing (with the nearest names), not a regular file,
  ///         not readable, or empty.
  explicit InputFile(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::string& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  int descriptor() const { return descriptor_; }

  /// Reads up to `bytes` at `offset`; returns how many there were.
  /// @throws Error(input_refused) on an I/O error, with errno's text.
  std::size_t read_at(std::uint64_t offset, void* out, std::size_t bytes) const;

  /// @throws Error(input_refused) when size or modification time differ from those at opening.
  void check_unchanged() const;

  FileIdentity identity() const { return {inode_, size_, modified_ns_}; }

 private:
  std::string path_;
  std::uint64_t size_ = 0, inode_ = 0;
  std::int64_t modified_ns_ = 0;
  int descriptor_ = -1;
};

/// SHA-256 of the bytes of files, one after another.
class Digest {
 public:
  Digest();
  ~Digest();
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;
  /// @param stop ends it early where it becomes true; the digest is of no use then
  void add(const InputFile& file, const std::atomic<bool>* stop = nullptr);
  /// 64 hexadecimal digits; "" in a build without OpenSSL. Call once.
  std::string text();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

bool is_folder(const std::string& path);

/// The file or folder below which all lies that reading `path` opens: itself; of a header whose voxels may
/// stand in a file beside it the folder, that of the file it leads to where it is a link. In
/// io/reading_paths.cpp.
/// @throws Error(input_refused) for what is neither a file nor a folder, as InputFile does
std::string root_of_reading(const std::string& path);
/// The files that reading `path` may read: itself and the file of voxels that it names as a header, where
/// that is there; or the files of a folder. Of a header no more than its text is read.
/// @throws Error(input_refused) as root_of_reading, and for a folder that cannot be listed
std::vector<std::string> files_of_reading(const std::string& path);

/// The whole of a small text file, such as a study.
/// @throws Error(input_refused) as InputFile does, and beyond `most_bytes`
std::string read_text(const std::string& path, std::uint64_t most_bytes = 1 << 20);

/// What the first bytes say: "HDF5", "TIFF", "PNG image", "gzip archive", ..., or "unknown bytes 1f 9d 90
/// ...".
std::string recognise(const InputFile& file);

/// How to come from a kind that is not read to one that is, by the program that wrote it; "" where nothing is
/// known.
std::string export_route(const std::string& kind);

}  // namespace tauvox::io
