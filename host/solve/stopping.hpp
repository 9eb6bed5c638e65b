// When to stop conjugate gradients: on the energy, which is D_eff.
//
// CG identity (Hestenes & Stiefel 1952): E_k - E* = sum over j >= k of alpha_j rho_j, so every term that has
// been gathered is an exact piece of the error of an earlier iterate. With Jacobi the terms shrink slowly and
// unevenly, so one small term proves nothing. The rule looks at two neighbouring windows of terms, each a
// fifth of all iterations and at least 20 long: S1 is the newer sum, S2 the older, q = S1 / S2, and the rest
// of the series is taken as geometric in windows, with a factor 4 for the slowing down that CG shows before
// it finds a new eigenvalue:
//     error_k <~ max(S1 / 4, 4 S1 q / (1 - q))
// With multigrid each term is a fraction q of the one before. A geometric series leaves t q / (1 - q); c / (1
// - q) times that is taken, more the slower it falls: c = 2 for the first four terms, of which each falls
// less than the one before, then 0.7, where half the distance of the bounds lies. A bound (bound.hpp) then
// says whether that was enough; when it was not, conjugate gradients start again. Both are estimates. How
// they fared: DESIGN.md, "Stopping".
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace tauvox {

/// How the terms of a preconditioner's iteration fall.
enum class Convergence { slow_and_uneven, fast };

class EnergyStop {
 public:
  /// @param tolerance relative error of the energy to reach
  /// @param wanted how many iterations are wanted, whatever their terms; 0: as the terms tell
  EnergyStop(double tolerance, Convergence convergence, std::int64_t wanted = 0)
      : tolerance_(tolerance), convergence_(convergence), wanted_(wanted) {}

  /// Takes the energy of the first iterate; or of a later one, and the terms of the steps before it.
  void start(double energy, std::vector<double> terms = {}) {
    energy_ = energy;
    terms_ = std::move(terms);
  }

  /// Takes the term alpha_k rho_k of the step just made.
  void take(double term) {
    terms_.push_back(term);
    energy_ -= term;
  }
  /// Whether the energy is good enough.
  bool done() const { return wanted_ > 0 ? iterations() >= wanted_ : relative_error() <= tolerance_; }

  /// How many more iterations take an error to this share of itself, and to half at least, if each leaves
  /// three times as much as the last term was of the one before; 0 where terms do not say.
  std::int64_t iterations_to(double share) const {
    if (terms_.size() < 2) return 0;
    const double q = terms_.back() / terms_[terms_.size() - 2];
    if (!(q > 0 && q < 0.9)) return 0;
    const auto to = [](double of_all, double a_step) {
      return std::ceil(std::log(of_all) / std::log(a_step));
    };
    return static_cast<std::int64_t>(std::max({1.0, to(share, std::min(0.8, 3 * q)), to(0.5, q)}));
  }

  /// Whether fast convergence has come to its end, far from the aim: the last 30 terms add up to half of the
  /// 30 before or more. Rounding does that at contrasts that FP32 cannot hold.
  bool stalled() const {
    constexpr std::ptrdiff_t window = 30;
    if (convergence_ != Convergence::fast || static_cast<std::ptrdiff_t>(terms_.size()) < 2 * window)
      return false;
    const double newer = std::accumulate(terms_.end() - window, terms_.end(), 0.0);
    const double older = std::accumulate(terms_.end() - 2 * window, terms_.end() - window, 0.0);
    return !(newer < older / 2);
  }

  std::int64_t iterations() const { return static_cast<std::int64_t>(terms_.size()); }
  double energy() const { return energy_; }
  const std::vector<double>& terms() const { return terms_; }

  /// Estimated (E_k - E*) / E_k; infinite while there is too little to judge by.
  double relative_error() const {
    if (convergence_ == Convergence::fast) {
      if (terms_.size() < 2) return std::numeric_limits<double>::infinity();
      const double newer = terms_.back(), q = newer / terms_[terms_.size() - 2];
      if (!(q < 1)) return std::numeric_limits<double>::infinity();
      return (terms_.size() <= 4 ? 2 : 0.7) * newer * q / ((1 - q) * (1 - q)) / std::abs(energy_);
    }
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
  double tolerance_, energy_ = 0;
  Convergence convergence_;
  std::int64_t wanted_;
  std::vector<double> terms_;
};

}  // namespace tauvox
