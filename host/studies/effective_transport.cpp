// Effective transport between two plates: div(D grad u) = 0, u = 1 on the face before the first layer, u = 0
// behind the last, no flux (or periodic) across the sides.
//
//   D_eff / D_max = (sum over faces of g (du)^2) n_flow / (n_1 n_2)      the dissipation, second order in the
//   error
//
// Only what touches both plates is solved for: islands and dead ends of one plate carry no steady flux.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "host/solve/bound.hpp"
#include "host/solve/jacobi.hpp"
#include "host/solve/krylov.hpp"
#include "host/solve/multigrid.hpp"
#include "host/studies/percolating.hpp"
#include "host/studies/study.hpp"
#include "host/studies/verify.hpp"
#include "kernels/volume/class_field.hpp"

namespace tauvox {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Books what has passed since the last call to a stage; waits for the device, so that kernels started in a
/// stage are counted in it.
class StageClock {
 public:
  StageClock(const Device& device, StageCosts& stages) : device_(device), stages_(stages) { restart(); }
  void restart() {
    device_.wait();
    since_ = Clock::now();
    bytes_ = device_.traffic_bytes();
  }
  void end_of(StageCost StageCosts::*stage) {
    device_.wait();
    (stages_.*stage).seconds += seconds_since(since_);
    (stages_.*stage).bytes_moved += device_.traffic_bytes() - bytes_;
    restart();
  }

 private:
  const Device& device_;
  StageCosts& stages_;
  Clock::time_point since_;
  std::int64_t bytes_ = 0;
};

std::array<double, 3> spacing(const Volume& volume) {
  return volume.voxel_size.value_or(std::array{1.0, 1.0, 1.0});
}

void report_percolation(const Percolating& found, const Extent& extent, AxisResult& result) {
  const auto all = static_cast<double>(extent.voxels());
  result.axis = found.axis;
  result.percolates = found.voxels > 0;
  result.percolating_volume_fraction = static_cast<double>(found.voxels) / all;
  result.fraction_connected_26 = static_cast<double>(found.voxels_26) / all;
  result.largest_cluster_fraction = static_cast<double>(found.largest) / all;
  result.percolating_mean = found.mean;
}

/// The class field of one axis after the other: made anew only where other voxels percolate, and not at all
/// with one conducting class, where the unknowns say it all. Gives the labels back when no axis needs them
/// any more.
class ClassField {
 public:
  ClassField(const StudyInput& in, std::optional<Codes> codes, const std::vector<Percolating>& axes)
      : in_(in), codes_(std::move(codes)), axes_(axes) {
    release_codes(axes_.begin());
  }
  const Field<std::uint8_t>& of(const Percolating& axis) {
    if (one_class()) return field_;
    const auto at =
        std::find_if(axes_.begin(), axes_.end(), [&](const Percolating& other) { return &other == &axis; });
    if (axis.unknowns != set_) set_classes(field_, *codes_, *axis.unknowns, in_.materials.class_of_code);
    set_ = axis.unknowns;
    release_codes(at);
    set_class_halo(field_, axis.axis, axis.joined);
    return field_;
  }

 private:
  bool one_class() const { return in_.materials.class_conductivity.size() <= 1; }
  void release_codes(std::vector<Percolating>::const_iterator from) {
    const bool needed = std::any_of(
        from, axes_.end(), [&](const Percolating& axis) { return axis.unknowns && axis.unknowns != set_; });
    if (one_class() || !needed) codes_.reset();
  }

  const StudyInput& in_;
  std::optional<Codes> codes_;
  const std::vector<Percolating>& axes_;
  std::shared_ptr<const Unknowns> set_;  // whose classes the field holds
  Field<std::uint8_t> field_;
};

/// Share of the way from the first estimate of the error to the tolerance, on a logarithmic scale.
double share_done(double first, double now, double tolerance) {
  if (!(first > tolerance) || !std::isfinite(now)) return 0;
  return std::log(first / std::max(now, tolerance)) / std::log(first / tolerance);
}

/// What the solver found for one direction.
struct Solved {
  Evaluation at;                                                       // of ramp + x, FP64
  double energy = 0, error = std::numeric_limits<double>::infinity();  // relative
  std::optional<EnergyBounds> bounds;
};

/// Judges x by a bound.
template <class T>
Solved judge(const TransportOperator<T>& A, const MultigridPreconditioner<T>& M, const Buffer<T>& x) {
  const EnergyBounds bounds = bound_energy(A, M.hierarchy(), x);
  return {bounds.at, bounds.middle(), bounds.relative_error(), bounds};
}

/// Judges x by the estimate of the stopping rule. What rounding put between the recurrence and the true
/// energy is error as well. Where CG could not go on, only the residual is left to judge by: energy errors of
/// 3e2 to 1.4e4 times its square were measured, 1e5 is used.
template <class T>
Solved judge(const TransportOperator<T>& A, const Buffer<T>& x, const EnergyStop& stop, StopReason why,
             double source) {
  const Evaluation at = A.evaluate(x);
  const double rounding = std::abs(at.energy - stop.energy()) / at.energy;
  const double by_residual = 1e5 * at.residual2 / source;
  double error = why == StopReason::converged && stop.iterations() > 0 ? stop.relative_error() : by_residual;
  if (why == StopReason::iteration_limit) error = std::max(error, stop.relative_error());
  return {at, at.energy, rounding + error, {}};
}

/// Minimises the energy over x by CG, until it is judged good enough. Rounding separates the recurrence of CG
/// from the true residual; a restart from the true one mends that. FP64 needs none as a rule, FP32 one or two
/// at tight tolerances.
template <class Vector, class Operator, class Preconditioner>
Solved minimise(const Operator& A, Preconditioner& M, Vector& x, double tolerance, std::int64_t limit,
                SolverResult& solver, const Progress& progress) {
  const double source = A.source_norm2();
  const std::string doing = fmt::format("axis {}", axis_name(A.flow()));
  Solved solved;
  double first = 0, aim = M.bounded ? tolerance : tolerance / 2;
  constexpr int starts = 5;
  for (int start = 0; start < starts && solver.iterations < limit && solved.error > tolerance; ++start) {
    EnergyStop stop(aim, M.convergence);
    const std::int64_t before = solver.iterations;
    const IterationObserver observe = [&](std::int64_t k, double estimate) {
      if (!progress || (M.convergence == Convergence::slow_and_uneven && k % 10 != 0)) return;
      if (first == 0 && std::isfinite(estimate)) first = estimate;
      progress(doing, share_done(first, estimate, tolerance),
               fmt::format("iteration {}, error {:.1e}", before + k, estimate));
    };
    StopReason why;
    {
      Vector r = A.vector(), p = A.vector(), q = A.vector();
      why = conjugate_gradient(A, M, x, r, p, q, stop, limit - before, observe);
      if constexpr (Preconditioner::bounded) {
        A.jacobi_dot(r, q);
        add_scaled(x, 1, q);
      }
    }  // the bound needs their room
    if (why == StopReason::stagnated) M.weaken();
    solver.iterations += stop.iterations();
    solver.operator_applications += stop.iterations() + 2;
    if constexpr (Preconditioner::bounded) {
      solved = judge(A, M, x);
      detail::finite(solved.error, "the bound", solver.iterations);
      aim *= std::clamp(0.7 * tolerance / solved.error, 0.01, 0.5);
    } else {
      solved = judge(A, x, stop, why, source);
    }
    solver.relative_residual = std::sqrt(solved.at.residual2 / source);
  }
  return solved;
}

/// The problem of one direction, whatever solves it.
struct Problem {
  std::shared_ptr<const Unknowns> active;
  const Field<std::uint8_t>& classes;  // empty with one conducting class
  const StudyInput& in;
  const Periodic& joined;
  Axis axis;
  double stop_at;  // estimated error
  StageClock& clock;
  bool field_wanted;
};

/// What the solution says besides its energy.
struct Concentration {
  std::int64_t outside = 0;   // voxels beyond what the plates allow
  std::vector<float> values;  // [z][y][x]; empty where nobody wants them
};

template <class Operator, class Vector>
Concentration concentration_of(const Operator& A, const Vector& x, const Problem& problem) {
  return {A.outside(x, law_slack(problem.in.settings.tolerance)),
          problem.field_wanted ? A.potential(x) : std::vector<float>{}};
}

/// Solves with vectors of type T, by multigrid or by Jacobi.
template <class T>
Concentration run(Problem& problem, SolverResult& solver, Solved& solved, const Progress& progress) {
  const StudyInput& in = problem.in;
  const std::vector<double>& conductivity = in.materials.class_conductivity;
  const TransportOperator<T> A(problem.active, problem.classes, conductivity, spacing(in.volume),
                               problem.axis, problem.joined);
  Buffer<T> x;
  const auto iterate = [&](auto& M) {
    x = A.vector();
    x.zero();
    solver.method = M.method;
    problem.clock.end_of(&StageCosts::setup);
    solved = minimise(A, M, x, problem.stop_at, in.settings.max_iterations, solver, progress);
    problem.clock.end_of(&StageCosts::solve);
  };
  if (in.settings.solver == "multigrid") {
    const Hierarchy hierarchy(in.device, A.medium());  // before the vectors: its making takes memory too
    MultigridPreconditioner<T> M(A, hierarchy);
    iterate(M);
  } else {
    JacobiPreconditioner<T> M{A};
    iterate(M);
  }
  return concentration_of(A, x, problem);
}

/// Solves with vectors of type T and fills the result; hands out the concentration if it is wanted.
template <class T>
std::vector<float> solve_with(Problem& problem, AxisResult& result, const Progress& progress) {
  const Settings& settings = problem.in.settings;
  const double tolerance = settings.tolerance;
  SolverResult& solver = result.solver;
  solver.precision = sizeof(T) == 8 ? "double" : "mixed";
  Solved solved;
  problem.clock.restart();
  Concentration found = run<T>(problem, solver, solved, progress);
  const Extent& e = problem.in.volume.extent;
  const auto n = static_cast<double>(e.along(problem.axis));
  const double to_ratio = n * n / static_cast<double>(e.voxels());
  result.flux_in = solved.at.flux_in * to_ratio;
  result.flux_out = solved.at.flux_out * to_ratio;
  const double ratio = solved.energy * to_ratio;
  solver.error = std::max(solved.error, 1e-15);  // FP64 sums are no better
  if (solved.bounds) {
    solver.error_kind = "bound";
    result.ratio_bounds = {solved.bounds->lower * to_ratio, solved.bounds->upper * to_ratio};
  }
  if (!(solved.error <= tolerance)) {
    result.status = Status::not_converged;
    result.best_estimate = ratio;
    result.reason = fmt::format(
        "stopped after {} iterations with an error of {:.1e} ({}), above the tolerance {:.1e}; {}",
        solver.iterations, solved.error, solver.error_kind, tolerance,
        solver.iterations >= settings.max_iterations ? "raise --max-iterations"
                                                     : "rounding allows no more: raise --tolerance");
    return std::move(found.values);
  }
  result.best_estimate.reset();
  result.ratio = ratio;
  result.reason = verify(result, found.outside, tolerance);
  result.status = result.reason.empty() ? Status::converged : Status::failed;
  return std::move(found.values);
}

/// In FP64 where FP32 does not reach the tolerance, or reaches it with fluxes that do not agree. At contrasts
/// of 1e8 and more the energy can be good long before the flux through the good conductor is: then on to
/// smaller errors, until the self-checks agree.
std::vector<float> solve(Problem problem, AxisResult& result, const Progress& progress) {
  const Settings& settings = problem.in.settings;
  const auto over = [&] {
    return result.status == Status::converged || result.solver.iterations >= settings.max_iterations;
  };
  std::vector<float> potential;
  if (settings.precision == "mixed") {
    potential = solve_with<float>(problem, result, progress);
    if (over()) return potential;
  }
  for (const double share : {1.0, 1e-2, 1e-4, 1e-6}) {
    problem.stop_at = std::max(share * settings.tolerance, 2e-14);
    potential = solve_with<double>(problem, result, progress);
    if (over() || result.status == Status::not_converged) return potential;
  }
  const std::vector<double>& sigma = problem.in.materials.class_conductivity;
  if (sigma.back() / sigma.front() > 1e8) {
    result.status = Status::not_converged;
    result.best_estimate = std::exchange(result.ratio, std::nullopt);
    result.reason += "; such contrasts can ask for more digits than FP64 has";
  }
  return potential;
}

}  // namespace

std::vector<AxisResult> effective_transport(const StudyInput& in, const FieldSink& sink,
                                            const Progress& progress) {
  std::vector<AxisResult> results;
  auto start = Clock::now();
  StageCosts once;  // what serves all axes is booked to the first
  StageClock clock_of_all(in.device, once);
  std::optional<Codes> codes(std::in_place, in.device, in.volume);
  clock_of_all.end_of(&StageCosts::transfer);
  const std::vector<Percolating> percolating =
      find_percolating(*codes, in.materials, in.settings.axes, in.settings.periodic_sides);
  ClassField classes(in, std::move(codes), percolating);
  clock_of_all.end_of(&StageCosts::setup);
  for (const Percolating& found : percolating) {
    AxisResult result;
    result.volume_fraction = in.materials.volume_fraction;
    result.conducting_phases = in.materials.conducting_phases;
    result.largest_value = in.materials.largest;
    result.mean = in.materials.mean;
    result.stages = std::exchange(once, {});
    report_percolation(found, in.volume.extent, result);
    StageClock clock(in.device, result.stages);
    std::vector<float> potential;
    if (!result.percolates) {
      result.status = Status::not_percolating;
      result.ratio = 0;
      result.reason = in.materials.conducting_phases == 0 ? "no conducting voxel"
                      : result.fraction_connected_26 > 0
                          ? "no path of voxels that share faces; paths over edges or corners do not count"
                          : "nothing that conducts reaches from one face to the other";
      if (sink) potential.assign(static_cast<std::size_t>(in.volume.extent.voxels()), std::nanf(""));
    } else {
      const Field<std::uint8_t>& field = classes.of(found);
      clock.end_of(&StageCosts::setup);
      potential = solve(
          {found.unknowns, field, in, found.joined, found.axis, in.settings.tolerance, clock, bool(sink)},
          result, progress);
    }
    if (result.status == Status::failed) result.ratio.reset();
    result.seconds = seconds_since(start);
    if (sink) sink(result, potential);
    results.push_back(std::move(result));
    start = Clock::now();
  }
  return results;
}

}  // namespace tauvox
