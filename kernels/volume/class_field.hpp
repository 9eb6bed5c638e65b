// Material classes: what a voxel is to the solver. And the class of every voxel with a halo, for laws that
// the unknowns alone do not tell: those of several conducting classes.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/base/field.hpp"
#include "kernels/base/sides.hpp"
#include "kernels/volume/codes.hpp"
#include "kernels/volume/unknowns.hpp"

namespace tauvox {

/// Class of insulators and side walls, and of the two electrode plates; conducting classes follow.
inline constexpr std::uint8_t wall_class = 0, plate_class = 1, first_conducting_class = 2;
inline constexpr int max_classes = 256;

/// classes = class_of_code[code] on the unknowns, wall_class elsewhere; the halo is left as it is.
/// @param classes made here when it has another extent. Bytes per voxel: 1
/// @pre class_of_code has an entry for every code that occurs
void set_classes(Field<std::uint8_t>& classes, const Codes& codes, const Unknowns& unknowns,
                 const std::vector<std::uint8_t>& class_of_code);

/// Sets the halo of a class field: what lies beyond its sides.
void set_class_halo(Field<std::uint8_t>& classes, const Sides& sides);

}  // namespace tauvox
