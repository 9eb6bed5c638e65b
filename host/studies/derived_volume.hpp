// A volume that is made of another: a part of it, a coarser copy, one with a boundary moved.
#pragma once

#include <utility>
#include <variant>

#include "kernels/volume/volume.hpp"

namespace tauvox {

/// Of the same labels, counted anew, with voxels of the same size.
/// @param codes_of called with the codes of `from`; the codes of the new volume, as a vector of the same type
template <class F>
Volume derived_volume(const Volume& from, const Extent& extent, const F& codes_of) {
  Volume to;
  to.extent = extent;
  to.voxel_size = from.voxel_size;
  to.voxel_ratio = from.voxel_ratio;
  to.path = from.path;
  to.labels = from.labels;
  to.outside = from.outside;
  std::vector<std::int64_t> voxels(from.codes_there_are());
  std::visit(
      [&](const auto& codes) {
        auto made = codes_of(codes);
        for (const auto code : made) ++voxels[code];
        to.codes = std::move(made);
      },
      from.codes);
  for (std::size_t code = 0; code < to.labels.size(); ++code) to.labels[code].voxels = voxels[code];
  if (to.outside) to.outside->voxels = voxels.back();
  return to;
}

}  // namespace tauvox
