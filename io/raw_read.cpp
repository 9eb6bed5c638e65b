// Bare voxels: z slowest, x fastest, nothing else in the file but an optional header.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "io/formats.hpp"

namespace tauvox::io {
namespace {

template <class Word>
void swap_words(void* data, std::int64_t count) {
  auto* bytes = static_cast<unsigned char*>(data);
  for (std::int64_t i = 0; i < count; ++i, bytes += sizeof(Word)) std::reverse(bytes, bytes + sizeof(Word));
}

class RawSource final : public VolumeSource {
 public:
  RawSource(const InputFile& file, std::uint64_t offset, const Extent& extent, Element type, bool big_endian)
      : file_(file), offset_(offset), swap_(big_endian != (std::endian::native == std::endian::big)) {
    element = type;
    description.extent = extent;
    description.stored_type = info(type).name;
    if (info(type).bytes > 1) description.stored_type += big_endian ? " big-endian" : " little-endian";
  }

  void read(const Region& region, void* out) override {
    const Extent& extent = description.extent;
    const auto bytes = static_cast<std::int64_t>(info(element).bytes);
    const bool whole_rows = region.size(2) == extent.nx,
               whole_planes = whole_rows && region.size(1) == extent.ny;
    const std::int64_t rows = whole_planes ? region.size(0) * region.size(1)
                              : whole_rows ? region.size(1)
                                           : 1;
    auto* to = static_cast<unsigned char*>(out);
    const std::int64_t run = rows * region.size(2) * bytes;
    for (std::int64_t z = region.begin[0]; z < region.end[0]; z += whole_planes ? region.size(0) : 1)
      for (std::int64_t y = region.begin[1]; y < region.end[1];
           y += whole_rows ? region.size(1) : 1, to += run) {
        const std::int64_t voxel = (z * extent.ny + y) * extent.nx + region.begin[2];
        const std::uint64_t from = offset_ + static_cast<std::uint64_t>(voxel * bytes);
        if (file_.read_at(from, to, static_cast<std::size_t>(run)) != static_cast<std::size_t>(run))
          throw Error(ExitCode::input_refused, "file ends too early", file_.path(),
                      fmt::format("{} bytes from byte {} on are not there", run, from),
                      "copy or export it again");
      }
    if (!swap_) return;
    if (bytes == 2) swap_words<std::uint16_t>(out, region.voxels());
    if (bytes == 4) swap_words<std::uint32_t>(out, region.voxels());
    if (bytes == 8) swap_words<std::uint64_t>(out, region.voxels());
  }

 private:
  const InputFile& file_;
  std::uint64_t offset_;
  bool swap_;
};

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
  return std::make_unique<RawSource>(file, header, extent, *element, options.byte_order == "big");
}

std::unique_ptr<VolumeSource> open_embedded_raw(const InputFile& file, std::uint64_t offset,
                                                const Extent& extent, Element element, bool big_endian) {
  return std::make_unique<RawSource>(file, offset, extent, element, big_endian);
}

}  // namespace tauvox::io
