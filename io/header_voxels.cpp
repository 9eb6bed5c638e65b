#include "io/header_voxels.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "io/reading_paths.hpp"

namespace tauvox::io {

std::unique_ptr<VolumeSource> open_header_voxels(const InputFile& file, const TextHeader& header,
                                                 const StatedVoxels& stated, const ArrayLayout& layout,
                                                 const ReadOptions& options) {
  const std::string name = header.voxels_file();
  auto beside = name.empty() ? nullptr : open_beside(file, name);
  const InputFile& voxels = beside ? *beside : file;
  StoredBytes where{.offset = beside ? 0 : header.bytes(), .packing = stated.packing};
  const std::uint64_t all = bytes_of(layout, file.path()), left = voxels.size() - where.offset;
  if (stated.skipped == -1 && stated.packing == Packing::none)
    where.offset += left - std::min(all, left);
  else if (stated.skipped < 0 || static_cast<std::uint64_t>(stated.skipped) > left)
    header.refuse(fmt::format("{} is {}", stated.skip_name, stated.skipped));
  else
    where.offset += static_cast<std::uint64_t>(stated.skipped);
  where.stored = voxels.size() - where.offset;
  if (stated.stored && static_cast<std::uint64_t>(*stated.stored) != where.stored)
    header.refuse(
        fmt::format("{} is {}, {} bytes are there", stated.stored_name, *stated.stored, where.stored));
  return open_array(voxels, where, 0, layout, options, std::move(beside));
}

}  // namespace tauvox::io
