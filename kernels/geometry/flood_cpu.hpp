// The rule of particles.hpp as it is written there, voxel after voxel: the form for few CPU threads, and the
// reference of the other.
//
// Bytes per voxel: 4, and 4 for each of the phase.
#pragma once

#include "kernels/geometry/watershed.hpp"

namespace tauvox {

/// part_at_necks, by one CPU thread.   @pre the distances are not on a GPU
ParticleNumbers flood_particles(const SquaredDistance& distances, double neck);

}  // namespace tauvox
