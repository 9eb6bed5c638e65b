// Preconditioners: anything with apply_dot(r, z), which sets z = M r (M symmetric positive definite) and
// returns r.z. `convergence` tells the stopping rule what to expect; `weaken` is called when CG finds M or A
// not to be definite, and makes M safer if there is a way.
#pragma once

#include "host/solve/stopping.hpp"
#include "kernels/transport/operator.hpp"

namespace tauvox {

/// M = damping / diagonal(A). The reference for every better one.
template <class T>
struct JacobiPreconditioner {
  static constexpr Convergence convergence = Convergence::slow_and_uneven;
  static constexpr const char* method = "CG, Jacobi";
  const TransportOperator<T>& A;
  void weaken() {}
  double apply_dot(const Buffer<T>& r, Buffer<T>& z) const { return A.jacobi_dot(r, z); }
};

}  // namespace tauvox
