#include "host/studies/copy_resolution.hpp"

#include <algorithm>
#include <cmath>

#include "host/studies/same_result.hpp"

namespace tauvox {
namespace {

bool may_have_resolution(const QuantityDefinitions& rows, const std::string& name) {
  return std::any_of(rows.begin(), rows.end(), [&](const QuantityDefinition& row) {
    return row.name == name && may_have(row, ErrorSource::resolution);
  });
}

/// What a share of so many voxels is in doubt by where each were drawn by itself; voxels belong together in
/// parts, so it is in no less. At 0 and 1 by the rule of three.
double chance_of_share(double share, double voxels) {
  return std::max(1.96 * std::sqrt(share * (1 - share) / voxels), 3 / voxels);
}

bool is_share(const QuantityDefinitions& rows, const std::string& name) {
  return std::any_of(rows.begin(), rows.end(), [&](const QuantityDefinition& row) {
    return row.name == name && row.unit == "1" && row.least == 0 && row.most == 1;
  });
}

/// Of the phase of a result, or all.
double voxels_of(const Volume& copy, const Phases& phases, const Result& result) {
  const NamedPhase* phase = phases.find(result.phase);
  std::int64_t voxels = 0;
  for (const Label& label : copy.labels)
    if (!phase || std::find(phase->labels.begin(), phase->labels.end(), label.value) != phase->labels.end())
      voxels += label.voxels;
  return static_cast<double>(std::max<std::int64_t>(voxels, 1));
}

}  // namespace

void add_copy_resolution(std::vector<Result>& results, const QuantityDefinitions& rows,
                         const std::vector<std::vector<Result>>& copies, const Volume& copied,
                         const Phases& phases) {
  for (Result& result : results)
    for (Quantity& quantity : result.quantities) {
      if (!quantity.value || quantity.uncertainty(ErrorSource::resolution)) continue;
      if (!may_have_resolution(rows, quantity.name)) continue;
      std::optional<double> widest;
      for (const std::vector<Result>& copy : copies) {
        const Result* other = same_result(result, copy);
        const std::optional<double> there = other ? other->value(quantity.name) : std::nullopt;
        if (!there || !std::isfinite(*there)) continue;
        widest = std::max(widest.value_or(0), std::abs(*quantity.value - *there));
        if (is_share(rows, quantity.name) && *there >= 0 && *there <= 1)
          widest = std::max(*widest, chance_of_share(*there, voxels_of(copied, phases, result)));
      }
      if (widest) quantity.uncertainties.push_back({ErrorSource::resolution, widest, false, true});
    }
}

}  // namespace tauvox
