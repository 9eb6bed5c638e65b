// Preconditioners: anything with apply_dot(r, z), which sets z = M r (M symmetric positive definite) and
// returns r.z.
#pragma once

#include "kernels/transport.hpp"

namespace tauvox {

/// M = 1 / diagonal(A). The reference for every better one.
template <class T>
struct JacobiPreconditioner {
  const TransportOperator<T>& A;
  double apply_dot(const Field<T>& r, Field<T>& z) const { return A.jacobi_dot(r, z); }
};

}  // namespace tauvox
