// A potential on the unknowns, in FP64: the reference of problem.hpp plus a deviation v; and what drives it.
#pragma once

#include "kernels/transport/medium.hpp"

namespace tauvox {

/// What a problem says beside its matrix. Trivially copyable.
struct Drive {
  double first[3] = {}, last[3] = {};  // the reference at the side before an axis, and at that behind it
  double plate[6] = {};                // potentials
  double rise[3] = {};                 // across joined axes
  const double* load = nullptr;        // per unknown; null: none

  explicit Drive(const Problem& problem) {
    bool linear = false;
    for (const Axis axis : all_axes) {
      const auto a = static_cast<std::size_t>(axis);
      const Side &before = problem.sides.before(axis), &behind = problem.sides.behind(axis);
      rise[a] = last[a] = problem.rise[a];
      if (before.kind == SideKind::plate) plate[2 * a] = before.value;
      if (behind.kind == SideKind::plate) plate[2 * a + 1] = behind.value;
      // One axis only: between the plates of two a linear potential would meet none of them.
      if (linear || (before.kind != SideKind::plate && behind.kind != SideKind::plate)) continue;
      linear = true;
      first[a] = before.kind == SideKind::plate ? before.value : behind.value;
      last[a] = behind.kind == SideKind::plate ? behind.value : before.value;
    }
    if (problem.load) load = problem.load->data();
  }
  /// Share of an axis in the reference, in the middle of voxel i of n.
  TAUVOX_HD double reference(int axis, double n, std::int64_t i) const {
    const double passed = static_cast<double>(i) + 0.5;
    return (first[axis] * (n - static_cast<double>(i) - 0.5) + last[axis] * passed) / n;
  }
};

/// Whether a concentration lies between those of the plates; what is no number does not.
TAUVOX_HD bool within(double u, double slack) { return u >= -slack && u <= 1 + slack; }

template <class T>
struct PotentialOf {
  Medium<double> m;
  Drive drive;
  const T* v;

  TAUVOX_HD double reference(const Voxel& voxel) const {
    double sum = 0;
    for (int axis = 0; axis < 3; ++axis)
      if (drive.first[axis] != 0 || drive.last[axis] != 0)
        sum += drive.reference(axis, static_cast<double>(m.length(axis)), voxel.at[axis]);
    return sum;
  }
  /// The same in two parts: of all voxels of a row, and of x in it. 0 where the reference does not depend on
  /// x.
  TAUVOX_HD double reference_of_row(std::int64_t y, std::int64_t z) const {
    double sum = 0;
    for (int axis = 0; axis < 2; ++axis)
      if (drive.first[axis] != 0 || drive.last[axis] != 0)
        sum += drive.reference(axis, static_cast<double>(m.length(axis)), axis == 0 ? z : y);
    return sum;
  }
  TAUVOX_HD double reference_along_x(std::int64_t x) const {
    if (drive.first[2] == 0 && drive.last[2] == 0) return 0;
    return drive.reference(2, static_cast<double>(m.length(2)), x);
  }
  TAUVOX_HD double operator()(const Voxel& voxel) const {
    return static_cast<double>(v[m.number(voxel)]) + reference(voxel);
  }
  /// What lies beyond the face towards (axis, sign): a voxel, a plate, or anything where the face is a wall.
  TAUVOX_HD double beyond(const Voxel& voxel, int axis, int sign) const {
    const Voxel there = voxel.next(axis, sign);
    const std::uint8_t c = m.class_of(there);
    if (c < first_conducting_class) return c == plate_class ? drive.plate[2 * axis + (sign > 0 ? 1 : 0)] : 0;
    const Voxel w = m.wrapped(there);
    return (*this)(w) + (w.at[axis] == there.at[axis] ? 0 : sign * drive.rise[axis]);
  }
  TAUVOX_HD double load(std::int64_t unknown) const { return drive.load ? drive.load[unknown] : 0; }
};

/// (b - A u)_v: the flux into voxel v.
template <class T>
TAUVOX_HD double residual_at(const PotentialOf<T>& u, const Voxel& v) {
  const double here = u(v);
  double sum = u.m.shift * here - u.load(u.m.number(v));
  for (int axis = 2; axis >= 0; --axis)
    for (int sign = -1; sign <= 1; sign += 2)
      sum += face_conductance(u.m, v, axis, sign) * (here - u.beyond(v, axis, sign));
  return -sum;
}

}  // namespace tauvox
