#include "host/studies/transport.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/studies/merged_classes.hpp"
#include "host/studies/transport_quantities.hpp"
#include "host/studies/true_energy.hpp"

namespace tauvox {
namespace {

double mean_of_phases(const Materials& m) {
  double mean = 0;
  for (const Phase& phase : m.phases) mean += phase.volume_fraction * phase.conductivity / m.largest;
  return mean;
}

/// What was found, without what follows from D_eff.
AxisResult axis_result_of(const Result& r) {
  AxisResult found;
  found.axis = *r.axis;
  found.status = r.status;
  found.percolates = r.percolates.value_or(false);
  found.reason = r.reason;
  found.volume_fraction = r.value("volume_fraction").value_or(0);
  found.percolating_volume_fraction = r.value("percolating_volume_fraction").value_or(0);
  found.fraction_connected_26 = r.value("fraction_connected_26").value_or(0);
  found.largest_cluster_fraction = r.value("largest_cluster_fraction").value_or(0);
  found.flux_in = r.value("flux_in");
  found.flux_out = r.value("flux_out");
  found.flux_balance = r.value("flux_balance");
  found.solver = r.solver.value_or(SolverResult{});
  found.stages = r.stages.value_or(StageCosts{});
  found.seconds = r.seconds;
  return found;
}

/// Bounds on D of the voxels' own conductivities, from those on D of the classes.
std::array<double, 2> enclosed(const std::array<double, 2>& of_classes, const FaceSums& sums, double spread) {
  const double gap = std::max(0.0, of_classes[1] - of_classes[0]);
  const double residual = std::sqrt(gap) + std::sqrt(sums.rounding);
  const double width = std::sqrt(sums.change) + std::exp(0.5 * spread) * residual;
  return {std::max(sums.energy - width * width, of_classes[0] * std::exp(-spread)),
          std::min(sums.energy, of_classes[1] * std::exp(spread))};
}

class Enclosing {
 public:
  Enclosing(const StudyInput& in, double spread)
      : in_(in), spread_(spread), mean_(mean_of_phases(in.materials)) {}

  Result of(const Result& by_classes, std::span<const float> potential) const {
    const bool is_estimate = by_classes.status == Status::not_converged;
    const Quantity* q = by_classes.quantity(is_estimate ? "best_estimate" : "effective_ratio");
    if (!q || !q->value || !q->bounds || by_classes.status == Status::not_percolating) return by_classes;
    const FaceSums sums =
        face_sums(in_.volume, in_.materials, potential, *by_classes.axis, in_.settings.periodic_sides);
    AxisResult found = axis_result_of(by_classes);
    found.mean = mean_;
    found.percolating_mean = sums.mean;
    found.ratio_bounds = enclosed(*q->bounds, sums, spread_);
    const auto [lower, upper] = *found.ratio_bounds;
    (is_estimate ? found.best_estimate : found.ratio) = 0.5 * (lower + upper);
    found.solver.error = std::max((upper - lower) / (upper + lower), 1e-15);
    Result result = result_of(found, in_.materials);
    result.remarks = by_classes.remarks;
    result.remarks.push_back(fmt::format(
        "{} grey values that conduct share {} classes of conductivity, at most {:.2g} % from their own; the "
        "bound holds for their own",
        in_.materials.conducting_phases, in_.materials.class_conductivity.size(), 100 * std::expm1(spread_)));
    return result;
  }

 private:
  const StudyInput& in_;
  double spread_, mean_;
};

}  // namespace

Report transport(const StudyInput& in, const FieldSink& sink, const Progress& progress) {
  const double spread = spread_of_classes(in.materials);
  constexpr double rounding = 1e-14;
  if (spread < rounding) return effective_transport(in, sink, progress);
  StudySettings settings = in.settings;
  settings.tolerance = std::max(in.settings.tolerance / 4, 1e-12);  // the rest is for the classes
  if (!sink) settings.flux_balance = std::numeric_limits<double>::infinity();
  const Enclosing enclosing(in, spread);
  std::vector<Result> results;
  const FieldSink enclose = [&](const Result& by_classes, const std::vector<float>& potential) {
    results.push_back(enclosing.of(by_classes, potential));
    if (in.finished) in.finished(results.back());
    if (sink) sink(results.back(), potential);
  };
  StudyInput classes{in.volume, in.materials, settings, in.device, {}, in.deadline, in.phases, in.octants};
  Report report = effective_transport(classes, enclose, progress);
  report.results = std::move(results);
  for (const Result& result : report.results)
    if (result.status == Status::converged && result.solver && result.solver->error > in.settings.tolerance)
      report.warnings.push_back(fmt::format(
          "{}: the bound is wider ({:.1e}) than the tolerance ({:.1e}), because {} grey values share {} "
          "classes; more iterations do not help, conductivities that are nearer to each other do",
          subject_of(result), *result.solver->error, in.settings.tolerance, in.materials.conducting_phases,
          in.materials.class_conductivity.size()));
  return report;
}

}  // namespace tauvox
