// Which voxels of a volume are none of the sample: a cylinder in its box, what a cut has left empty.
#pragma once

#include "host/settings/settings.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// Takes the voxels of that label out of the sample, and those where `mask` has 0; says how many they are.
/// @param mask of the same extent; null where there is none
/// @throws Error(input_invalid) for a label that does not occur, where nothing is left, and where layers at
/// an
///         end hold nothing: plates and ends lie on the sides of the volume
Volume without_outside(Volume volume, const Settings& settings, const Volume* mask);

}  // namespace tauvox
