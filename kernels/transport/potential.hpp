// A potential on the unknowns, in FP64: the reference of problem.hpp plus a deviation v; and what drives it.
#pragma once

#include "kernels/transport/medium.hpp"

namespace tauvox {

/// What a problem says beside its matrix. Trivially copyable.
struct Drive {
  double first[3] = {}, last[3] = {};  // the reference at the side before an axis, and at that behind it
  double plate[6] = {};                // potentials
  double rise[3] = {};                 // across joined axes
  const double* load = nullptr;        // per slot (octets.hpp); null: none

  Drive(const Problem& problem, const double* load_of_slots) : load(load_of_slots) {
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
};

}  // namespace tauvox
