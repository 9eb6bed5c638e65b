// Preconditioned conjugate gradients (Hestenes & Stiefel 1952, doi 10.6028/jres.049.044).
//
// Three vectors: x, r and p. A p and M r are used where they arise, element by element, and never stored. A
// may be singular where b - A x has no part in its null space: then p never has one either.
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
  interrupted,  // by the observer
};

/// Called after each iteration with the iteration and the estimated relative error; false ends it.
using IterationObserver = std::function<bool(std::int64_t, double)>;

/// Within an iteration: its residual is known, x and the next direction are not yet.
struct CgState {
  std::int64_t iteration = 0;           // 0: none has begun
  double alpha = 0, rho = 0, size = 0;  // step, r.M r, p.M^-1 p
};
/// Called then with the estimated relative error; false ends it.
using CgObserver = std::function<bool(const CgState&, double)>;

/// What makes an inner product of the sum that this process has: nothing, as long as it is alone.
struct OneProcess {
  double operator()(double local) const { return local; }
};

namespace detail {
/// @throws Error(internal) unless `value` is finite.
inline double finite(double value, const char* name, std::int64_t iteration) {
  if (std::isfinite(value)) return value;
  throw Error(ExitCode::internal, std::string(name) + " is not finite",
              "iteration " + std::to_string(iteration), "a number overflowed or memory is damaged",
              "no result is given; please report this volume");
}
}  // namespace detail

/// Solves A x = b in place, until `stop` is content.
/// Operator:       curvature(p) returns p.A p; subtract_applied(r, alpha, p) does r -= alpha A p
/// Preconditioner: jacobi.hpp
/// Vector:         Buffer<T> (vector.hpp)
/// @param r    b - A x; what is left of it when this returns
/// @param p    work space
/// @param null of a singular A: a direction with p.Ap below this share of p.M^-1 p is of its null space,
///             which rounding led to; nothing is left to solve then
/// @param at   where to go on: x, r, p and stop are as they were when the observer was called with it
/// @throws Error(internal) within one iteration when a number is not finite
template <class Vector, class Operator, class Preconditioner, class InnerProduct = OneProcess>
StopReason conjugate_gradient(const Operator& A, const Preconditioner& M, Vector& r, Vector& x, Vector& p,
                              EnergyStop& stop, std::int64_t limit, const CgObserver& observe,
                              double null = 0, CgState at = {}, const InnerProduct& sum = {}) {
  auto& [k, alpha, rho, size] = at;
  bool is_within = k > 0;
  if (!is_within) {
    rho = detail::finite(sum(M.dot(r)), "r.Mr", 0);
    p.zero();
    M.advance(r, x, 0, p, 0);  // p = M r
    size = rho;
  }
  for (; is_within || k < limit; is_within = false) {
    if (!is_within) {
      ++k;
      if (rho == 0) return StopReason::converged;  // the residual is zero
      const double curvature = detail::finite(sum(A.curvature(p)), "p.Ap", k);
      if (rho < 0 || curvature <= null * size) return StopReason::stagnated;
      alpha = rho / curvature;
      A.subtract_applied(r, alpha, p);
      stop.take(alpha * rho);
    }
    const bool done = stop.done(), go_on = !observe || observe(at, stop.relative_error());
    if (done || k == limit || !go_on || stop.stalled()) {
      add_scaled(x, alpha, p);  // x += alpha p; nothing follows that needs a direction
      return done         ? StopReason::converged
             : !go_on     ? StopReason::interrupted
             : k == limit ? StopReason::iteration_limit
                          : StopReason::stagnated;
    }
    const double next = detail::finite(sum(M.dot(r)), "r.Mr", k);
    M.advance(r, x, alpha, p, next / rho);  // x += alpha p;  p = M r + beta p
    size = next + (next / rho) * (next / rho) * size;
    rho = next;
  }
  return StopReason::iteration_limit;
}

}  // namespace tauvox
