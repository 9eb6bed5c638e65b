#include "host/studies/transient_quantities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tauvox {
namespace {

/// Inflow and outflow of a membrane agree so well once it is steady enough for its lag to be read off.
constexpr double steady_enough = 0.01;

Quantity with_error(const char* name, std::optional<double> value, std::optional<double> half_width) {
  Quantity quantity{name, value};
  if (value) quantity.uncertainties.push_back({ErrorSource::solver, half_width, false});
  return quantity;
}

/// Bound on what sharing classes changes M / M_inf by, at any time.
///
/// On the way from conductances q to g = q e^(a theta), |a| at most s, two step responses with drops d and d'
/// change what one plate counts of the other by the integral of sum a g d(t') d'(t - t') over t'. Of the
/// concentration itself sum g d^2 integrates to Q_in - <c^2>/2 at most, and of what is left of a volume that
/// was full, all plates at 0, to half of what it held:
///
///   Q_in changes by a factor of e^s at most, and so does an uptake, of which it is all; an uptake also by
///   s/2 of a membrane M / M_inf changes by s e^(s/2) sqrt(Q_in / (2 capacity)) at most
double off_by_classes(const TransientResult& found) {
  if (!found.classes) return 0;
  const double s = found.classes->spread;
  if (!found.membrane) return std::min(s / 2, found.mean * std::expm1(s));
  return s * std::exp(s / 2) * std::sqrt(found.in / (2 * found.capacity));
}

/// Of what came in, and of what went out.
///
/// Steps that are solved exactly obey Q_out + sum of M (1 - u) c = J t, with u and J of the steady membrane,
/// as time itself does (docs/transient.md). So an error of c moves Q_out by no more than what it could move M
/// by; Q_in is Q_out and what is held. What solves left open adds what the balance is off by.
Quantity amount(const char* name, double value, const TransientResult& found, bool goes_out) {
  if (goes_out && !found.membrane) return {name, value};  // sealed
  std::optional<double> error;
  if (found.step_error) {
    error = (*found.step_error + found.open) * found.capacity +
            std::abs(found.in - found.out - found.mean * found.capacity);
    if (found.classes)
      *error += found.in * std::expm1(found.classes->spread) +
                (goes_out ? off_by_classes(found) * found.capacity : 0);
  }
  return with_error(name, value, error);
}

/// Where the tangent of what came out crosses 0: what is not steady yet moves it.
Quantity lag_of_transient(const TransientResult& found, const TransientUnits& units) {
  const double off = std::abs(found.outflow / found.inflow - 1);
  if (!found.membrane || !(off <= steady_enough)) return {"time_lag_of_transient", {}};
  std::optional<double> error;
  if (found.step_error)
    error = off * found.now + (*found.step_error + found.open) * found.capacity / found.outflow +
            (found.classes ? units.time(found.at_last->time_lag_error) : 0);
  return with_error("time_lag_of_transient", found.now - found.out / found.outflow, error);
}

void add_membrane(const TransientResult& found, const TransientUnits& units, Result& result) {
  if (!found.membrane) return;
  if (!found.reached) {
    result.quantities.push_back({"steady_flux", 0});
    result.quantities.push_back({"diffusivity_steady", 0});
  }
  if (!found.at_last || found.status != Status::converged) return;
  const Membrane& m = *found.at_last;
  const double flux = units.flux(m.flux), lag = units.time(m.time_lag),
               rate = m.decay_rate * units.cells * units.cells;
  Quantity steady{"steady_flux", flux};
  const double flux_error = units.flux(m.flux_error);
  steady.uncertainties.push_back({ErrorSource::solver, flux_error, true});
  steady.bounds = {flux - flux_error, flux + flux_error};
  result.quantities.push_back(steady);
  const double share = found.capacity;
  result.quantities.push_back(scaled("diffusivity_steady", steady, 1 / share));
  const Quantity time_lag = with_error("time_lag", lag, units.time(m.time_lag_error));
  result.quantities.push_back(time_lag);
  result.quantities.push_back(derived("diffusivity_lag", time_lag, [](double t) { return 1 / (6 * t); }));
  const double to_diffusivity = 1 / (std::numbers::pi * std::numbers::pi);
  if (m.decay_rate_error)
    result.quantities.push_back(with_error("diffusivity_decay", rate * to_diffusivity,
                                           rate * to_diffusivity * *m.decay_rate_error / m.decay_rate));
  else
    result.remarks.push_back(
        "many modes decay at nearly the same rate: which is the slowest was not found, so there is no "
        "diffusivity_decay");
  if (units.seconds) result.quantities.push_back(scaled("time_lag_seconds", time_lag, *units.seconds));
  result.quantities.push_back(lag_of_transient(found, units));
}

QuantityDefinition row(const char* name, const char* title, const char* symbol, const char* unit,
                       const char* definition, bool solver, Known known = Known::maybe) {
  QuantityDefinition made{.name = name,
                          .title = title,
                          .symbol = symbol,
                          .unit = unit,
                          .definition = definition,
                          .needs = {},
                          .least = 0,
                          .known = known};
  if (solver) made.uncertainties = {ErrorSource::solver};
  return made;
}

}  // namespace

Result result_of(const TransientResult& found, const TransientUnits& units) {
  Result result;
  result.study = "transient";
  result.axis = found.axis;
  result.status = found.status;
  result.reason = found.reason;
  if (found.membrane || !found.reached) result.percolates = found.reached;
  if (found.reached) result.solver = found.solver;
  result.stages = found.stages;
  result.seconds = found.seconds;
  result.quantities = {{"volume_fraction", found.volume_fraction},
                       {"reached_volume_fraction", found.reached_fraction},
                       {"reached_capacity", found.capacity}};
  if (found.status == Status::converged) {
    std::optional<double> error;
    if (found.step_error) error = *found.step_error + found.open + off_by_classes(found);
    result.quantities.push_back(with_error("uptake", found.mean, error));
    result.quantities.push_back({"end_time", found.now});
    if (units.seconds) result.quantities.push_back({"end_time_seconds", found.now * *units.seconds});
    result.quantities.push_back({"inflow", found.inflow});
    result.quantities.push_back({"outflow", found.outflow});
    result.quantities.push_back(amount("amount_in", found.in, found, false));
    result.quantities.push_back(amount("amount_out", found.out, found, true));
    const double held = found.mean * found.capacity;
    result.quantities.push_back({"mass_balance", std::abs(found.in - found.out - held) / held});
    result.quantities.push_back({"time_step_error", found.step_error});
    result.quantities.push_back({"open_error", found.open});
  }
  add_membrane(found, units, result);
  if (found.reached) {
    result.quantities.push_back({"steps", static_cast<double>(found.steps)});
    result.quantities.push_back({"rejected_steps", static_cast<double>(found.rejected)});
  }
  for (const QuantityDefinition& row : transient_quantities())
    if (!result.quantity(row.name)) result.quantities.push_back({row.name, {}});
  if (found.status == Status::converged && found.classes)
    result.remarks.push_back(fmt::format(
        "{}; the uncertainties {} allow for that, by bounds. What came in is off by at most {:.2g} %; fluxes "
        "in time are those of the classes",
        found.classes->text,
        found.membrane ? "of uptake, amounts, steady flux, time lags and decay" : "of uptake and amounts",
        100 * std::expm1(found.classes->spread)));
  if (found.status == Status::converged && !found.step_error)
    result.remarks.push_back(
        "the error of steps of this scheme is not estimated: repeat it with half the --time-step");
  if (found.status == Status::converged && (found.mean < -1e-9 || found.mean > 1 + 1e-9))
    result.remarks.push_back(
        "the uptake is beyond 0 .. 1: steps are too long for this scheme; give a shorter --time-step");
  if (found.membrane && found.status == Status::converged && !result.value("time_lag_of_transient"))
    result.remarks.push_back(
        "what flows out is not yet what flows in: no time lag of the transient; raise --end-time");
  return result;
}

QuantityDefinitions transient_quantities() {
  return {
      row("uptake", "uptake", "M/M_inf", "1",
          "Amount in the voxels that are reached, over what they hold at the concentration of the first "
          "plate, at "
          "end_time. Uncertainty: time_step_error, open_error, and what classes that grey values share may "
          "change.",
          true),
      row("end_time", "end", "t", "1",
          "Time at the end, over L^2/D0: L the length along the axis, D0 the largest diffusivity of a phase.",
          false),
      row("end_time_seconds", "end in seconds", "t", "s",
          "end_time in seconds; undefined without --voxel-size and a diffusivity in m2/s, or --electrolyte.",
          false),
      {.name = "inflow",
       .title = "flux at the first plate",
       .symbol = "j_in",
       .definition =
           "At end_time, into the volume through the first plate, over D0 Dc / L; area: of all voxels.",
       .needs = {}},
      {.name = "outflow",
       .title = "flux at the last plate",
       .symbol = "j_out",
       .definition =
           "At end_time, out of the volume through the last plate, as inflow; 0 where it is sealed.",
       .needs = {}},
      {.name = "amount_in",
       .title = "amount that came in",
       .symbol = "Q_in",
       .definition = "Integral of the flux through the first plate until end_time, over L Dc and the area. "
                     "Uncertainty: that of uptake, and what mass_balance is off by.",
       .uncertainties = {ErrorSource::solver},
       .needs = {}},
      {.name = "amount_out",
       .title = "amount that went out",
       .symbol = "Q_out",
       .definition = "Integral of the flux through the last plate until end_time, over L Dc and the area. "
                     "Uncertainty: as of amount_in; none where it is sealed.",
       .uncertainties = {ErrorSource::solver},
       .needs = {}},
      row("mass_balance", "mass balance", "|Q_in-Q_out-M|/M", "1",
          "What came in less what went out and what is held, over what is held: what solves left open and "
          "rounding.",
          false),
      row("time_step_error", "error of the steps", "e_t", "1",
          "Sum over the steps of the estimated error of each in M / M_inf, by the embedded formula of third "
          "order; "
          "an estimate. Undefined for schemes without one.",
          false),
      row("open_error", "error that solves left", "e_a", "1",
          "Sum over the steps of the bound on what their solves left open, root mean square of the "
          "concentration: "
          "a bound on the error of M / M_inf from that.",
          false),
      volume_fraction_row(),
      row("reached_volume_fraction", "reached", "eps_r", "1",
          "Voxels that take part, over all voxels: clusters of face-sharing voxels that conduct and touch "
          "the "
          "first plate (uptake) or both (membrane).",
          false, Known::always),
      row("reached_capacity", "capacity that is reached", "M_r", "1",
          "What the voxels that take part hold where the concentration is that of the first plate, over what "
          "all voxels of the volume would hold with a capacity of 1: sum of the capacities (--capacity, else "
          "the porosity of --phase-porosity, else 1) over the number of all voxels.",
          false, Known::always),
      {.name = "steady_flux",
       .title = "flux at last",
       .symbol = "j_inf",
       .definition = "Flux of the membrane once it is steady, over D0 Dc / L, from a steady solve: what "
                     "effective_ratio is.",
       .uncertainties = {ErrorSource::solver},
       .needs = {},
       .bounded = true,
       .least = 0},
      {.name = "diffusivity_steady",
       .title = "diffusivity, steady flux",
       .symbol = "D_steady/D0",
       .definition = "steady_flux / reached_capacity. Not diffusivity_lag, nor diffusivity_decay: the "
                     "three are the same in a uniform medium alone.",
       .uncertainties = {ErrorSource::solver},
       .needs = {},
       .bounded = true,
       .least = 0},
      {.name = "time_lag",
       .title = "time lag, steady solve",
       .symbol = "t_lag",
       .definition =
           "sum of M u (1 - u) / J over L^2/D0, u the steady concentration, J its flux and M the capacity of "
           "a "
           "voxel: where the line "
           "that amount_out approaches crosses 0. From the steady solve, whatever the steps are; undefined "
           "where nothing leads through.",
       .uncertainties = {ErrorSource::solver},
       .needs = {},
       .least = 0},
      row("diffusivity_lag", "diffusivity, time lag", "D_lag/D0", "1",
          "1 / (6 time_lag): the diffusivity of a uniform medium with this time lag.", true),
      row("diffusivity_decay", "diffusivity, slowest decay", "D_exp/D0", "1",
          "lambda_1 L^2 / (pi^2 D0), lambda_1 the rate at which the membrane becomes steady at last.", true),
      row("time_lag_seconds", "time lag in seconds", "t_lag", "s",
          "time_lag in seconds, as end_time_seconds.", true),
      {.name = "time_lag_of_transient",
       .title = "time lag, transient",
       .symbol = "t - Q_out/j_out",
       .definition =
           "end_time - amount_out / outflow, over L^2/D0; undefined while inflow and outflow differ by "
           "more than 1 %.",
       .uncertainties = {ErrorSource::solver},
       .needs = {}},
      row("steps", "steps", "n", "1", "Steps in time that were taken.", false),
      row("rejected_steps", "rejected steps", "n_r", "1", "Steps that were too inaccurate and taken again.",
          false),
  };
}

}  // namespace tauvox
