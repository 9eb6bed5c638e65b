#include "host/studies/porous_phases.hpp"

#include <algorithm>

#include "host/studies/coarsen.hpp"
#include "host/studies/study.hpp"

namespace tauvox {

Study effective_transport_study();  // whose effective_value all follows from

namespace {

/// Exact, also of intervals: D_eff and the liquid are what they were.
void scale(Quantity& q, double factor) {
  *q.value *= factor;
  for (Uncertainty& u : q.uncertainties)
    if (u.half_width) *u.half_width *= factor;
  if (q.bounds)
    for (double& bound : *q.bounds) bound *= factor;
}

}  // namespace

void add_liquid(Result& result, const Materials& materials, double free_liquid) {
  double liquid = 0;
  for (const Phase& phase : materials.phases) liquid += phase.porosity * phase.volume_fraction;
  const Quantity* found = result.quantity("effective_value");
  if (liquid == 0 || !found) return;
  const Quantity effective = *found;
  const double straight = liquid * free_liquid;
  for (Quantity& known : result.quantities)
    if (known.name == "tortuosity_factor_liquid" && known.value && effective.value && *effective.value > 0)
      return scale(known, straight / *effective.value / *known.value);
  Quantity tau = derived("tortuosity_factor_liquid", effective, [=](double d) { return straight / d; });
  tau.infinite = effective.value == 0.0;
  for (const Quantity& added : {Quantity{"liquid_volume_fraction", liquid}, tau}) {
    std::erase_if(result.quantities, [&](const Quantity& q) { return q.name == added.name; });
    result.quantities.push_back(added);
  }
}

void add_liquid_on(const std::vector<Box>& parts, const StudyInput& in, double free_liquid,
                   std::vector<std::vector<Result>>& results) {
  if (porosities_of(in.materials).empty()) return;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const Materials there = materials_of(cut(in.volume, parts[i]), in.materials);
    for (Result& result : results[i]) add_liquid(result, there, free_liquid);
  }
}

std::vector<double> porosities_of(const Materials& materials) {
  std::vector<double> found;
  for (const Phase& phase : materials.phases)
    if (phase.porosity > 0) found.push_back(phase.porosity);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

namespace {

Report porous_phases(const StudyInput& in, const FieldSink& sink, const Progress& progress) {
  StudyInput transport = in;
  if (in.finished)
    transport.finished = [&](Result result) {
      add_liquid(result, in.materials, in.materials.largest);
      in.finished(result);
    };
  Report report = effective_transport(transport, sink, progress);
  for (Result& result : report.results) add_liquid(result, in.materials, in.materials.largest);
  return report;
}

QuantityDefinitions liquid_quantities() {
  QuantityDefinition tau = effective_transport_study().quantities.front();  // for all that it may have
  tau.name = "tortuosity_factor_liquid";
  tau.title = "tortuosity factor, of the liquid";
  tau.symbol = "tau_l";
  tau.definition =
      "tau_l = D0 x liquid_volume_fraction / D_eff, D0 that of free liquid: of the liquid, also of what "
      "--phase-porosity says "
      "is "
      "in voxels of porous phases; tortuosity_factor has the mean conductivity in its place. Infinite "
      "without "
      "a path.";
  tau.most = std::numeric_limits<double>::infinity();
  tau.known = Known::maybe;
  return {{.name = "liquid_volume_fraction",
           .title = "volume fraction of the liquid",
           .symbol = "eps_l",
           .definition = "Sum over phases that conduct of volume fraction x porosity, with the porosity that "
                         "--phase-porosity gives and 1 for the others: the porosity, pores that no voxel "
                         "shows counted; volume_fraction counts voxels of porous phases as a whole.",
           .evaluated = {ErrorSource::sampling, ErrorSource::segmentation},
           .needs = {ErrorSource::sampling, ErrorSource::segmentation},
           .least = 0,
           .most = 1},
          tau};
}

}  // namespace

Study porous_phases_study() {
  return {.name = "porous_phases",
          .meaning = "effective_transport with the liquid in phases that --phase-porosity names",
          .quantities = liquid_quantities(),
          .run = porous_phases,
          .extends = "effective_transport",
          .gives_field = true};
}

}  // namespace tauvox
