// Voxels that are no cubes made into cubes, each with the label of the nearest voxel.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "host/settings/settings.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// What cubes make of a volume.
struct Cubes {
  Extent extent;
  double edge = 1;  // m, or in the unit of the ratio
};

/// None where the voxels are such cubes already.
/// @param size, ratio what is known of a voxel, z, y, x
/// @throws Error(usage) where nothing is known, or a length is asked for and only the ratio is known;
///         Error(input_invalid) for more voxels than there can be
std::optional<Cubes> cubes_of(const Extent& extent, const std::optional<std::array<double, 3>>& size,
                              const std::optional<std::array<double, 3>>& ratio, const Resample& asked,
                              const std::string& where);

/// Bytes: those of the new codes. A notice and a warning say what was done.
Volume of_cubes(Volume volume, const std::optional<Resample>& asked);

}  // namespace tauvox
