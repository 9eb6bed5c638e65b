#include "host/studies/time_lag.hpp"

#include <algorithm>
#include <cmath>

#include "host/studies/slowest_decay.hpp"

namespace tauvox {
namespace {

constexpr double tolerance_of_step = 1e-9;

class MembraneSolve {
 public:
  MembraneSolve(const Problem& problem, const StageSolve& solve, const IterationObserver& observe,
                const OwnConductivities* own)
      : own_(own),
        how_(solve),
        observe_(observe),
        A_(problem),
        capacity_(A_),
        diagonal_(A_.diagonal()),
        steady_(problem, solve.preconditioning, A_.octets()) {}

  Membrane run(double tolerance) {
    if (!good(steady_, tolerance)) return found_;
    EnergyBounds flux = steady_.solution().bounds;
    double off_squared = flux.upper - flux.lower;  // energy of what the potential is off by, at most
    if (own_) {
      const Problem& problem = A_.problem();
      const OwnConductivities::Enclosed own =
          own_->enclose({flux.lower, flux.upper}, steady_.potential(), problem.sides, problem.unit_axis);
      flux.lower = own.lower;
      flux.upper = own.upper;
      off_squared = own.off * own.off;
    }
    found_.flux = flux.middle();
    found_.flux_error = flux.relative_error() * found_.flux;
    const Buffer<double> u = state_of(A_, steady_.deviation<double>());
    const Moments of_u = capacity_.moments(u);
    found_.time_lag = (of_u.sum - of_u.squares) / found_.flux;
    if (!find_rate(u)) return found_;
    // |sum M u (1 - u)| is off by no more than |error of u| sqrt(sum M), and that by the energy and lambda_1.
    const double least_rate =
        std::exp(own_ ? -own_->spread() : 0) *
        std::max(found_.decay_rate - found_.decay_rate_error.value_or(found_.decay_rate),
                 found_.decay_rate / 4);
    const double of_sum = std::sqrt(capacity_.total() * off_squared / least_rate) / found_.flux;
    found_.time_lag_error = of_sum + found_.time_lag * (flux.relative_error() + 1e-14);
    if (own_ && found_.decay_rate_error) *found_.decay_rate_error += found_.decay_rate * own_->most_off();
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
  bool find_rate(const Buffer<double>& u) {
    Problem still = A_.problem();
    for (Side& side : still.sides.all) side.value = 0;
    const TransportOperator<double> K(still, KernelForm::tuned, A_.octets());
    const auto decay = find_slowest_decay(K, capacity_, u, [&](const Buffer<double>& x, Buffer<double>& y) {
      Problem loaded = still;
      loaded.load =
          std::make_shared<const Buffer<double>>(load_from(A_, capacity_, {{1, &x}}, diagonal_, {}));
      Solver solver(loaded, steady_);
      if (!good(solver, tolerance_of_step)) return false;
      y = solver.deviation<double>();
      return true;
    });
    if (!decay) return false;
    found_.decay_rate = decay->rate;
    found_.decay_rate_error = decay->error;
    return true;
  }

  const OwnConductivities* own_;
  StageSolve how_;
  const IterationObserver& observe_;
  TransportOperator<double> A_;
  Capacity capacity_;
  Buffer<double> diagonal_;
  Solver steady_;
  Membrane found_;
};

}  // namespace

Membrane find_membrane(const Problem& problem, const StageSolve& solve, double tolerance,
                       const IterationObserver& observe, const OwnConductivities* own) {
  return MembraneSolve(problem, solve, observe, own).run(tolerance);
}

}  // namespace tauvox
