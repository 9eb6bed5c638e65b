// The halo: what a voxel at the border sees. A constant (walls, plates) or a copy of the opposite side.
#pragma once

#include <array>

#include "kernels/base/field.hpp"

namespace tauvox {

/// Sets the halo at both ends of `axis`. T: std::uint8_t.
template <class T>
void fill_sides(Field<T>& field, Axis axis, T before, T behind);

/// Copies the opposite layers into the halo for each joined axis (z, y, x).
template <class T>
void join_sides(Field<T>& field, const std::array<bool, 3>& joined);

}  // namespace tauvox
