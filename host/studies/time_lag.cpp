#include "host/studies/time_lag.hpp"

#include <algorithm>

namespace tauvox {
namespace {

constexpr int most_inverse_steps = 60;
constexpr double slowest = 0.95;  // factor between changes above which the rest is not foreseen
constexpr double tolerance_of_step = 1e-9;
constexpr double settled = 5e-7;  // of the rate: what may be to come when it counts as found
// Of the rate: what a mode of nearly the same rate can hide that the start holds next to nothing of. 3e-6 was
// the most that was seen in most random volumes.
constexpr double hidden = 1e-5;

class MembraneSolve {
 public:
  MembraneSolve(const Problem& problem, const StageSolve& solve, const IterationObserver& observe)
      : how_(solve),
        observe_(observe),
        A_(problem),
        diagonal_(A_.diagonal()),
        steady_(problem, solve.preconditioning, A_.octets()) {}

  Membrane run(double tolerance) {
    if (!good(steady_, tolerance)) return found_;
    const Solution& solution = steady_.solution();
    found_.flux = solution.energy();
    found_.flux_error = solution.error() * solution.energy();
    const Buffer<double> u = state_of(A_, steady_.deviation<double>());
    const Moments of_u = moments_of(u);
    found_.time_lag = (of_u.sum - of_u.squares) / found_.flux;
    if (!find_rate(u)) return found_;
    // |sum u (1 - u)| is off by no more than |error of u| sqrt(n), and that by the energy and lambda_1.
    const auto n = static_cast<double>(A_.unknowns());
    const double least_rate = std::max(
        found_.decay_rate - found_.decay_rate_error.value_or(found_.decay_rate), found_.decay_rate / 4);
    const double of_sum =
        std::sqrt(n * (solution.bounds.upper - solution.bounds.lower) / least_rate) / found_.flux;
    found_.time_lag_error = of_sum + found_.time_lag * solution.error() + 1e-14 * found_.time_lag;
    found_.solved = true;
    return found_;
  }

 private:
  /// In FP64 where FP32 does not reach what is asked for.
  bool good(Solver& solver, double tolerance) {
    if (how_.single) solver.minimise<float>(tolerance, how_.limit, observe_);
    if (!how_.single || (!solver.solution().reached && solver.solution().why != StopReason::interrupted))
      solver.minimise<double>(tolerance, how_.limit, observe_);
    const Solution& solution = solver.solution();
    found_.iterations += solution.iterations;
    found_.why = solution.why;
    if (!solution.reached) found_.why_not = why_not_reached(solution, tolerance, how_.limit);
    return solution.reached;
  }
  /// Inverse iteration; the quotient of Rayleigh is second order in the error of the mode. Its changes
  /// shrink by (lambda_1 / lambda_2)^2 a step, so what is still to come follows from two of them. Where they
  /// do not shrink a slower mode is coming up, and nothing is said of the rate.
  bool find_rate(const Buffer<double>& u) {
    Buffer<double> x = A_.vector();
    copy(u, x);
    double change = 0, ratio = 0;
    for (int step = 0; step < most_inverse_steps; ++step) {
      const double size = std::sqrt(moments_of(x).squares), before = found_.decay_rate,
                   change_before = change, ratio_before = ratio;
      Problem problem = A_.problem();
      for (Side& side : problem.sides.all) side.value = 0;
      problem.load = std::make_shared<const Buffer<double>>(load_from(A_, {{1 / size, &x}}, diagonal_, {}));
      Solver solver(problem, steady_);
      if (!good(solver, tolerance_of_step)) return false;
      const double last = moments_of(x).squares;
      Buffer<double> y = solver.deviation<double>(), sum = A_.vector();
      copy(y, sum);
      add_scaled(sum, 1, x);
      const double squares = moments_of(y).squares,
                   load_times_y = (moments_of(sum).squares - last - squares) / (2 * size);
      // y K y / y y, whatever y is: never too small, and second order in the error of the solve as well.
      found_.decay_rate = (solver.solution().bounds.upper + 2 * load_times_y) / squares;
      x = std::move(y);
      change = std::abs(found_.decay_rate - before);
      ratio = change_before > 0 ? change / change_before : 0;
      const double shrinks_by = std::max(ratio, ratio_before), floor = settled * found_.decay_rate;
      found_.decay_rate_error.reset();
      const bool is_noise = change <= floor / 50;
      if (step < 3 || (shrinks_by > slowest && !is_noise)) continue;
      const double to_come = change / (1 - std::min(slowest, shrinks_by));
      found_.decay_rate_error = to_come + hidden * found_.decay_rate;
      if (to_come <= floor) return true;
    }
    return true;
  }

  StageSolve how_;
  const IterationObserver& observe_;
  TransportOperator<double> A_;
  Buffer<double> diagonal_;
  Solver steady_;
  Membrane found_;
};

}  // namespace

Membrane find_membrane(const Problem& problem, const StageSolve& solve, double tolerance,
                       const IterationObserver& observe) {
  return MembraneSolve(problem, solve, observe).run(tolerance);
}

}  // namespace tauvox
