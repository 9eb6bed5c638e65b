// Shortest ways through a set of voxels from one end of an axis to the other.
#pragma once

#include "kernels/volume/unknowns.hpp"

namespace tauvox {

/// Lengths of the shortest ways that end in each voxel of the last layer.
struct ShortestWays {
  std::int64_t reached = 0;    // voxels of the last layer
  double mean = 0, least = 0;  // m, between centres
};

/// From any voxel of the first layer, by steps to the 26 neighbours, each as long as its centres are apart.
/// Lengths are whole units: as many in the shortest edge, 32768 to 65536, as make all steps nearly whole,
/// within 3e-8 of a step of a cube, 1e-6 of flatter ones (coarser where voxels are flatter than 9 to 1).
/// Found in bands as wide as the shortest step (after Dial 1969, and Meyer and Sanders 2003), all of a band
/// at once. Bytes per voxel: 4.5.
/// @param spacing voxel size along z, y, x, m
/// @param from_low whether the first layer is that at 0
/// @throws Error(input_invalid) where a way is longer than 65000 of the shortest edges
ShortestWays shortest_ways(const Unknowns& set, Axis axis, bool from_low,
                           const std::array<double, 3>& spacing);

}  // namespace tauvox
