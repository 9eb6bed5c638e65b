// Splits a phase into particles at its necks.
//
// Voxels are taken from the farthest from the surface to the nearest. One without a taken neighbour begins a
// particle; one that joins two particles makes them one where it is at least `neck` times as far from the
// surface as the middle of the smaller, and otherwise belongs to the larger (a watershed of the distances,
// merged by the ratio of neck and particle). Neighbours share a face; equal ones are taken in memory order.
//
// Bytes per voxel: at most 8 (watershed.hpp).
#pragma once

#include <vector>

#include "kernels/geometry/distance.hpp"

namespace tauvox {

struct Particle {
  std::int64_t voxels = 0;
  bool at_side = false;  // touches a side of the volume, or what is outside: cut, as a rule
  double area = 0;       // m2, as surface_area has it; of those at no side
};

/// Necks of this share of the smaller particle's radius and wider are none.
inline constexpr double default_neck = 0.8;

/// @param distances of the phase, @pre !distances.unbounded
/// @param spacing voxel size along z, y, x, m
/// @param outside 1 for each voxel that is no part of the sample; empty where all are
/// @return in the order in which they begin: the largest inscribed sphere first
/// @throws Error(input_invalid) with 2^32 voxels or more
std::vector<Particle> find_particles(const SquaredDistance& distances, const std::array<double, 3>& spacing,
                                     double neck = default_neck,
                                     const std::vector<std::uint8_t>& outside = {});

}  // namespace tauvox
