// What the kernels on unknowns know of the volume: classes, the law of the faces, which voxels are unknowns.
//
// The conductance of a face is that of two half-voxel resistances in series, g_ab = 1 / (r_a/2 + r_b/2) with
// r = 1/sigma. A boundary is a material: the wall (r infinite) lets nothing through, the electrode plate (r =
// 0) leaves half a voxel, 2 sigma, which is exactly a Dirichlet value on the outer face. Per axis g is scaled
// by (h_flow / h_axis)^2, so that D_eff is the sum of g (du)^2 times n_flow / (n_1 n_2). Computed where it is
// needed: g_ij = s_axis / (a_i + a_j) with a = 1/(2 sigma), infinite for walls, 0 for plates; s_axis =
// (h_flow / h_axis)^2. With one conducting class, sigma = 1, this is a product: g_ij = s_axis b_j with b = 1,
// 0 for walls, 2 for plates. Both are the same on every device, bit by bit.
#pragma once

#include <array>

#include "kernels/volume/classes.hpp"
#include "kernels/volume/unknowns.hpp"

namespace tauvox {

using Periodic = std::array<bool, 3>;  // z, y, x: the sides across this axis are joined

/// What a potential amounts to: the dissipation energy sum of g (du)^2 over faces, which is D_eff, and the
/// flux through the plates on both sides; all in units of D_eff * (n_1 n_2) / n_flow. And ||b - A u||^2.
struct Evaluation {
  double energy = 0, flux_in = 0, flux_out = 0, residual2 = 0;
};

/// Which form of the kernels runs: the tuned one of the device, or the plain functors everywhere.
enum class KernelForm { tuned, plain };

/// Face conductance per unit spacing between materials a (here) and b (there).
template <class W>
TAUVOX_HD W conductance(bool one_class, W a, W b) {
  return one_class ? b : W(1) / (a + b);
}

/// Trivially copyable; W is the type of the arithmetic.
template <class W>
struct Medium {
  FieldView<const std::uint8_t> classes;  // null with one class: then `active` says it all
  UnknownsView active;
  const W* material = nullptr;  // per class: a, or b with one class
  bool one_class = false;
  int flow = 0;  // axis of the plates
  W scale[3] = {};
  W shift = 0;  // added to the diagonal: a conductance from every unknown to potential 0
  bool joined[3] = {};

  TAUVOX_HD std::int64_t length(int axis) const {
    return axis == 0 ? active.extent.nz : axis == 1 ? active.extent.ny : active.extent.nx;
  }
  /// What a pass over all voxels reads of it.
  std::int64_t bytes() const {
    const Extent& e = active.extent;
    return (classes.origin ? e.voxels() : 0) +
           active.words_per_row * e.ny * e.nz * std::int64_t{sizeof(UnknownsWord)};
  }
  /// Class of a voxel, or of what lies beyond a face of the volume.
  TAUVOX_HD std::uint8_t class_of(std::int64_t x, std::int64_t y, std::int64_t z) const {
    if (classes.origin) return classes(x, y, z);
    std::int64_t at[3] = {z, y, x};
    for (int axis = 0; axis < 3; ++axis) {
      const std::int64_t n = length(axis);
      if (at[axis] >= 0 && at[axis] < n) continue;
      if (!joined[axis]) return axis == flow ? plate_class : wall_class;
      at[axis] += at[axis] < 0 ? n : -n;
    }
    return active.conducts(at[2], at[1], at[0]) ? first_conducting_class : wall_class;
  }
};

/// A voxel by its coordinates (z, y, x), and its neighbours.
struct Voxel {
  std::int64_t at[3];

  TAUVOX_HD static Voxel of(std::int64_t x, std::int64_t y, std::int64_t z) { return {{z, y, x}}; }
  /// Voxel s = 4 (z & 1) + 2 (y & 1) + (x & 1) of a block of 2x2x2.
  TAUVOX_HD static Voxel of_block(std::int64_t bx, std::int64_t by, std::int64_t bz, int s) {
    return of(2 * bx + (s & 1), 2 * by + ((s >> 1) & 1), 2 * bz + (s >> 2));
  }
  TAUVOX_HD Voxel next(int axis, int sign) const {
    Voxel v = *this;
    v.at[axis] += sign;
    return v;
  }
  /// Inside the volume again, where joined sides led out of it.
  template <class W>
  TAUVOX_HD Voxel wrapped(const Medium<W>& m) const {
    Voxel v = *this;
    for (int axis = 0; axis < 3; ++axis)
      if (m.joined[axis]) {
        if (v.at[axis] < 0) v.at[axis] += m.length(axis);
        if (v.at[axis] >= m.length(axis)) v.at[axis] -= m.length(axis);
      }
    return v;
  }
  template <class W>
  TAUVOX_HD W material(const Medium<W>& m) const {
    return m.material[material_class(m)];
  }
  template <class W>
  TAUVOX_HD std::uint8_t material_class(const Medium<W>& m) const {
    return m.class_of(at[2], at[1], at[0]);
  }
  template <class W>
  TAUVOX_HD std::int64_t number(const Medium<W>& m) const {
    return m.active.number(at[2], at[1], at[0]);
  }
};

/// g of the face of voxel v towards (axis, sign).   @pre v conducts
template <class W>
TAUVOX_HD W face_conductance(const Medium<W>& m, const Voxel& v, int axis, int sign) {
  return m.scale[axis] * conductance(m.one_class, v.material(m), v.next(axis, sign).material(m));
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
      if (there.material_class(m) >= first_conducting_class) other = value(there.wrapped(m));
      sum += face_conductance(m, v, axis, sign) * (u - other);
    }
  return sum;
}

}  // namespace tauvox
