// Faces between the voxels of two labels: what a reactive surface or the area of a phase is counted from.
#pragma once

#include <array>
#include <vector>

#include "kernels/volume/codes.hpp"

namespace tauvox {

struct Interface {
  std::int64_t low = 0, high = 0;       // codes, low < high
  std::array<std::int64_t, 3> faces{};  // across z, y, x
};

inline constexpr std::int64_t most_interface_labels = 2048;  // 24 bytes a pair of labels

/// All pairs of labels that share a face, ascending by low, then high.
/// @param joined sides across these axes (z, y, x) are neighbours of each other
/// @throws Error(input_invalid) with more than most_interface_labels labels
std::vector<Interface> count_interfaces(const Codes& codes, const std::array<bool, 3>& joined);

}  // namespace tauvox
