// From labels to material classes, and how many voxels carry each.
#pragma once

#include <vector>

#include "kernels/base/field.hpp"
#include "kernels/base/sides.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// Classes of a volume: classes(x, y, z) = class_of_code[code of the voxel].
/// Bytes per voxel: 1, and while it runs on a GPU the codes besides.
/// @pre class_of_code has an entry for every code that occurs
Field<std::uint8_t> map_labels(const Device& device, const Volume& volume,
                               const std::vector<std::uint8_t>& class_of_code);

/// Sets the halo of a class field: what lies beyond its sides.
void set_class_halo(Field<std::uint8_t>& classes, const Sides& sides);

/// Number of voxels of each of the 256 classes.
std::vector<std::int64_t> histogram(const Field<std::uint8_t>& classes);

}  // namespace tauvox
