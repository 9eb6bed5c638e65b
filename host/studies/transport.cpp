#include "host/studies/transport.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/studies/transport_quantities.hpp"
#include "host/studies/true_energy.hpp"

namespace tauvox {
namespace {

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

class Enclosing {
 public:
  Enclosing(const StudyInput& in, const OwnConductivities& own) : in_(in), own_(own), mean_(own.mean()) {}

  Result of(const Result& by_classes, std::span<const float> potential) const {
    const bool is_estimate = by_classes.status == Status::not_converged;
    const Quantity* q = by_classes.quantity(is_estimate ? "best_estimate" : "effective_ratio");
    if (!q || !q->value || !q->bounds || by_classes.status == Status::not_percolating) return by_classes;
    const Axis axis = *by_classes.axis;
    const auto cells = static_cast<double>(in_.volume.extent.along(axis));
    const double to_ratio = cells * cells / static_cast<double>(in_.volume.voxels_of_sample());
    const OwnConductivities::Enclosed own =
        own_.enclose({(*q->bounds)[0] / to_ratio, (*q->bounds)[1] / to_ratio}, potential,
                     Sides::between_plates(axis, in_.settings.periodic_sides), axis);
    AxisResult found = axis_result_of(by_classes);
    found.mean = mean_;
    found.percolating_mean = own.mean;
    found.ratio_bounds = {own.lower * to_ratio, own.upper * to_ratio};
    const auto [lower, upper] = *found.ratio_bounds;
    (is_estimate ? found.best_estimate : found.ratio) = 0.5 * (lower + upper);
    found.solver.error = std::max((upper - lower) / (upper + lower), 1e-15);
    Result result = result_of(found, in_.materials);
    result.remarks = by_classes.remarks;
    result.remarks.push_back(own_.text() + "; the bound holds for their own");
    return result;
  }

 private:
  const StudyInput& in_;
  const OwnConductivities& own_;
  double mean_;
};

}  // namespace

Report transport(const StudyInput& in, const FieldSink& sink, const Progress& progress) {
  const OwnConductivities own(in.volume, in.materials);
  if (!own.share()) return effective_transport(in, sink, progress);
  StudySettings settings = in.settings;
  settings.tolerance = std::max(in.settings.tolerance / 4, 1e-12);  // the rest is for the classes
  if (!sink) settings.flux_balance = std::numeric_limits<double>::infinity();
  const Enclosing enclosing(in, own);
  std::vector<Result> results;
  const FieldSink enclose = [&](const Result& by_classes, const std::vector<float>& potential) {
    results.push_back(enclosing.of(by_classes, potential));
    if (in.finished) in.finished(results.back());
    if (sink) sink(results.back(), potential);
  };
  StudyInput classes{in.volume, in.materials, settings, in.device, {}, in.deadline, in.phases, in.octants};
  classes.keeper = in.keeper;
  Report report = effective_transport(classes, enclose, progress);
  report.results = std::move(results);
  for (const Result& result : report.results)
    if (result.status == Status::converged && result.solver && result.solver->error > in.settings.tolerance)
      report.warnings.push_back(subject_of(result) + ": " +
                                own.text_of_wide_bound(*result.solver->error, in.settings.tolerance));
  return report;
}

}  // namespace tauvox
