// Preconditioned conjugate gradients (Hestenes & Stiefel 1952, doi 10.6028/jres.049.044).
//
// Four vectors: x, r, p, and q, which holds A p and then z = M r.
#pragma once

#include <cmath>
#include <functional>
#include <string>

#include "host/solve/stopping.hpp"
#include "kernels/base/vector.hpp"

namespace tauvox {

/// Why an iteration ended.
enum class StopReason {
  converged,  // the stopping rule is content, or there is nothing left to solve
  stagnated,  // rounding has used up the search direction: this precision can do no more
  iteration_limit,
};

/// Called after each iteration with the iteration and the estimated relative error.
using IterationObserver = std::function<void(std::int64_t, double)>;

namespace detail {
/// @throws Error(internal) unless `value` is finite.
inline double finite(double value, const char* name, std::int64_t iteration) {
  if (std::isfinite(value)) return value;
  throw Error(ExitCode::internal, std::string(name) + " is not finite",
              "iteration " + std::to_string(iteration), "a number overflowed or memory is damaged",
              "no result is given; please report this volume");
}
}  // namespace detail

/// Solves A (ramp + x) = b for the deviation x, in place, until `stop` is content.
/// Operator:       residual(x, r) -> Evaluation, apply_dot(p, q) -> p.q
/// Preconditioner: apply_dot(r, z) -> r.z with z = M r
/// Vector:         Buffer<T> (vector.hpp)
/// @param r, p, q work space
/// @throws Error(internal) within one iteration when a number is not finite
template <class Vector, class Operator, class Preconditioner>
StopReason conjugate_gradient(const Operator& A, const Preconditioner& M, Vector& x, Vector& r, Vector& p,
                              Vector& q, EnergyStop& stop, std::int64_t limit,
                              const IterationObserver& observe) {
  stop.start(A.residual(x, r).energy);                        // r = b - A x
  double rho = detail::finite(M.apply_dot(r, q), "r.Mr", 0);  // z = M r, in q
  copy(q, p);                                                 // p = z
  for (std::int64_t k = 1; k <= limit; ++k) {
    if (rho == 0) return StopReason::converged;                             // the residual is zero
    const double curvature = detail::finite(A.apply_dot(p, q), "p.Ap", k);  // q = A p
    if (rho < 0 || curvature <= 0) return StopReason::stagnated;
    const double alpha = rho / curvature;
    add_scaled(r, -alpha, q);  // r -= alpha q
    const bool done = stop.done_after(alpha * rho);
    if (observe) observe(k, stop.relative_error());
    if (done || k == limit) {
      add_scaled(x, alpha, p);  // x += alpha p; nothing follows that needs a direction
      return done ? StopReason::converged : StopReason::iteration_limit;
    }
    const double next = detail::finite(M.apply_dot(r, q), "r.Mr", k);  // z = M r
    advance(x, alpha, p, q, next / rho);                               // x += alpha p;  p = z + beta p
    rho = next;
  }
  return StopReason::iteration_limit;
}

}  // namespace tauvox
