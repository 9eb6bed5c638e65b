// How many voxels have which squared distance or radius.
#pragma once

#include <vector>

#include "kernels/geometry/distance.hpp"

namespace tauvox {

struct SizeBin {
  double squared;  // in SquaredDistance::unit
  std::int64_t voxels;
};

/// Of every value but 0, ascending. Exact where all are whole numbers below 2^26, or 2^24 where they are kept
/// in FP32; others are rounded to 12 bits, which is 0.012 % in a length, but for the largest. Bytes: 8 a bin
/// and thread.
std::vector<SizeBin> distribution_of(const SquaredDistance& values);

}  // namespace tauvox
