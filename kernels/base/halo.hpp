// The halo: what a voxel at the border sees. A constant (walls, plates) or a copy of the opposite side.
#pragma once

#include <array>

#include "kernels/base/field.hpp"

namespace tauvox {

/// Sets the halo at both ends of `axis`.
void fill_sides(Field<std::uint8_t>& field, Axis axis, std::uint8_t before, std::uint8_t behind);

/// Copies the opposite layers into the halo for each joined axis (z, y, x).
void join_sides(Field<std::uint8_t>& field, const std::array<bool, 3>& joined);

}  // namespace tauvox
