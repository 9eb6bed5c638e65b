#include "host/studies/electrode_quantities.hpp"

#include <fmt/format.h>

#include <cmath>

namespace tauvox {
namespace {

Quantity resistance_of(const ElectrodeResult& found) {
  Quantity resistance{"pore_resistance", found.resistance};
  resistance.infinite = !found.connected;
  if (!found.resistance) return resistance;
  resistance.bounds = found.resistance_bounds;
  if (found.solver.error)
    resistance.uncertainties.push_back({ErrorSource::solver, *found.resistance * *found.solver.error, true});
  return resistance;
}

double area_of(const std::array<std::int64_t, 3>& faces, const ElectrodeUnits& units) {
  double area = 0;
  for (std::size_t axis = 0; axis < 3; ++axis)
    area += static_cast<double>(faces[axis]) * units.area_of_face[axis];
  return area;
}

double count_of(const std::array<std::int64_t, 3>& faces) {
  return static_cast<double>(faces[0] + faces[1] + faces[2]);
}

/// Area of faces over the volume of all voxels, 1/m.
Quantity density(const char* name, const std::array<std::int64_t, 3>& faces, const ElectrodeUnits& units) {
  if (!units.edge) return {name, {}};
  return {name, area_of(faces, units) / (units.cells * units.columns * *units.edge)};
}

/// @param unit ohm m2 of what `direct` is in
Quantity direct_resistance(const std::optional<double>& direct, const std::array<double, 2>& bounds,
                           double unit) {
  Quantity resistance{"direct_resistance", {}};
  if (!direct) return resistance;
  resistance.value = *direct * unit;
  resistance.bounds = {bounds[0] * unit, bounds[1] * unit};
  resistance.uncertainties = {{ErrorSource::solver, (bounds[1] - bounds[0]) / 2 * unit, true}};
  return resistance;
}

QuantityDefinition row(const char* name, const char* title, const char* symbol, const char* unit,
                       const char* definition) {
  return {.name = name,
          .title = title,
          .symbol = symbol,
          .unit = unit,
          .definition = definition,
          .uncertainties = {ErrorSource::solver},
          .needs = {},
          .bounded = true,
          .least = 0,
          .known = Known::with_path};
}

QuantityDefinition plain_row(const char* name, const char* title, const char* symbol, const char* unit,
                             const char* definition, Known known) {
  return {.name = name,
          .title = title,
          .symbol = symbol,
          .unit = unit,
          .definition = definition,
          .needs = {},
          .least = 0,
          .known = known};
}

}  // namespace

ElectrodeUnits::ElectrodeUnits(const Volume& volume, Axis axis) {
  const auto flow = static_cast<std::size_t>(axis);
  const std::array<double, 3> spacing = volume.spacing();
  cells = static_cast<double>(volume.extent.along(axis));
  columns = static_cast<double>(volume.extent.voxels()) / cells;
  for (std::size_t a = 0; a < 3; ++a) area_of_face[a] = spacing[flow] / spacing[a];
  if (!volume.voxel_size) return;
  edge = (*volume.voxel_size)[flow];
}

Result result_of(const ElectrodeResult& found, const ElectrodeUnits& units,
                 const std::optional<double>& conductivity, const std::optional<double>& direct,
                 const std::array<double, 2>& direct_bounds) {
  Result result;
  result.study = "electrode";
  result.axis = found.axis;
  result.status = found.status;
  result.reason = found.reason;
  result.percolates = found.connected;
  if (found.connected) result.solver = found.solver;
  result.stages = found.stages;
  result.seconds = found.seconds;
  const Quantity resistance = resistance_of(found);
  const double per_area = 3 * units.columns, relative = per_area / units.cells;
  const bool known = units.edge && conductivity;
  result.quantities = {
      scaled("electrode_tortuosity_factor", resistance, relative * found.mean),
      scaled("electrode_tortuosity_factor_connected", resistance, relative * found.connected_mean),
      scaled("electrode_macmullin_number", resistance, relative),
      resistance,
      known && found.connected
          ? scaled("ionic_resistance", resistance, per_area * *units.edge / *conductivity)
          : Quantity{"ionic_resistance", {}},
      direct_resistance(direct, direct_bounds, known ? units.columns * *units.edge / *conductivity : 0),
      {"volume_fraction", found.volume_fraction},
      {"separator_volume_fraction", found.connected_fraction},
      {"reactive_faces", count_of(found.faces)},
      {"unreached_reactive_faces", count_of(found.unreached_faces)},
      density("reactive_area", found.faces, units),
      density("unreached_reactive_area", found.unreached_faces, units),
      {"separator_flux_balance", found.flux_balance}};
  if (found.best_estimate)
    result.quantities.push_back(
        {"pore_resistance_estimate", found.best_estimate, {}, found.resistance_bounds});
  if (!known && found.resistance)
    result.remarks.push_back(
        fmt::format("ionic resistance R_ion = 3 A Re Z(0) = {:.6g} h/sigma, h the edge of a voxel along {}: "
                    "in ohm m2 with "
                    "--voxel-size and a conductivity in S/m, or --electrolyte",
                    per_area * *found.resistance, axis_name(found.axis)));
  return result;
}

QuantityDefinitions electrode_quantities() {
  return {
      row("electrode_tortuosity_factor", "electrode tortuosity factor", "tau_e", "1",
          "tau_e = 3 sigma eps A Re Z(0) / L, what a symmetric cell with blocking electrodes measures: ions "
          "enter from the separator alone and are stored evenly on the faces that react. eps is that of all "
          "voxels that conduct (with several conductivities sum eps_p sigma_p / sigma). It may be below 1; "
          "infinite where nothing that reacts is reached."),
      row("electrode_tortuosity_factor_connected", "the same, of connected pores", "tau_e,c", "1",
          "tau_e with the volume fraction of what is joined to the separator in place of eps (with several "
          "conductivities the same sum over that)."),
      row("electrode_macmullin_number", "MacMullin number of the electrode", "N_M,e", "1",
          "N_M,e = R_ion sigma A / L = tau_e / eps: the ionic resistance over that of electrolyte alone."),
      row("pore_resistance", "resistance at low frequency", "Re Z(0)", "1",
          "Real part of the impedance of the volume as the frequency goes to 0, S psi / (S 1)^2 with K psi = "
          "S "
          "and S the area that reacts of each voxel; over h/(sigma a), h the edge of a voxel along the "
          "thickness and a its face across it."),
      {.name = "ionic_resistance",
       .title = "ionic resistance of the electrode",
       .symbol = "R_ion",
       .unit = "ohm m2",
       .definition =
           "R_ion = 3 A Re Z(0), A the area of the volume across the thickness; undefined without "
           "the size of a voxel and a conductivity in S/m, or where nothing that reacts is reached.",
       .uncertainties = {ErrorSource::solver},
       .needs = {},
       .bounded = true,
       .least = 0},
      {.name = "direct_resistance",
       .title = "resistance with charge transfer",
       .symbol = "R_dc",
       .unit = "ohm m2",
       .definition = "A Z(0) of the electrode where charge is transferred at its faces: of the pore and "
                     "--charge-transfer-resistance together. Undefined without that.",
       .uncertainties = {ErrorSource::solver},
       .needs = {},
       .bounded = true,
       .least = 0},
      volume_fraction_row(),
      {.name = "separator_volume_fraction",
       .title = "joined to the separator",
       .symbol = "eps_c",
       .definition = "Voxels in clusters of face-sharing voxels that conduct and touch the end of the "
                     "thickness at the separator, over all voxels.",
       .needs = {},
       .least = 0,
       .most = 1,
       .known = Known::always},
      plain_row("reactive_faces", "faces that react", "S", "1",
                "Faces between a voxel joined to the separator and one that reacts; faces of the volume do "
                "not count.",
                Known::always),
      plain_row("unreached_reactive_faces", "faces that are not reached", "S_u", "1",
                "The same of voxels that conduct and are not joined to the separator.", Known::always),
      plain_row("reactive_area", "area that reacts per volume", "a_r", "1/m",
                "Area of those faces over the volume of all voxels. Steps of voxels are counted as they are: "
                "of a smooth surface it is up to 1.5 times too large. Undefined without the size of a voxel.",
                Known::maybe),
      plain_row("unreached_reactive_area", "area that is not reached per volume", "a_u", "1/m",
                "The same of unreached_reactive_faces.", Known::maybe),
      {.name = "separator_flux_balance",
       .title = "flux balance at the separator",
       .symbol = "|j/S - 1|",
       .definition = "Relative deviation of the flux through the separator from what is stored.",
       .needs = {},
       .least = 0,
       .in_text = false},
      {.name = "pore_resistance_estimate",
       .title = "best estimate of the resistance so far",
       .symbol = "Re Z_best",
       .definition = "pore_resistance at the point where the solver stopped; not a result.",
       .needs = {},
       .bounded = true,
       .least = 0,
       .known = Known::not_converged,
       .in_text = false}};
}

}  // namespace tauvox
