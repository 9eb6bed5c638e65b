// Local thickness: for every voxel of a phase the largest ball that lies in the phase and holds the voxel
// (Hildebrand and Ruegsegger 1997, doi 10.1046/j.1365-2818.1997.1340694.x), exactly, without bins.
//
// A ball around q with the squared radius v holds the voxels p with |p - q|^2 < v. Balls that a neighbour's
// ball holds are left out by tables of what a ball reaches (after Remy and Thiel 2002); the others are
// painted, the largest first, tile by tile, and a voxel is written once. Tiles share nothing, so the answer
// does not depend on threads. A GPU paints all balls at once (paint_at_once.hpp).
//
// Bytes per voxel, beside the distances: as many again, and 1/4; on a GPU as many again, and 4.
#pragma once

#include "kernels/geometry/distance.hpp"

namespace tauvox {

/// Squared radius of the largest ball that covers each voxel, in the unit of `radii`; 0 where none does.
/// @param radii squared radius of the ball around each voxel, 0 where there is none: squared_distance, or
/// less
/// @param spacing voxel size along z, y, x, m
/// @pre !radii.unbounded
SquaredDistance largest_covering_balls(const SquaredDistance& radii, const std::array<double, 3>& spacing);

}  // namespace tauvox
