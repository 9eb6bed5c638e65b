// Which clusters come back to themselves where the opposite sides of a volume are joined, and how far away:
// winding vectors.
//
// A way through the repeated volume from a voxel to one of its copies has a winding vector: how often it
// crossed the sides across z, y and x. Where a cluster has no such way its pieces are islands in the repeated
// volume. Union-find over the clusters of the open volume, each with its offset (in volumes) from the root:
// only where sides meet can an offset change, so the voxels of the six sides are all that is looked at.
#pragma once

#include "kernels/volume/clusters.hpp"

namespace tauvox {

/// In volumes, z, y, x.
using Winding = std::array<std::int64_t, 3>;

/// Independent ones of the vectors that were added.
class Windings {
 public:
  void add(Winding w);
  void add(const Windings& others) {
    for (const Winding& w : others.independent_) add(w);
  }
  /// 0 to 3.
  std::size_t rank() const { return independent_.size(); }
  const std::vector<Winding>& independent() const { return independent_; }
  /// Whether any has a part along the axis.
  bool reach(Axis axis) const;

 private:
  std::vector<Winding> independent_;
};

struct Wrapping {
  std::vector<std::uint8_t> wraps;  // per cluster of the open volume: 1 where it, once joined, comes back
  Windings windings;                // of them all
  static constexpr std::int64_t host_bytes_per_cluster = 57;
};

/// @param open clusters of `runs` by faces, without joined sides
/// Bytes: 8 for each voxel of a side on the device, of two on the host; host_bytes_per_cluster there.
Wrapping find_wrapping(const Runs& runs, const Clusters& open);

}  // namespace tauvox
