// The row of effective transport: what its quantities mean. What fills them is in transport_quantities.cpp.
#include "host/studies/transport.hpp"

namespace tauvox {
namespace {

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
       .definition = "b = ln(D_eff/D0) / ln(eps); undefined with several conductivities, without an "
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
    if (row.unit == si_unit) {
      row.needs.clear();  // no limit can be of it: evaluate knows no unit
    } else if (row.uncertainties == both) {
      row.evaluated = {ErrorSource::sampling, ErrorSource::segmentation};
      row.needs = {ErrorSource::solver, ErrorSource::resolution, ErrorSource::sampling};
    }
  return rows;
}

}  // namespace

Study effective_transport_study() {
  return {.name = "effective_transport",
          .meaning = "effective diffusivity or conductivity, tortuosity factor, fluxes, field",
          .quantities = transport_quantities(),
          .run = transport,
          .gives_field = true};
}

}  // namespace tauvox
