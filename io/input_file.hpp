// A regular file, opened for reading without ever blocking, and what can be said about it before a format is
// known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace tauvox::io {

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

  /// SHA-256 of all bytes as 64 hexadecimal digits; "" in a build without OpenSSL.
  std::string sha256() const;

 private:
  std::string path_;
  std::uint64_t size_ = 0;
  std::int64_t modified_ns_ = 0;
  int descriptor_ = -1;
};

/// The whole of a small text file, such as a study.
/// @throws Error(input_refused) as InputFile does, and beyond `most_bytes`
std::string read_text(const std::string& path, std::uint64_t most_bytes = 1 << 20);

/// What the first bytes say: "HDF5", "TIFF", "PNG image", "gzip archive", ..., or "unknown bytes 1f 9d 90
/// ...".
std::string recognise(const InputFile& file);

}  // namespace tauvox::io
