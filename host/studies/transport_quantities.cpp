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
  if (ratio.value != 0.0) return derived(name, ratio, [over](double r) { return over / r; });
  Quantity infinite{name, {}};
  infinite.infinite = true;
  return infinite;
}

/// ln(ratio) / ln(eps); without an insulator ln(1) / ln(1) has no meaning.
Quantity bruggeman(const Quantity& ratio, const Materials& materials) {
  const double eps = materials.volume_fraction;
  if (!ratio.value || *ratio.value == 0 || materials.conducting_phases != 1 || eps >= 1)
    return {"bruggeman_exponent", {}};
  return derived("bruggeman_exponent", ratio, [eps](double r) { return std::log(r) / std::log(eps); });
}

}  // namespace

QuantityDefinitions transport_quantities() {
  const std::vector<ErrorSource> both{ErrorSource::solver, ErrorSource::resolution};
  QuantityDefinitions rows{
      {.name = "effective_ratio",
       .title = "relative {property}",
       .symbol = "{D}_eff/{D}0",
       .definition =
           "Effective {property} over the largest value of a phase, D_eff/D0 = sum over faces of g "
           "(du)^2 n / (n_1 n_2) with plates on the outer faces, half a voxel outside the first and "
           "last layer; 0 without a path.",
       .uncertainties = both,
       .bounded = true,
       .least = 0,
       .most = 1.000001,
       .known = Known::with_result},
      {.name = "effective_value",
       .title = "effective {property}",
       .symbol = "{D}_eff",
       .unit = given_unit,
       .definition = "D_eff = effective_ratio x largest value of a phase, in the unit given.",
       .uncertainties = both,
       .bounded = true,
       .least = 0,
       .known = Known::with_result},
      {.name = "effective_value_si",
       .title = "effective {property} in SI",
       .symbol = "{D}_eff",
       .unit = si_unit,
       .definition =
           "effective_value in m2/s, S/m or W/(m K); undefined where the unit is none of that kind.",
       .uncertainties = both,
       .bounded = true,
       .least = 0,
       .in_text = false},
      {.name = "tortuosity_factor",
       .title = "tortuosity factor",
       .symbol = "tau",
       .definition = "tau = (sum over phases of volume fraction x D) / D_eff over all voxels; eps D0 / D_eff "
                     "for one conducting phase. A factor, not its square root; infinite without a path.",
       .uncertainties = both,
       .bounded = true,
       .least = 0,
       .known = Known::with_path},
      {.name = "tortuosity_factor_percolating",
       .title = "tortuosity factor, percolating",
       .symbol = "tau_p",
       .definition = "The same with the volume fractions of what touches both plates: eps_p D0 / D_eff for "
                     "one conducting phase.",
       .uncertainties = both,
       .bounded = true,
       .least = 0,
       .known = Known::with_path},
      {.name = "macmullin_number",
       .title = "MacMullin number",
       .symbol = "N_M",
       .definition = "N_M = D0 / D_eff = 1 / effective_ratio; infinite without a path.",
       .uncertainties = both,
       .bounded = true,
       .least = 0,
       .known = Known::with_path},
      {.name = "bruggeman_exponent",
       .title = "Bruggeman exponent",
       .symbol = "b",
       .definition = "b = ln(D_eff/D0) / ln(eps); undefined with several conducting phases, without an "
                     "insulator or without a path.",
       .uncertainties = both,
       .bounded = true},
      volume_fraction_row(),
      percolating_volume_fraction_row(),
      {.name = "fraction_connected_26",
       .title = "the same by edges and corners too",
       .symbol = "eps_26",
       .definition = "percolating_volume_fraction if contact over edges and corners of voxels counted: the "
                     "difference is what diagonal contacts would add.",
       .least = 0,
       .most = 1,
       .known = Known::always},
      largest_cluster_fraction_row(),
      {.name = "flux_in",
       .title = "flux through the first plate",
       .symbol = "j_in",
       .definition = "Flux through the first plate over (largest value of a phase x potential difference / "
                     "length); equals effective_ratio up to the square root of the error.",
       .in_text = false},
      {.name = "flux_out",
       .title = "flux through the last plate",
       .symbol = "j_out",
       .definition = "Flux through the last plate, as flux_in.",
       .in_text = false},
      {.name = "flux_balance",
       .title = "flux balance",
       .symbol = "max |j/j_eff - 1|",
       .definition = "Largest relative deviation of the flux through a plane of voxel faces from "
                     "effective_ratio; undefined where the fluxes of all planes were not evaluated.",
       .least = 0},
      {.name = "best_estimate",
       .title = "best estimate so far",
       .symbol = "{D}_best/{D}0",
       .definition = "effective_ratio at the point where the solver stopped; not a result.",
       .uncertainties = {ErrorSource::solver},
       .bounded = true,
       .least = 0,
       .known = Known::not_converged,
       .in_text = false}};
  for (QuantityDefinition& row : rows)
    if (row.uncertainties == both) {
      row.evaluated = {ErrorSource::sampling, ErrorSource::segmentation};
      row.needs = {ErrorSource::solver, ErrorSource::resolution, ErrorSource::sampling};
    }
  return rows;
}

Result result_of(const AxisResult& found, const Materials& materials) {
  Result result;
  result.study = "effective_transport";
  result.axis = found.axis;
  result.status = found.status;
  result.reason = found.reason;
  result.percolates = found.percolates;
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
       derived("effective_value", ratio, [largest](double r) { return r * largest; }),
       to_si ? derived("effective_value_si", ratio, [&](double r) { return r * largest * *to_si; })
             : Quantity{"effective_value_si", {}},
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
