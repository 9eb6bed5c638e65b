// The tensor of effective transport of a volume repeated without end: all opposite sides are joined, and for
// each axis a gradient e_i is imposed.
//
//   D_ij = sum over faces of g d_i d_j / voxels,      d_i the drop of the potential that e_i drives
//
// Each direction is solved once, on one hierarchy. E(e) is the energy of a gradient e; the potential of any
// sum of gradients is the sum of their potentials, and its energy has a two-sided bound
// (host/solve/bound.hpp) without a solve. So every entry has one, whatever the potentials are:
//
//   D_ii = E(e_i)
//   2 D_ij = E(a e_i + e_j / a) - a^2 D_ii - D_jj / a^2,            a = (D_jj / D_ii)^(1/4)
//   4 D_ij = E(a e_i + e_j / a) - E(a e_i - e_j / a)                where the interval of the first is too
//   wide
//
// With half-widths of D_ii within `tolerance` D_ii, that of D_ij by the second is within
// tolerance sqrt(D_ii D_jj): the energies that repair fluxes take add up as squares do. Where conductivities
// share classes all of it is bounded for the voxels' own (host/studies/true_energy.hpp). Symmetric by
// construction. Only clusters that come back to themselves across joined sides are solved for; where no
// winding vector has a part along an axis, row and column of it are exactly 0.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "host/solve/bounds_of_sum.hpp"
#include "host/solve/finished_solves.hpp"
#include "host/studies/study.hpp"
#include "host/studies/tensor_quantities.hpp"
#include "host/studies/true_energy.hpp"
#include "host/studies/verify.hpp"
#include "host/studies/wrapped.hpp"

namespace tauvox {
namespace {

constexpr std::size_t index(Axis axis) { return static_cast<std::size_t>(axis); }

class TensorSolve {
 public:
  TensorSolve(const StudyInput& in, const OwnConductivities& own, Problem problem, const Progress& progress,
              TensorResult& result)
      : in_(in),
        own_(own),
        problem_(std::move(problem)),
        progress_(progress),
        result_(result),
        clock_(in.device, result.stages),
        voxels_(static_cast<double>(in.volume.extent.voxels())),
        finished_(in.keeper) {
    for (auto& row : result_.tensor) row.fill({std::nan(""), std::nan("")});
  }

  void run() {
    bool in_time = true;
    for (const Axis axis : all_axes)
      if (in_time && result_.windings.reach(axis)) in_time = solve(axis);
    if (own_.share()) enclose();
    if (!in_time) return;
    for (const Axis axis : all_axes)
      for (const Axis other : all_axes) {
        if (index(other) > index(axis)) continue;
        Bounds& entry = result_.tensor[index(axis)][index(other)];
        if (!result_.windings.reach(axis) || !result_.windings.reach(other))
          entry = {0, 0};
        else if (axis != other)
          combine(axis, other, entry);
        result_.tensor[index(other)][index(axis)] = entry;
      }
    clock_.end_of(&StageCosts::solve);
    if (result_.reason) return;  // not converged
    result_.reason = contradiction_ ? contradiction_ : violated();
    if (!result_.reason) {
      result_.status = Status::converged;
      return;
    }
    const std::vector<double>& sigma = in_.materials.class_conductivity;
    const bool hard = sigma.back() / sigma.front() > 1e8;
    if (hard && !contradiction_ && !violated(true)) {
      result_.status = Status::converged;
      result_.reason.reset();
      result_.remark =
          "fluxes are not resolved at this contrast; the entries follow from energies and their bounds";
      return;
    }
    result_.status = hard ? Status::not_converged : Status::failed;
    if (hard) *result_.reason += "; such contrasts can ask for more digits than FP64 has";
  }

 private:
  Bounds in_units(const EnergyBounds& of) const { return {of.lower / voxels_, of.upper / voxels_}; }
  Bounds in_units(const std::array<double, 2>& of) const { return {of[0] / voxels_, of[1] / voxels_}; }
  double diagonal(Axis axis) const { return result_.tensor[index(axis)][index(axis)].middle(); }

  /// @return false where the run shall end
  bool solve(Axis axis) {
    Problem problem = problem_;
    // A gradient of 1 over the edge along z, which conductances are in units of.
    problem.rise[index(axis)] = static_cast<double>(in_.volume.extent.along(axis)) *
                                problem.spacing[index(axis)] / problem.spacing[0];
    std::unique_ptr<Solver>& solver = solvers_[index(axis)];
    const Solver* before = nullptr;
    for (const auto& other : solvers_)
      if (other) before = other.get();
    const bool multigrid = in_.settings.solver == "multigrid";
    solver = before ? std::make_unique<Solver>(std::move(problem), *before)
                    : std::make_unique<Solver>(std::move(problem), multigrid ? Preconditioning::multigrid
                                                                             : Preconditioning::jacobi);
    clock_.end_of(&StageCosts::setup);
    find(axis, *solver);
    if (!multigrid) solver->drop_hierarchy();
    clock_.end_of(&StageCosts::solve);
    const Solution& found = solver->solution();
    result_.tensor[index(axis)][index(axis)] = in_units(found.bounds);
    count(found);
    const bool over = found.why == StopReason::interrupted;
    // One that is ended goes on in another run; what it has so far has other bits.
    if (found.error() <= in_.settings.tolerance && !(over && in_.keeper)) return true;
    result_.status = Status::not_converged;
    result_.reason =
        fmt::format("{}direction {}: {}", result_.reason ? *result_.reason + "; " : "", axis_name(axis),
                    why_not_reached(found, in_.settings.tolerance, in_.settings.max_iterations));
    return !over;
  }

  /// By a solve, or by that of an earlier run.
  void find(Axis axis, Solver& solver) {
    const std::string name = fmt::format("direction {}", axis_name(axis));
    const int place = ++directions_;
    if (const std::optional<FoundSolve> kept = finished_.find(place, name)) {
      const auto take = [&](auto type) {
        using T = decltype(type);
        Buffer<T> x = TransportOperator<T>(solver.problem(), KernelForm::tuned, solver.octets()).vector();
        finished_.read(place, name, x);
        solver.start_from(std::move(x), kept->solution);
      };
      kept->solution.precision == "double" ? take(double{}) : take(float{});
      flux_off_[index(axis)] = kept->more.front();
      return;
    }
    if (finished_.keeper()) solver.keep_with(finished_, name);
    reach(axis, solver);
    if (solver.solution().why != StopReason::interrupted)
      finished_.add(place, name, {solver.solution(), {flux_off_[index(axis)]}}, in_.device, solver.bytes());
  }

  /// In FP64 where FP32 does not reach what is asked for; to smaller errors until the fluxes agree, which at
  /// high contrast are good only after the energy.
  void reach(Axis axis, Solver& solver) {
    const StudySettings& s = in_.settings;
    const IterationObserver observer = watched(in_, progress_, fmt::format("direction {}", axis_name(axis)));
    const auto with = [&](auto type) {
      using T = decltype(type);
      for (double tolerance = s.tolerance; tolerance > 1e-6 * s.tolerance; tolerance /= 10) {
        if (solver.is_past<T>(std::max(tolerance, 2e-14))) continue;
        const Solution& found = solver.minimise<T>(std::max(tolerance, 2e-14), s.max_iterations, observer);
        if (found.iterations >= s.max_iterations || found.why == StopReason::interrupted) return true;
        flux_off_[index(axis)] = flux_deviation(axis, solver);
        if (found.error() <= s.tolerance && flux_off_[index(axis)] <= law_slack(s.tolerance)) return true;
        if (!found.reached) break;
      }
      return false;
    };
    if (s.precision != "mixed" || !with(float{})) with(double{});
  }

  /// Largest relative one of the flux through a plane across the gradient, from what the energy says it is.
  static double flux_deviation(Axis axis, const Solver& solver) {
    const double expected = solver.solution().energy() / solver.problem().rise[index(axis)];
    double most = 0;
    for (const double flux : solver.plane_fluxes(axis))
      most = std::max(most, std::abs(std::abs(flux) / expected - 1));
    return most;
  }

  void count(const Solution& found) {
    SolverResult& s = result_.solver;
    s.method = found.method;
    s.precision = s.precision == "double" ? s.precision : found.precision;
    s.iterations += found.iterations;
    s.operator_applications += found.operator_applications;
    s.relative_residual = std::max(s.relative_residual.value_or(0), found.relative_residual);
    s.error = std::max({s.error.value_or(0), found.error(), 1e-15});
    s.error_kind = "bound";
  }

  void combine(Axis axis, Axis other, Bounds& entry) {
    // Telling of it may end the run, so before. Where classes are shared the vectors that wait are gone by
    // now with their solvers (enclose).
    if (!own_.share()) finished_.keep_waiting();
    if (progress_) progress_(fmt::format("entry {}{}", axis_name(axis), axis_name(other)), -1, "bound");
    entry = own_.share() ? in_units(gradients_.of(index(axis), index(other))) : by_sums(axis, other);
    const double size = std::sqrt(diagonal(axis) * diagonal(other));
    const Bounds &e = result_.tensor[index(axis)][index(axis)],
                 &f = result_.tensor[index(other)][index(other)];
    if (std::max(entry.lower, -entry.upper) > std::sqrt(e.upper * f.upper))
      contradiction_ = fmt::format("self-check failed: {0}{1} is larger than {0}{0} and {1}{1} allow",
                                   axis_name(axis), axis_name(other));
    result_.solver.error = std::max(*result_.solver.error, entry.half_width() / size);
  }
  Bounds by_sums(Axis axis, Axis other) {
    const Solver& mine = *solvers_[index(axis)];
    const Solver& others = *solvers_[index(other)];
    const double d = diagonal(axis), d_other = diagonal(other), a = std::pow(d_other / d, 0.25);
    const double a2 = a * a;
    const Bounds &e = result_.tensor[index(axis)][index(axis)],
                 &f = result_.tensor[index(other)][index(other)];
    const Bounds plus = in_units(bounds_of_sum(a, mine, 1 / a, others)),
                 entry{(plus.lower - a2 * e.upper - f.upper / a2) / 2,
                       (plus.upper - a2 * e.lower - f.lower / a2) / 2};
    if (!(entry.half_width() > in_.settings.tolerance * std::sqrt(d * d_other))) return entry;
    const Bounds minus = in_units(bounds_of_sum(a, mine, -1 / a, others)),
                 narrower{(plus.lower - minus.upper) / 4, (plus.upper - minus.lower) / 4};
    if (narrower.lower > entry.upper || narrower.upper < entry.lower)
      contradiction_ = fmt::format("self-check failed: the bounds of {}{} contradict each other",
                                   axis_name(axis), axis_name(other));
    return narrower;
  }

  /// Entries of the diagonal for the conductivities that voxels have, and what others follow from. Potentials
  /// take the place of the solvers.
  void enclose() {
    finished_.keep_waiting();  // telling of it may end the run
    if (progress_) progress_("own conductivities of voxels", -1, "bound");
    for (const auto& solver : solvers_)
      if (solver) solver->drop_hierarchy();
    std::array<ImposedGradient, 3> found;
    for (const Axis axis : all_axes) {
      std::unique_ptr<Solver> solver = std::move(solvers_[index(axis)]);
      if (!solver) continue;
      const EnergyBounds& bounds = solver->solution().bounds;
      found[index(axis)] = {solver->problem().rise, {bounds.lower, bounds.upper}, solver->potential()};
    }
    gradients_ = own_.enclose(found, problem_.unit_axis);
    result_.solver.error = 1e-15;
    for (const Axis axis : all_axes) {
      if (found[index(axis)].potential.empty()) continue;
      Bounds& entry = result_.tensor[index(axis)][index(axis)];
      entry = in_units(gradients_.of(index(axis)));
      result_.solver.error = std::max(*result_.solver.error, entry.half_width() / entry.middle());
    }
  }

  /// What no solution violates.
  /// @param by_bounds fluxes may be off by all that the bounds of the energy leave
  std::optional<std::string> violated(bool by_bounds = false) const {
    const double tolerance = in_.settings.tolerance, error = own_.share() ? *result_.solver.error : tolerance;
    for (const Axis axis : all_axes) {
      if (!result_.windings.reach(axis)) continue;
      const double d = diagonal(axis);
      if (!(std::isfinite(d) && d > 0))
        return fmt::format("self-check failed: {0}{0} is not a positive number", axis_name(axis));
      if (!(d <= result_.mean * (1 + error + 1e-12)))
        return fmt::format("self-check failed: {0}{0} = {1:.6g} is above the Wiener bound {2:.6g}",
                           axis_name(axis), d, result_.mean);
      const Bounds& entry = result_.tensor[index(axis)][index(axis)];
      const double off =
          by_bounds ? flux_within_bounds({entry.lower, entry.upper}, in_.volume.extent.along(axis)) : 0;
      if (!(flux_off_[index(axis)] <= std::max(law_slack(tolerance), off / d)))
        return fmt::format(
            "self-check failed: {0}{0} from the energy and from the flux through a plane differ by "
            "{1:.1e}, relative",
            axis_name(axis), flux_off_[index(axis)]);
    }
    return {};
  }

  const StudyInput& in_;
  const OwnConductivities& own_;
  const Problem problem_;
  const Progress& progress_;
  TensorResult& result_;
  StageClock clock_;
  const double voxels_;
  std::array<std::unique_ptr<Solver>, 3> solvers_;  // of directions with a path
  std::array<double, 3> flux_off_{};
  EnclosedGradients gradients_;
  std::optional<std::string> contradiction_;
  int directions_ = 0;       // that a solver was made for
  FinishedSolves finished_;  // what waits there is of the solvers
};

Report tensor(const StudyInput& in, const FieldSink&, const Progress& progress) {
  const auto start = Clock::now();
  const OwnConductivities own(in.volume, in.materials);
  TensorResult found;
  found.mean = own.share() ? own.mean() : in.materials.mean;
  StageClock clock(in.device, found.stages);
  auto codes = std::make_shared<const Codes>(in.device, in.volume);
  clock.end_of(&StageCosts::transfer);
  const Wrapped wrapped = find_wrapped(*codes, in.materials);
  found.windings = wrapped.windings;
  found.wrapping_volume_fraction =
      static_cast<double>(wrapped.voxels) / static_cast<double>(in.volume.extent.voxels());
  if (wrapped.voxels == 0) {
    found.status = Status::not_percolating;
    found.reason = in.materials.conducting_phases == 0
                       ? "no conducting voxel"
                       : "no path of voxels that share faces comes back to itself across opposite sides";
  } else {
    Problem problem = problem_of(wrapped, codes, in.materials, in.volume.spacing());
    codes.reset();
    clock.end_of(&StageCosts::setup);
    StudySettings settings = in.settings;
    if (own.share()) settings.tolerance = std::max(settings.tolerance / 4, 1e-12);  // the rest is for classes
    StudyInput of_solves{in.volume, in.materials, settings, in.device, {}, in.deadline};
    of_solves.keeper = in.keeper;
    of_solves.within = in.within;
    TensorSolve(of_solves, own, std::move(problem), progress, found).run();
  }
  found.seconds = seconds_since(start);
  Report report;
  report.results.push_back(
      result_of(found, in.materials, in.volume.extent, in.volume.spacing(), in.settings.thickness));
  Result& result = report.results.back();
  if (own.share() && wrapped.voxels > 0)
    result.remarks.push_back(own.text() + "; the bounds hold for their own");
  if (in.finished) in.finished(result);
  if (own.share() && result.status == Status::converged && *result.solver->error > in.settings.tolerance)
    report.warnings.push_back("tensor: " +
                              own.text_of_wide_bound(*result.solver->error, in.settings.tolerance));
  return report;
}

}  // namespace

Study tensor_study() {
  return {
      .name = "tensor",
      .meaning =
          "effective transport in all directions at once, of the volume repeated without end: a 3x3 tensor",
      .quantities = tensor_quantities(),
      .run = tensor,
      .needs_box = true,
      .takes_all_axes = true};
}

}  // namespace tauvox
