// The directory of a zip file, read strictly: what does not agree with itself is refused. Internal to io/.
#pragma once

#include <string>
#include <vector>

#include "io/byte_source.hpp"

namespace tauvox::io {

struct ZipEntry {
  std::string name;
  StoredBytes bytes;  // packing none or deflate, with its checksum
};

/// Files in it, as its central directory and each one's own header agree to say.
/// @throws Error(input_refused) for damaged and encrypted files, entries that overlap, other compressions,
///         more entries than are read
std::vector<ZipEntry> zip_directory(const InputFile& file);

}  // namespace tauvox::io
