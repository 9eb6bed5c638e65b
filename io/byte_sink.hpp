// The opposite of a ByteSource: bytes on their way into a file, as they are or deflated. Internal to io/.
#pragma once

#include <cstddef>
#include <memory>

#include "io/field_arrays.hpp"
#include "io/output.hpp"

namespace tauvox::io {

#ifdef TAUVOX_HAVE_ZLIB
inline constexpr bool can_deflate = true;
#else
inline constexpr bool can_deflate = false;
#endif

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual void write(const void* bytes, std::size_t count) = 0;
  /// The end of what is deflated.
  virtual void finish() {}
};

enum class Wrapping { none, zlib, gzip };

/// @param file outlives the result, which writes behind what it holds
/// @pre can_deflate, or `wrapping` is none
std::unique_ptr<ByteSink> open_sink(CheckedFile& file, Wrapping wrapping);

/// The voxels, z slowest, little-endian.
void write_slabs(ByteSink& sink, const FieldArray& labels, const Extent& extent);

/// In io/zlib_deflate.cpp
std::unique_ptr<ByteSink> open_deflating_sink(CheckedFile& file, bool gzip);

}  // namespace tauvox::io
