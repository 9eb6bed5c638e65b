// Bytes of an array inside a file: as they stand there, or unpacked on the way. Internal to io/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "io/input_file.hpp"

namespace tauvox::io {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills `out` with the bytes from `offset` on; quick where calls go forward.
  /// @throws Error(input_refused) where the file does not deliver them
  virtual void read(std::uint64_t offset, void* out, std::size_t bytes) = 0;
  /// Called when all that is wanted was read: what the file says of all its bytes is held against them.
  /// @throws Error(input_refused)
  virtual void finish() {}
};

enum class Packing {
  none,
  gzip,    // gzip or zlib, as its first bytes say, in one or several members
  deflate  // bare
};

/// Where bytes stand in a file, and how many they are when they are unpacked.
struct StoredBytes {
  std::uint64_t offset = 0, stored = 0;
  Packing packing = Packing::none;
  std::uint64_t unpacked = 0;
  std::optional<std::uint32_t> crc{};  // of the unpacked bytes, where the container has one
};

/// @param file outlives the result
/// @throws Error(input_refused) where so many bytes cannot be unpacked from those that are stored, before
///         memory is taken for them; and in a build without zlib for what is packed
std::unique_ptr<ByteSource> open_bytes(const InputFile& file, const StoredBytes& where);

/// The first bytes of a gzip file, unpacked: at most `bytes`; fewer where there are none or it is damaged.
std::string first_unpacked(const InputFile& file, std::size_t bytes);

// In io/zlib_inflate.cpp
std::unique_ptr<ByteSource> open_packed_bytes(const InputFile& file, const StoredBytes& where);
std::uint32_t crc_of(const InputFile& file, std::uint64_t offset, std::uint64_t bytes);

}  // namespace tauvox::io
