// Connected clusters of conducting voxels, and which outer faces each touches.
//
// Union-find with atomic minima (Playne & Hawick 2018, doi 10.1109/TPDS.2018.2799216, is the GPU relative):
// the root of a cluster is its first voxel in memory order, so numbers and answers do not depend on threads
// or device. Bytes per voxel while it exists: 8.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "kernels/field.hpp"

namespace tauvox {

/// Neighbours that count as connected: faces only, or faces, edges and corners.
enum class Connectivity { faces_6, all_26 };

struct Clusters {
  Buffer<std::int64_t> number;  // per voxel, [z][y][x] without halo: 0 = does not conduct, else 1, 2, ...
  std::vector<std::int64_t> voxels;  // per cluster; entry 0 is cluster 1
  std::vector<std::uint32_t>
      touches;  // per cluster, bit 2*axis: the face before the first layer; +1: behind the last

  std::int64_t count() const { return static_cast<std::int64_t>(voxels.size()); }
  bool spans(std::int64_t cluster, Axis axis) const {
    const std::uint32_t both = 3u << (2 * static_cast<int>(axis));
    return (touches[static_cast<std::size_t>(cluster)] & both) == both;
  }
};

/// Clusters of the voxels whose class is conducting (first_conducting_class and above).
/// @param joined sides across these axes (z, y, x) are neighbours of each other
Clusters find_clusters(const Field<std::uint8_t>& classes, Connectivity connectivity,
                       const std::array<bool, 3>& joined = {});

/// Makes every voxel whose cluster does not span `axis` a wall; returns the voxels left.
std::int64_t keep_spanning(Field<std::uint8_t>& classes, const Clusters& clusters, Axis axis);

}  // namespace tauvox
