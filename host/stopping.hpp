// When to stop conjugate gradients: on the energy, which is D_eff.
//
// CG identity (Hestenes & Stiefel 1952): E_k - E* = sum over j >= k of alpha_j rho_j, so every term that has
// been gathered is an exact piece of the error of an earlier iterate. With Jacobi the terms shrink slowly and
// unevenly, so one small term proves nothing. The rule looks at two neighbouring windows of terms, each a
// fifth of all iterations and at least 20 long: S1 is the newer sum, S2 the older, q = S1 / S2, and the rest
// of the series is taken as geometric in windows, with a factor 4 for the slowing down that CG shows before
// it finds a new eigenvalue:
//     error_k <~ max(S1 / 4, 4 S1 q / (1 - q))
// With multigrid each term is a small fraction of the one before, and the last term alone, which is the error
// of the iterate before last, is a safe estimate for the last. Both are estimates, not bounds. How they fared
// against the true error: DESIGN.md, "Stopping".
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

namespace tauvox {

/// How the terms of a preconditioner's iteration fall.
enum class Convergence { slow_and_uneven, fast };

class EnergyStop {
 public:
  /// @param tolerance relative error of the energy to reach
  /// @param energy    of the first iterate
  EnergyStop(double tolerance, double energy, Convergence convergence)
      : tolerance_(tolerance), energy_(energy), convergence_(convergence) {}

  /// Takes the term alpha_k rho_k of the step just made; true when the energy is good enough.
  bool done_after(double term) {
    terms_.push_back(term);
    energy_ -= term;
    return relative_error() <= tolerance_;
  }

  double energy() const { return energy_; }
  std::int64_t iterations() const { return static_cast<std::int64_t>(terms_.size()); }

  /// Estimated (E_k - E*) / E_k; infinite while there is too little to judge by.
  double relative_error() const {
    if (convergence_ == Convergence::fast)
      return terms_.empty() ? std::numeric_limits<double>::infinity() : terms_.back() / std::abs(energy_);
    const std::ptrdiff_t window =
        std::max<std::ptrdiff_t>(20, static_cast<std::ptrdiff_t>(terms_.size()) / 5);
    if (static_cast<std::ptrdiff_t>(terms_.size()) < 2 * window)
      return std::numeric_limits<double>::infinity();
    const double newer = std::accumulate(terms_.end() - window, terms_.end(), 0.0);
    const double older = std::accumulate(terms_.end() - 2 * window, terms_.end() - window, 0.0);
    if (newer == 0) return 0;
    const double q = newer / older;
    if (!(q < 1)) return std::numeric_limits<double>::infinity();
    return std::max(newer / 4, 4 * newer * q / (1 - q)) / std::abs(energy_);
  }

 private:
  double tolerance_, energy_;
  Convergence convergence_;
  std::vector<double> terms_;
};

}  // namespace tauvox
