// Small islands and holes of a volume are given to what surrounds them.
#pragma once

#include "host/settings/settings.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// Each pair of settings.clean, in the order of their smallest labels (tables of study files have none): a
/// cluster of voxels of the label or phase, joined by faces, that has
/// fewer than so many voxels gets the label that most faces of it touch; of several, the smallest. A cluster
/// that nothing touches stays. Labels that are gone leave the volume; a notice says what was done.
/// @throws Error(usage) for names that are none, and numbers that are no numbers of voxels;
///         Error(input_invalid) for labels that do not occur, but for settings.allow_absent
Volume cleaned(Volume volume, const Settings& settings);

}  // namespace tauvox
