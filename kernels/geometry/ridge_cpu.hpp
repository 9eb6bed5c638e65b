// Which balls of a set are worth painting: those that no neighbour's ball holds.
#pragma once

#include <array>
#include <vector>

#include "kernels/base/device.hpp"
#include "kernels/base/extent.hpp"

namespace tauvox {

/// One bit a voxel, rows of whole words.
struct RidgeBits {
  std::int64_t row_words = 0;
  std::vector<std::uint64_t> words, inside;  // `inside`: values above 0
};

/// @param values squared radii in units of `weights`: the squares of the voxel's edges z, y, x
template <class Value>
RidgeBits ridge_of(const Device& device, const Value* values, const Extent& extent, Value largest,
                   const std::array<double, 3>& weights);

}  // namespace tauvox
