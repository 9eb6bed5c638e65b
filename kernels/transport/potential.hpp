// A potential on the unknowns: the linear ramp between the plates plus a deviation v, in FP64.
#pragma once

#include "kernels/transport/medium.hpp"

namespace tauvox {

/// Whether a concentration lies between those of the plates; what is no number does not.
TAUVOX_HD bool within(double u, double slack) { return u >= -slack && u <= 1 + slack; }

/// ramp + v, and the plates' 1 and 0.
template <class T>
struct PotentialOf {
  Medium<double> m;
  const T* v;
  TAUVOX_HD double ramp(const Voxel& voxel) const {
    const auto n = static_cast<double>(m.length(m.flow));
    return (n - static_cast<double>(voxel.at[m.flow]) - 0.5) / n;
  }
  TAUVOX_HD double operator()(const Voxel& voxel) const {
    return static_cast<double>(v[voxel.number(m)]) + ramp(voxel);
  }
  TAUVOX_HD double beyond(const Voxel& voxel, int axis, int sign) const {
    const Voxel there = voxel.next(axis, sign);
    const std::uint8_t c = there.material_class(m);
    if (c >= first_conducting_class) return (*this)(there.wrapped(m));
    return c == plate_class && sign < 0 ? 1.0 : 0.0;
  }
};

/// (b - A u)_v: the flux into voxel v.
template <class T>
TAUVOX_HD double residual_at(const PotentialOf<T>& u, const Voxel& v) {
  const double here = u(v);
  double sum = 0;
  for (int axis = 2; axis >= 0; --axis)
    for (int sign = -1; sign <= 1; sign += 2)
      sum += face_conductance(u.m, v, axis, sign) * (here - u.beyond(v, axis, sign));
  return -sum;
}

}  // namespace tauvox
