// Which clusters lie beside voxels of a code.
#pragma once

#include "kernels/volume/clusters.hpp"
#include "kernels/volume/codes.hpp"

namespace tauvox {

inline constexpr std::uint32_t touches_marked = 1u << 6;
/// Adds touches_marked to the clusters with a voxel that shares a face with one of this code.
/// @param clusters those of `runs`, which hold no voxel of the code
void mark_beside(Clusters& clusters, const Runs& runs, const Codes& codes, std::int64_t code);

}  // namespace tauvox
