// A two-sided bound on the energy of the discrete solution, and so on D_eff, from any potential.
//
// Above: the energy of the potential. Below: that energy less the energy of a flux that repairs its imbalance
// (kernels/bound/repair.hpp). Both are taken in FP64 with the conductances of the labels; the margin for
// rounding is stated below. Holds whatever the potential is; how wide it is depends on how good that is. With
// a term that is proportional to u (a shift) the upper side alone would hold as it stands.
//
// Bytes while it is made: 24 per node of the coarse levels, and 16 per link of the second and third.
#pragma once

#include "host/solve/multigrid.hpp"

namespace tauvox {

struct EnergyBounds {
  double lower = 0, upper = 0;
  Evaluation at;  // of the potential

  double middle() const { return lower + (upper - lower) / 2; }
  /// Half of the width, relative to the middle: the largest error that the middle can have.
  double relative_error() const { return (upper - lower) / (upper + lower); }
};

/// @param v the potential is ramp + v
template <class T>
EnergyBounds bound_energy(const TransportOperator<T>& A, const Hierarchy& hierarchy, const Buffer<T>& v);

}  // namespace tauvox
