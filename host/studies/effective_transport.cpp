// Effective transport between two plates: div(D grad u) = 0, u = 1 on the face before the first layer, u = 0
// behind the last, no flux (or periodic) across the sides.
//
//   D_eff / D_max = (sum over faces of g (du)^2) n_flow / (n_1 n_2)      of second order in the error
//
// Only what touches both plates is solved for: islands and dead ends of one plate carry no steady flux.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "host/solve/solver.hpp"
#include "host/studies/percolating.hpp"
#include "host/studies/study.hpp"
#include "host/studies/transport_quantities.hpp"
#include "host/studies/verify.hpp"
#include "kernels/volume/codes.hpp"

namespace tauvox {
namespace {

void report_percolation(const Percolating& found, const Volume& volume, AxisResult& result) {
  const auto all = static_cast<double>(volume.voxels_of_sample());
  result.axis = found.axis;
  result.percolates = found.voxels > 0;
  result.percolating_volume_fraction = static_cast<double>(found.voxels) / all;
  result.fraction_connected_26 = static_cast<double>(found.voxels_26) / all;
  result.largest_cluster_fraction = static_cast<double>(found.largest) / all;
  result.percolating_mean = found.mean;
}

/// One direction: what the study asks of the solver, and makes of what it finds.
class AxisSolve {
 public:
  AxisSolve(const StudyInput& in, Solver& solver, StageClock& clock, bool field_wanted, AxisResult& result,
            const Progress& progress)
      : in_(in),
        solver_(solver),
        clock_(clock),
        field_wanted_(field_wanted),
        result_(result),
        observer_(watched(in, progress, fmt::format("axis {}", axis_name(result.axis)))) {
    const auto n = static_cast<double>(in.volume.extent.along(result.axis));
    to_ratio_ = n * n / static_cast<double>(in.volume.voxels_of_sample());
  }

  /// In FP64 where FP32 does not reach what is asked for.
  void run() {
    if (in_.settings.precision == "mixed" && reach<float>()) return;
    if (reach<double>()) return;
    const std::vector<double>& sigma = in_.materials.class_conductivity;
    if (result_.status != Status::failed || !(sigma.back() / sigma.front() > 1e8)) return;
    if (take_with_fluxes_off()) return;
    result_.status = Status::not_converged;
    result_.best_estimate = std::exchange(result_.ratio, std::nullopt);
    result_.reason = result_.reason.value_or("") + "; such contrasts can ask for more digits than FP64 has";
  }

 private:
  /// Where only the fluxes at the plates disagree, and by no more than the bounds of the energy allow: D_eff
  /// is what the bounds say, whatever they are.
  bool take_with_fluxes_off() {
    const double tolerance = in_.settings.tolerance,
                 off = flux_within_bounds(*result_.ratio_bounds, in_.volume.extent.along(result_.axis));
    if (verify(result_, solver_.outside(law_slack(tolerance)), tolerance, off)) return false;
    result_.status = Status::converged;
    result_.reason.reset();
    result_.remark =
        "fluxes are not resolved at this contrast: flux_in, flux_out, flux_balance and the field say "
        "little of flows; D_eff follows from the energy and its bounds";
    return true;
  }

  /// Goes on to smaller errors until the self-checks agree, and the fluxes where a field is wanted: at
  /// contrasts of 1e8 and more the energy can be good long before the flux through the good conductor is.
  /// Returns whether that is the end.
  template <class T>
  bool reach() {
    const StudySettings& s = in_.settings;
    for (double tolerance = s.tolerance; tolerance > 1e-6 * s.tolerance; tolerance /= 10) {
      if (solver_.is_past<T>(std::max(tolerance, 2e-14))) continue;
      clock_.restart();
      const Solution& found = solver_.minimise<T>(std::max(tolerance, 2e-14), s.max_iterations, observer_);
      clock_.end_of(&StageCosts::solve);
      judge(found);
      if (found.iterations >= s.max_iterations || found.why == StopReason::interrupted) return true;
      if (result_.status == Status::converged && (!field_wanted_ || *result_.flux_balance <= s.flux_balance))
        return true;
      if (!found.reached) break;
    }
    return false;
  }

  void judge(const Solution& found) {
    const double tolerance = in_.settings.tolerance, ratio = found.energy() * to_ratio_;
    SolverResult& solver = result_.solver;
    solver.method = found.method;
    solver.precision = found.precision;
    solver.iterations = found.iterations;
    solver.operator_applications = found.operator_applications;
    solver.relative_residual = found.relative_residual;
    solver.error = std::max(found.error(), 1e-15);  // FP64 sums are no better
    solver.error_kind = "bound";
    result_.ratio_bounds = {found.bounds.lower * to_ratio_, found.bounds.upper * to_ratio_};
    result_.flux_in = found.bounds.at.flux_in * to_ratio_;
    result_.flux_out = found.bounds.at.flux_out * to_ratio_;
    result_.flux_balance = 0;
    for (const double flux : solver_.plane_fluxes(result_.axis))  // by a difference of potential of 1
      result_.flux_balance = std::max(*result_.flux_balance, std::abs(flux / found.energy() - 1));
    result_.ratio.reset();
    result_.best_estimate.reset();
    if (!(found.error() <= tolerance) || solver_.goes_on()) {
      result_.status = Status::not_converged;
      result_.best_estimate = ratio;
      result_.reason = why_not_reached(found, tolerance, in_.settings.max_iterations);
      return;
    }
    result_.ratio = ratio;
    result_.reason = verify(result_, solver_.outside(law_slack(tolerance)), tolerance);
    result_.status = result_.reason ? Status::failed : Status::converged;
  }

  const StudyInput& in_;
  Solver& solver_;
  StageClock& clock_;
  bool field_wanted_;
  AxisResult& result_;
  const IterationObserver observer_;
  double to_ratio_;
};

}  // namespace

Report effective_transport(const StudyInput& in, const FieldSink& sink, const Progress& progress) {
  Report report;
  auto start = Clock::now();
  StageCosts once;  // what serves all axes is booked to the first
  StageClock clock_of_all(in.device, once);
  auto codes = std::make_shared<const Codes>(in.device, in.volume);
  clock_of_all.end_of(&StageCosts::transfer);
  const std::vector<Percolating> percolating =
      find_percolating(*codes, in.materials, in.settings.axes, in.settings.periodic_sides);
  if (in.materials.class_conductivity.size() <= 1) codes.reset();  // the unknowns say it all
  clock_of_all.end_of(&StageCosts::setup);
  const auto solve_along = [&](const Percolating& found) {
    AxisResult result;
    result.volume_fraction = in.materials.volume_fraction;
    result.mean = in.materials.mean;
    result.stages = std::exchange(once, {});
    report_percolation(found, in.volume, result);
    StageClock clock(in.device, result.stages);
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
      Solver solver(problem_between_plates(found, codes, in.materials, in.volume.spacing()),
                    in.settings.solver == "multigrid" ? Preconditioning::multigrid : Preconditioning::jacobi);
      clock.end_of(&StageCosts::setup);
      if (in.keeper) solver.keep_with(*in.keeper, fmt::format("{}axis {}", in.within, axis_name(found.axis)));
      AxisSolve(in, solver, clock, bool(sink), result, progress).run();
      solver.drop_hierarchy();
      if (sink) potential = solver.potential();
    }
    if (result.status == Status::failed) result.ratio.reset();
    result.seconds = seconds_since(start);
    std::vector<Result> results{result_of(result, in.materials)};
    if (in.finished) in.finished(results.front());
    if (sink) sink(results.front(), potential);
    start = Clock::now();
    return results;
  };
  for (const Percolating& found : percolating) {
    const std::string name = fmt::format("axis {}", axis_name(found.axis));
    report.results.push_back(in.part(name, [&] { return solve_along(found); }).front());
  }
  return report;
}

}  // namespace tauvox
