// Preconditioners: anything with dot(r), which returns r.M r (M symmetric positive definite), and
// advance(r, x, alpha, p, beta) for that r, which does x += alpha p and then p = M r + beta p. `convergence`
// tells the stopping rule what to expect; `weaken` is called when CG finds M or A not to be definite, and
// makes M safer if there is a way.
#pragma once

#include "host/solve/stopping.hpp"
#include "kernels/base/vector.hpp"
#include "kernels/transport/operator.hpp"

namespace tauvox {

/// M = damping / diagonal(A). The reference for every better one.
template <class T>
struct JacobiPreconditioner {
  static constexpr Convergence convergence = Convergence::slow_and_uneven;
  static constexpr const char* method = "CG, Jacobi";
  const TransportOperator<T>& A;
  void weaken() {}
  double dot(const Buffer<T>& r) const { return A.jacobi_dot(r); }
  void advance(const Buffer<T>& r, Buffer<T>& x, double alpha, Buffer<T>& p, double beta) const {
    tauvox::advance(x, alpha, p, double{damping}, r, beta);
  }
};

}  // namespace tauvox
