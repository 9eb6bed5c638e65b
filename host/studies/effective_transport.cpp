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
#include "host/studies/study.hpp"
#include "host/studies/transport_quantities.hpp"
#include "host/studies/verify.hpp"
#include "kernels/volume/clusters.hpp"
#include "kernels/volume/labels.hpp"

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

Periodic joined_sides(Axis flow, bool periodic) {
  Periodic joined{periodic, periodic, periodic};
  joined[static_cast<std::size_t>(flow)] = false;
  return joined;
}

std::array<double, 3> spacing(const Volume& volume) {
  return volume.voxel_size.value_or(std::array{1.0, 1.0, 1.0});
}

/// What percolates; leaves in `classes` only clusters that touch both plates.
void find_percolating(Field<std::uint8_t>& classes, const Materials& materials, const Periodic& joined,
                      AxisResult& result) {
  const auto all = static_cast<double>(classes.extent().voxels());
  const Runs runs(classes);
  const std::int64_t corners = find_clusters(runs, Connectivity::all_26, joined).spanning_voxels(result.axis);
  const Clusters clusters = find_clusters(runs, Connectivity::faces_6, joined);
  keep_spanning(classes, runs, clusters, result.axis);
  const std::int64_t kept = clusters.spanning_voxels(result.axis);
  result.largest_cluster_fraction = static_cast<double>(clusters.largest()) / all;
  result.percolates = kept > 0;
  result.percolating_volume_fraction = static_cast<double>(kept) / all;
  result.fraction_connected_26 = static_cast<double>(corners) / all;
  const std::vector<std::int64_t> count = histogram(classes);
  for (std::size_t c = 0; c < materials.class_conductivity.size(); ++c)
    result.percolating_mean +=
        static_cast<double>(count[c + first_conducting_class]) / all * materials.class_conductivity[c];
}

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
  Field<std::uint8_t>& classes;
  const StudyInput& in;
  const Periodic& joined;
  Axis axis;
  double stop_at;                          // estimated error
  std::shared_ptr<const Unknowns> active;  // of the classes, made when first needed
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
  if (!problem.active) problem.active = std::make_shared<Unknowns>(problem.classes);
  if (conductivity.size() == 1) problem.classes = {};  // the unknowns say it all
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
  result.status = result.reason ? Status::failed : Status::converged;
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
    result.reason = result.reason.value_or("") + "; such contrasts can ask for more digits than FP64 has";
  }
  return potential;
}

}  // namespace

Report effective_transport(const StudyInput& in, const FieldSink& sink, const Progress& progress) {
  Report report;
  for (const Axis axis : in.settings.axes) {
    const auto start = Clock::now();
    AxisResult result;
    result.axis = axis;
    result.volume_fraction = in.materials.volume_fraction;
    result.mean = in.materials.mean;

    const Periodic joined = joined_sides(axis, in.settings.periodic_sides);
    StageClock clock(in.device, result.stages);
    Field<std::uint8_t> classes = map_labels(in.device, in.volume, in.materials.class_of_code);
    clock.end_of(&StageCosts::transfer);
    find_percolating(classes, in.materials, joined, result);
    clock.end_of(&StageCosts::setup);
    std::vector<float> potential;
    if (!result.percolates) {
      result.status = Status::not_percolating;
      result.ratio = 0;
      result.reason = in.materials.conducting_phases == 0 ? "no conducting voxel"
                      : result.fraction_connected_26 > 0
                          ? "no path of voxels that share faces; paths over edges or corners do not count"
                          : "no conducting path joins the two outer faces";
      if (sink) potential.assign(static_cast<std::size_t>(in.volume.extent.voxels()), std::nanf(""));
    } else {
      set_class_halo(classes, axis, joined);
      clock.end_of(&StageCosts::setup);
      potential =
          solve({classes, in, joined, axis, in.settings.tolerance, {}, clock, bool(sink)}, result, progress);
    }
    if (result.status == Status::failed) result.ratio.reset();
    result.seconds = seconds_since(start);
    report.results.push_back(result_of(result, in.materials));
    if (in.finished) in.finished(report.results.back());
    if (sink) sink(report.results.back(), potential);
  }
  return report;
}

Study effective_transport_study() {
  return {.name = "effective_transport",
          .meaning = "effective diffusivity or conductivity, tortuosity factor, fluxes, field",
          .quantities = transport_quantities(),
          .run = effective_transport,
          .gives_field = true};
}

}  // namespace tauvox
