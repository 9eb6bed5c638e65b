// A two-sided bound on the energy E of the solution of a problem (transport/problem.hpp), from any potential.
//
// Above: the energy of the potential. Below: that energy less the energy of a flux that repairs its imbalance
// (kernels/bound/repair.hpp). Both are taken in FP64 with the conductances of the labels; the margin for
// rounding is stated below. Holds whatever the potential is; how wide it is depends on how good that is. A
// shift is one more face from each voxel to potential 0. It holds for any load, plates and gradients.
//
// Bytes while it is made: 24 per node of the coarse levels, and 16 per link of the second and third.
#pragma once

#include <cmath>

#include "host/solve/multigrid.hpp"

namespace tauvox {

struct EnergyBounds {
  double lower = 0, upper = 0;
  Evaluation at;  // of the potential

  double middle() const { return lower + (upper - lower) / 2; }
  /// Half of the width, relative to the middle: the largest error that the middle can have.
  double relative_error() const { return upper == lower ? 0 : (upper - lower) / std::abs(upper + lower); }
};

/// @param v the potential is reference + v
template <class T>
EnergyBounds bound_energy(const TransportOperator<T>& A, const Hierarchy& hierarchy, const Buffer<T>& v);

}  // namespace tauvox
