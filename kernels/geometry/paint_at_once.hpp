// Local thickness as a GPU paints it: all balls at once, each by a warp, and of the balls that hold a voxel
// the largest stays. The same numbers as tile by tile (thickness.hpp).
//
// Bytes per voxel, beside the distances: 4, and as many as a distance has; 8 for each ball that is painted.
#pragma once

#include <array>

#include "kernels/base/device.hpp"
#include "kernels/base/extent.hpp"

namespace tauvox {

/// @param radii squared, in units of `weights`: the squares of the voxel's edges z, y, x
template <class Value>
Buffer<Value> paint_at_once(const Buffer<Value>& radii, const Extent& extent,
                            const std::array<double, 3>& weights);

}  // namespace tauvox
