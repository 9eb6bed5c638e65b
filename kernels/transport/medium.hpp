// What the kernels know of a problem's matrix: which voxels are unknowns, their classes, what faces conduct
// and what lies beyond the sides. Trivially copyable; the same on every device, bit by bit.
#pragma once

#include "kernels/transport/law.hpp"
#include "kernels/transport/problem.hpp"

namespace tauvox {

/// What a potential amounts to: E (problem.hpp); the flux into the volume through the plates before the first
/// layers, and out of it through those behind the last; ||b - A u||^2. In units of the conductances.
struct Evaluation {
  double energy = 0, flux_in = 0, flux_out = 0, residual2 = 0;
};

/// Which form of the kernels runs: the tuned one of the device, or the plain functors everywhere.
enum class KernelForm { tuned, plain };

/// W is the type of the arithmetic.
template <class W>
struct Medium {
  FieldView<const std::uint8_t> classes;  // null with one class: then `active` says it all
  UnknownsView active;
  const W* material = nullptr;  // per class, as the law has it
  int law = 0;
  bool one_class = false;
  SideKind side[6] = {};  // before z, behind z, ...
  W scale[3] = {};
  W shift = 0;
  std::int64_t unknowns = 0;

  TAUVOX_HD std::int64_t length(int axis) const {
    return axis == 0 ? active.extent.nz : axis == 1 ? active.extent.ny : active.extent.nx;
  }
  TAUVOX_HD bool joined(int axis) const { return side[2 * axis] == SideKind::joined; }
  TAUVOX_HD bool plate(int axis, int sign) const {
    return side[2 * axis + (sign > 0 ? 1 : 0)] == SideKind::plate;
  }
  /// Class of what lies beyond a side that is not joined.
  TAUVOX_HD std::uint8_t class_beyond(int axis, int sign) const {
    return plate(axis, sign) ? plate_class : wall_class;
  }
  /// What a pass over all voxels reads of it.
  std::int64_t bytes() const {
    const Extent& e = active.extent;
    return (classes.origin ? e.voxels() : 0) +
           active.words_per_row * e.rows() * std::int64_t{sizeof(UnknownsWord)};
  }
  /// Class of a voxel, or of what lies beyond a face of the volume.
  TAUVOX_HD std::uint8_t class_of(const Voxel& v) const {
    if (classes.origin) return classes(v.x(), v.y(), v.z());
    Voxel w = v;
    for (int axis = 0; axis < 3; ++axis) {
      const std::int64_t n = length(axis);
      if (w.at[axis] >= 0 && w.at[axis] < n) continue;
      if (!joined(axis)) return class_beyond(axis, w.at[axis] < 0 ? -1 : 1);
      w.at[axis] += w.at[axis] < 0 ? n : -n;
    }
    return conducts(w) ? first_conducting_class : wall_class;
  }
  /// @pre v is inside the volume
  TAUVOX_HD bool conducts(const Voxel& v) const { return active.conducts(v.x(), v.y(), v.z()); }
  /// @pre conducts(v)
  TAUVOX_HD std::int64_t number(const Voxel& v) const { return active.number(v.x(), v.y(), v.z()); }
  TAUVOX_HD W material_of(const Voxel& v) const { return material[class_of(v)]; }
  /// Inside the volume again, where joined sides led out of it.
  TAUVOX_HD Voxel wrapped(const Voxel& v) const {
    Voxel w = v;
    for (int axis = 0; axis < 3; ++axis)
      if (joined(axis)) {
        if (w.at[axis] < 0) w.at[axis] += length(axis);
        if (w.at[axis] >= length(axis)) w.at[axis] -= length(axis);
      }
    return w;
  }
};

/// g of the face of voxel v towards (axis, sign).   @pre v conducts
template <class W>
TAUVOX_HD W face_conductance(const Medium<W>& m, const Voxel& v, int axis, int sign) {
  return m.scale[axis] * conductance(m.law, m.material_of(v), m.material_of(v.next(axis, sign)));
}

/// The shift and g over the six faces, in the fixed order x-, x+, y-, y+, z-, z+.
template <class W>
TAUVOX_HD W diagonal(const Medium<W>& m, const Voxel& v) {
  W sum = m.shift;
  for (int axis = 2; axis >= 0; --axis)
    for (int sign = -1; sign <= 1; sign += 2) sum += face_conductance(m, v, axis, sign);
  return sum;
}

/// (A u)_v = shift u_v + sum of g (u_v - u_neighbour); `value` gives u at a conducting voxel, plates have 0.
template <class W, class Value>
TAUVOX_HD W apply_at(const Medium<W>& m, const Voxel& v, const Value& value) {
  const W u = value(v);
  W sum = m.shift * u;
  for (int axis = 2; axis >= 0; --axis)
    for (int sign = -1; sign <= 1; sign += 2) {
      const Voxel there = v.next(axis, sign);
      W other = 0;
      if (m.class_of(there) >= first_conducting_class) other = value(m.wrapped(there));
      sum += face_conductance(m, v, axis, sign) * (u - other);
    }
  return sum;
}

}  // namespace tauvox
