// Filters of grey values, before thresholds make labels of them.
#pragma once

#include <limits>
#include <vector>

#include "io/volume_source.hpp"

namespace tauvox::io {

/// @throws Error(usage) where this build has no VTK to do it
void check_can_filter();

/// What a copy in FP32 does to values.
struct FloatCopy {
  double least = std::numeric_limits<double>::infinity(), greatest = -least;
  double most_changed = 0;  // the largest difference between a value and its copy
};

/// @param seen is made wider
void copy_as_float(Element element, const void* values, std::int64_t count, float* to, FloatCopy& seen);

/// By VTK. At the sides of the volume only voxels inside count, their weights raised to a sum of 1.
/// @param values [z][y][x]
void apply(const GreyFilter& filter, const Extent& extent, std::vector<float>& values);

}  // namespace tauvox::io
