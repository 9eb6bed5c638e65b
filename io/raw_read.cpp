// Bare voxels: z slowest, x fastest, nothing else in the file but an optional header.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "io/array.hpp"
#include "io/formats.hpp"

namespace tauvox::io {
namespace {

/// What would make the size right: another type, a header, another length of one axis.
std::string nearest_layouts(std::uint64_t size, const std::array<std::int64_t, 3>& shape, Element element,
                            std::uint64_t header, std::int64_t voxels) {
  std::vector<std::string> ideas;
  const std::uint64_t count = static_cast<std::uint64_t>(voxels), bytes = info(element).bytes;
  const std::uint64_t body = size > header ? size - header : 0;
  if (body > 0 && body % count == 0 && body / count <= 8 && std::has_single_bit(body / count))
    ideas.push_back(fmt::format("{} bits per voxel would fit: another --dtype", 8 * body / count));
  for (int axis = 0; axis < 3; ++axis) {
    const std::uint64_t layer = count / static_cast<std::uint64_t>(shape[axis]) * bytes;
    if (body == 0 || body % layer != 0) continue;
    auto other = shape;
    other[axis] = static_cast<std::int64_t>(body / layer);
    ideas.push_back(fmt::format("--shape {},{},{} would fit", other[0], other[1], other[2]));
  }
  const std::uint64_t held = body / bytes;
  if (const auto edge = static_cast<std::uint64_t>(std::llround(std::cbrt(static_cast<double>(held))));
      edge > 1 && edge * edge * edge * bytes == body && ideas.empty())
    ideas.push_back(fmt::format("--shape {0},{0},{0} would fit", edge));
  if (const std::uint64_t needed = count * bytes; size > needed && size - needed <= 65536)
    ideas.push_back(fmt::format("--header-bytes {} would fit", size - needed));
  std::string text;
  for (const std::string& idea : ideas) text += (text.empty() ? "" : "; ") + idea;
  return text.empty() ? "check --shape (z,y,x), --dtype and --header-bytes" : text;
}

}  // namespace

std::unique_ptr<VolumeSource> open_raw(const InputFile& file, const ReadOptions& options) {
  if (options.dtype.empty())
    throw Error(ExitCode::usage, "a raw file needs a type", "--dtype", "", "one of " + element_names());
  const auto element = element_named(options.dtype);
  if (!element)
    throw Error(ExitCode::usage, "unknown type", "--dtype", "it is \"" + options.dtype + "\"",
                "one of " + element_names());
  if (options.byte_order != "little" && options.byte_order != "big")
    throw Error(ExitCode::usage, "unknown byte order", "--byte-order", "it is \"" + options.byte_order + "\"",
                "little or big");
  if (options.header_bytes < 0)
    throw Error(ExitCode::usage, "header cannot be negative", "--header-bytes",
                fmt::format("it is {}", options.header_bytes), "give the number of bytes to skip");

  const auto& shape = *options.shape;
  const Extent extent = make_extent(shape, file.path());
  const auto header = static_cast<std::uint64_t>(options.header_bytes);
  std::uint64_t expected = 0;
  if (__builtin_mul_overflow(static_cast<std::uint64_t>(extent.voxels()), info(*element).bytes, &expected) ||
      __builtin_add_overflow(expected, header, &expected))
    throw Error(ExitCode::input_invalid, "volume is too large to count", file.path(),
                fmt::format("{} of {} exceed 2^64 bytes", to_string(extent), options.dtype), "check --shape");
  if (expected != file.size())
    throw Error(ExitCode::input_invalid, "file size does not match the shape", file.path(),
                fmt::format("{} of {}{} are {} bytes, the file has {}", to_string(extent), options.dtype,
                            header ? fmt::format(" and a header of {}", header) : "", expected, file.size()),
                nearest_layouts(file.size(), shape, *element, header, extent.voxels()));
  return open_embedded_raw(file, header, extent, *element, options.byte_order == "big");
}

}  // namespace tauvox::io
