// What a membrane does at last, from steady solves alone: its flux, its time lag, and how fast it gets there.
//
// With u the steady concentration, 1 before and 0 behind, and J its flux, the amount that has come through a
// membrane that was empty is Q(t) = J t - sum of M (1 - u) c(t), exactly, on the voxels too, with M the
// capacity of each (time_steps.hpp). So the straight line that Q approaches crosses 0 at
// t_lag = sum of M u (1 - u) / J.
//
// Where conductivities share classes, those that voxels have are what is meant (true_energy.hpp): the flux
// has a bound for them, the lag follows from how far the potential can be from theirs, and by the theorem of
// Courant and Fischer their rate is within e^s of that of the classes.
#pragma once

#include "host/solve/time_steps.hpp"
#include "host/studies/true_energy.hpp"

namespace tauvox {

struct Membrane {
  bool solved = false;
  std::string why_not;
  StopReason why = StopReason::converged;
  double flux = 0, flux_error = 0;          // J; a bound on its error
  double time_lag = 0, time_lag_error = 0;  // in the time of time_steps.hpp; an estimate of its error
  double decay_rate = 0;                    // lambda_1, the least eigenvalue of K x = lambda M x
  std::optional<double> decay_rate_error;   // an estimate; none where the rate did not settle
  std::int64_t iterations = 0;
};

/// @param problem plates of 1 before and 0 behind an axis, of which each cluster touches both
/// @param own where classes are shared
Membrane find_membrane(const Problem& problem, const StageSolve& solve, double tolerance,
                       const IterationObserver& observe, const OwnConductivities* own = nullptr);

}  // namespace tauvox
