// How wide the way through a structure is at its narrowest place, in voxels.
//
// The throat is the edge of the widest cube that can be pushed, voxel by voxel along the axes, from one plate
// to the other inside the set. It is an integer measure and a cautious one: a slit at 45 degrees measures
// 1/sqrt(2) of its width, and a cube cannot leave the volume through a wall, so that a pore cut in half by a
// side counts with its half. An axis of one voxel does not count.
#pragma once

#include "kernels/base/device.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// Voxels that belong to the set are 1, all others 0; [z][y][x], 1 byte a voxel.
using VoxelSet = std::vector<std::uint8_t>;

/// The voxels whose code has a class of at least `least`.
VoxelSet voxels_of(const Volume& volume, const std::vector<std::uint8_t>& class_of_code, std::uint8_t least);

/// A path of face-sharing voxels of the set joins the two plates.
/// @param joined sides (z, y, x) that are neighbours of each other
bool spans(const Device& device, const Extent& extent, const VoxelSet& set, Axis flow,
           const std::array<bool, 3>& joined);

/// The throat, at most `most`; 0: no path at all. On the device: what one search for clusters takes.
int throat(const Device& device, const Extent& extent, VoxelSet set, Axis flow,
           const std::array<bool, 3>& joined, int most);

}  // namespace tauvox
