// LERC in a TIFF: whether a block was stored with an error.
#pragma once

#include <tiffio.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace tauvox::io {

/// Does nothing for other compressions.
/// @param block strip or tile of the current page
/// @param page  counted from 1, for the message
/// @throws Error(input_invalid) where the values may differ from what was compressed, or where that cannot be
/// told.
void refuse_lossy_lerc(TIFF* tiff, std::uint32_t block, const std::string& path, std::size_t page);

}  // namespace tauvox::io
