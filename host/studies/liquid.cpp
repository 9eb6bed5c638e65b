#include "host/studies/liquid.hpp"

#include <algorithm>

#include "host/studies/coarsen.hpp"

namespace tauvox {
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

}  // namespace tauvox
