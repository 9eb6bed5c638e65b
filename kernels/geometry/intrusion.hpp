// What reaches a voxel from a face of the volume: the widest way, for a simulation of mercury intrusion.
#pragma once

#include "kernels/geometry/distance.hpp"

namespace tauvox {

/// Squared radius of the largest ball that can be moved from a face of the volume to the voxel, its centre
/// from voxel to voxel over faces, without leaving the phase; 0 where none can. Painted by
/// largest_covering_balls it is the size at which mercury enters (drainage by opening with connectivity,
/// Hilpert and Miller 2001, doi 10.1016/S0309-1708(00)00056-7).
///
/// A flood from the widest to the narrowest, every voxel once, on one CPU thread.
/// @param distances of the phase, @pre !distances.unbounded
/// @param from_low whether from the first layer across the axis, or from the last
SquaredDistance widest_access(const SquaredDistance& distances, Axis axis, bool from_low);

/// Largest value in a layer across an axis.
double largest_in_layer(const SquaredDistance& values, Axis axis, std::int64_t layer);

}  // namespace tauvox
