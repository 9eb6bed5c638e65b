// Material classes: what a voxel is to the solver.
#pragma once

#include <cstdint>

namespace tauvox {

/// Class of insulators and side walls, and of the two electrode plates; conducting classes follow.
inline constexpr std::uint8_t wall_class = 0, plate_class = 1, first_conducting_class = 2;
inline constexpr int max_classes = 256;

}  // namespace tauvox
