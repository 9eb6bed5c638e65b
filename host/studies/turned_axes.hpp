// A volume with its axes in another order, or reversed: turned by right angles, mirrored where that was
// asked.
#pragma once

#include <array>
#include <string>

#include "kernels/volume/volume.hpp"

namespace tauvox {

/// Where the new axes z, y, x come from.
struct Orientation {
  std::array<Axis, 3> from{Axis::z, Axis::y, Axis::x};
  std::array<bool, 3> reversed{};
  bool is_mirror() const;  // no rotation gives it
};

/// "x,-y,z": the new z is the old x, the new y the old y from its end.
/// @pre as parse::orientation gives it
Orientation orientation_of(const std::string& text);

template <class T>
std::array<T, 3> turned(const std::array<T, 3>& zyx, const Orientation& orientation) {
  std::array<T, 3> out{};
  for (std::size_t axis = 0; axis < 3; ++axis)
    out[axis] = zyx[static_cast<std::size_t>(orientation.from[axis])];
  return out;
}

/// Bytes: those of the codes once more. A notice says what was done.
Volume turned(Volume volume, const std::string& text);

}  // namespace tauvox
