// Parts a phase into particles by the rule of particles.hpp: which particle each voxel belongs to.
//
// The rule takes voxel after voxel (flood_cpu.hpp). Here all go at once, and come to the same. At its turn a
// voxel goes to the earliest particle among those of its earlier neighbours, and what it has is final but in
// basins that are joined later (basins.hpp). So particles are handed from neighbour to neighbour, an earlier
// one in place of a later one, until nothing changes; that ends the same whatever the order. A basin that
// joins between particles takes that of a neighbour of the neck, as the rule looks at them in memory order:
// the earliest of those before the basin's own, or else the first one after it.
//
// Bytes per voxel: 4.5, and 28 for each peak of the distances.
#pragma once

#include "kernels/geometry/distance.hpp"

namespace tauvox {

inline constexpr std::uint32_t no_particle = 0xffffffffu;

struct ParticleNumbers {
  Buffer<std::uint32_t> of_voxel;  // [z][y][x], no_particle outside the phase
  std::int64_t particles = 0;      // in the order in which they begin
};

/// @param distances of the phase, fewer than 2^32 - 1 voxels, @pre !distances.unbounded
/// @param neck as for find_particles
ParticleNumbers part_at_necks(const SquaredDistance& distances, double neck);
/// The same by whatever the device has, for which part_at_necks takes it with these many threads or a GPU: it
/// is up to twice the work.
ParticleNumbers part_at_once(const SquaredDistance& distances, double neck);
inline constexpr int threads_at_once = 3;

}  // namespace tauvox
