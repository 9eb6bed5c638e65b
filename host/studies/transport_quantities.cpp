#include "host/studies/transport_quantities.hpp"

#include <cmath>

namespace tauvox {
namespace {

/// D_eff / D_max with what is known of its error.
Quantity ratio_of(const AxisResult& found) {
  Quantity ratio{"effective_ratio", found.ratio};
  if (found.ratio) ratio.bounds = found.ratio_bounds;
  if (found.ratio && found.solver.error)
    ratio.uncertainties.push_back(
        {ErrorSource::solver, *found.ratio * *found.solver.error, found.solver.error_kind == "bound"});
  return ratio;
}

/// mean / ratio and the like: beyond every number where nothing gets through.
Quantity resistance(const std::string& name, const Quantity& ratio, double over) {
  if (ratio.value != 0.0) return inverse(name, ratio, over);
  Quantity infinite{name, {}};
  infinite.infinite = true;
  return infinite;
}

/// ln(ratio) / ln(eps); without an insulator ln(1) / ln(1) has no meaning.
Quantity bruggeman(const Quantity& ratio, const Materials& materials) {
  const double eps = materials.volume_fraction;
  if (!ratio.value || *ratio.value == 0 || materials.class_conductivity.size() != 1 || eps >= 1)
    return {"bruggeman_exponent", {}};
  return derived("bruggeman_exponent", ratio, [eps](double r) { return std::log(r) / std::log(eps); });
}

}  // namespace

Result result_of(const AxisResult& found, const Materials& materials) {
  Result result;
  result.study = "effective_transport";
  result.axis = found.axis;
  result.status = found.status;
  result.reason = found.reason;
  result.percolates = found.percolates;
  if (!found.remark.empty()) result.remarks.push_back(found.remark);
  result.solver = found.solver;
  result.stages = found.stages;
  result.seconds = found.seconds;

  const Quantity ratio = ratio_of(found);
  const double largest = materials.largest;
  if (found.status == Status::not_converged) {  // bounds and error are those of the estimate
    Quantity best{"best_estimate", found.best_estimate, {}, found.ratio_bounds};
    if (found.best_estimate && found.solver.error && std::isfinite(*found.solver.error))
      best.uncertainties = {{ErrorSource::solver, *found.best_estimate * *found.solver.error,
                             found.solver.error_kind == "bound"}};
    result.quantities.push_back(best);
  }
  const std::optional<double> to_si = materials.to_si;
  result.quantities.insert(
      result.quantities.begin(),
      {ratio,
       scaled("effective_value", ratio, largest),
       to_si ? scaled("effective_value_si", ratio, largest * *to_si) : Quantity{"effective_value_si", {}},
       resistance("tortuosity_factor", ratio, found.mean),
       resistance("tortuosity_factor_percolating", ratio, found.percolating_mean),
       resistance("macmullin_number", ratio, 1),
       bruggeman(ratio, materials),
       {"volume_fraction", found.volume_fraction},
       {"percolating_volume_fraction", found.percolating_volume_fraction},
       {"fraction_connected_26", found.fraction_connected_26},
       {"largest_cluster_fraction", found.largest_cluster_fraction},
       {"flux_in", found.flux_in},
       {"flux_out", found.flux_out},
       {"flux_balance", found.flux_balance}});
  return result;
}

}  // namespace tauvox
