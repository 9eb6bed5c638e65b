// Steps in time of a problem: M dc/dt = b - K c, M the capacity of each unknown: the weight of its kind, 1
// where the problem has none (transport/problem.hpp). Means and squares of states are weighted by M.
//
// Time is in units of h^2 / D, h the edge along the unit axis and D what conducts best. With
// g = 2 - sqrt(2), s the state at g dt and A = 2 M / (g dt) + K (Bank et al. 1985,
// doi 10.1109/T-ED.1985.22232):
//
//   TR-BDF2           A s  = 2 M/(g dt) c0 + f(c0) + b                         trapezoidal rule over g dt
//                     A c1 = 2 M/(g dt) (s - (1-g)^2 c0) / (g (2-g)) + b      BDF2 over the rest
//   backward Euler    (M/dt + K) c1 = M c0 / dt + b
//   BDF2              the same with c of the step before, for steps of any length; the first is of
//                     backward Euler
//
// f(c) = b - K c. Every stage is solved for its change alone, which is posed as a load
// (transport/problem.hpp): so what is left open has a bound in the energy of A, and with it in c itself.
// Coarse levels are kept as long as the step is between the one they were made for and four times that.
#pragma once

#include <cmath>

#include "host/solve/solver.hpp"
#include "kernels/transport/states.hpp"

namespace tauvox {

enum class TimeScheme { tr_bdf2, bdf2, backward_euler };

/// How each stage is solved.
struct StageSolve {
  Preconditioning preconditioning = Preconditioning::multigrid;
  bool single = true;          // vectors of the change in FP32, as long as that suffices
  double tolerance = 1e-4;     // error over the change, both in the energy of A
  std::int64_t limit = 10000;  // of iterations, each
};

/// What a step gave.
struct TimeStep {
  double length = 0;
  bool solved = false;  // every stage to its tolerance
  std::string why_not;  // else
  double in = 0,
         out = 0;  // through plates before the first layers, and those behind the last, while it lasts
  /// Of the step alone, by the embedded formula of third order (TR-BDF2; else not known): root of the mean
  /// square, and mean.
  std::optional<double> error, error_of_mean;
  double open = 0;  // bound on the root mean square of what the solves leave open
  std::int64_t iterations = 0;
  int solves = 0;
};

class TimeSteps {
 public:
  /// @param problem without a shift or a load, of which each cluster touches a plate
  TimeSteps(Problem problem, TimeScheme scheme, const StageSolve& solve);

  /// Begins with these concentrations, in the order in which unknowns are numbered.
  void start(const std::vector<double>& concentration);
  /// Finds what comes after `length`, and keeps it aside.
  const TimeStep& attempt(double length, const IterationObserver& observe = {});
  /// Goes there.
  void accept();

  const TransportOperator<double>& rates() const { return rates_; }
  /// c now, less the reference of the problem.
  const Buffer<double>& deviation() const { return now_.v; }
  Buffer<double> concentration() const { return state_of(rates_, now_.v); }
  /// Of c: what is held over what is held where c is 1.
  double mean() const;
  /// What is held where c is 1.
  double capacity() const { return capacity_.total(); }
  /// Of now: fluxes through the plates.
  const Evaluation& at() const { return now_.at; }

  /// All that the next step depends on: a run that resumes from it has the same bits.
  struct Kept {
    std::vector<double> now, before;  // deviations by number; `before` is empty where no scheme needs it
    double last_length = 0, last_in = 0, last_out = 0;
    double shift_of_levels = 0;  // 0: none are made
  };
  Kept kept() const;
  void resume(const Kept& kept);

 private:
  struct State {
    Buffer<double> v, f;  // f over the diagonal, as residuals are
    Evaluation at;
  };
  /// Sums of states and of rates f that make the right hand side of a stage.
  struct Stage {
    double shift = 0;
    std::vector<Term> states, rates;
  };
  Buffer<double> copy_of(const Buffer<double>& v) const;
  State state(Buffer<double> v) const;
  const Solver& levels_for(double shift);
  bool solve(const Stage& stage, State& x, double& open);
  bool tr_bdf2(double length, State& next);
  bool estimate(double shift, const State& middle, const State& next);
  bool euler(double length, State& next);
  bool bdf2(double length, State& next);
  Problem change_of(double shift, std::shared_ptr<const Buffer<double>> load) const;

  TimeScheme scheme_;
  StageSolve how_;
  TransportOperator<double> rates_;  // b - K c
  Capacity capacity_;                // M
  Buffer<double> diagonal_;
  State now_, next_;
  Buffer<double> before_;  // BDF2: deviation of the step before; empty at first
  TimeStep step_, last_;
  std::unique_ptr<const Solver> levels_;
  double shift_of_levels_ = 0;
  const IterationObserver* observe_ = nullptr;
};

}  // namespace tauvox
