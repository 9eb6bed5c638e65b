// Connected clusters of the voxels of a set, and which outer faces each touches.
//
// Union-find over runs of voxels along x, with atomic minima (Playne & Hawick 2018,
// doi 10.1109/TPDS.2018.2799216, is the GPU relative for voxels): the root of a cluster is its first run in
// memory order, so numbers and answers do not depend on threads or device.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "kernels/volume/runs.hpp"

namespace tauvox {

/// Bytes: 8 a run on the device, 12 a cluster on the host, and 20 while corners join them.
struct Clusters {
  Buffer<std::int64_t> number;         // per run: its cluster, 0, 1, ... in memory order of their first runs
  std::vector<std::int64_t> voxels;    // per cluster
  std::vector<std::uint32_t> touches;  // per cluster, bit 2*axis: the face before the first layer; +1: behind
                                       // the last; 6: see beside.hpp

  std::int64_t count() const { return static_cast<std::int64_t>(voxels.size()); }
  bool spans(std::int64_t cluster, Axis axis) const {
    const std::uint32_t both = 3u << (2 * static_cast<int>(axis));
    return (touches[static_cast<std::size_t>(cluster)] & both) == both;
  }
  /// What the device lends for them, and meanwhile to find them.
  static std::int64_t bytes(std::int64_t runs);
  static std::int64_t bytes_to_find(const Extent& extent, std::int64_t runs, std::int64_t clusters);
  /// What the host holds of so many, with those that corners join and their roots.
  static std::int64_t host_bytes(std::int64_t clusters) { return 32 * clusters; }
  /// Voxels of the clusters that span `axis`, and of the largest cluster.
  std::int64_t spanning_voxels(Axis axis) const;
  std::int64_t largest() const;
};

/// Clusters of voxels that share faces.
/// @param joined sides across these axes (z, y, x) are neighbours of each other
Clusters find_clusters(const Runs& runs, const std::array<bool, 3>& joined = {});

/// Those clusters joined where edges and corners connect them as well: the first of each has them all, the
/// others have nothing. Without the numbers of the runs.
/// @param faces of these runs and sides
Clusters joined_at_corners(const Runs& runs, const Clusters& faces, const std::array<bool, 3>& joined = {});

/// 1 for every cluster that reaches from the first to the last layer of `axis`, 0 for the others.
std::vector<std::uint8_t> spanning(const Clusters& clusters, Axis axis);

/// The voxels of those clusters for which `keep` is not 0.
/// @param clusters those of `runs`
Unknowns voxels_of(const Runs& runs, const Clusters& clusters, const std::vector<std::uint8_t>& keep);

}  // namespace tauvox
