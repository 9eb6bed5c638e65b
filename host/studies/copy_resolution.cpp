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

}  // namespace

void add_copy_resolution(std::vector<Result>& results, const QuantityDefinitions& rows,
                         const std::vector<Result>& copy) {
  for (Result& result : results) {
    const Result* other = same_result(result, copy);
    if (!other) continue;
    for (Quantity& quantity : result.quantities) {
      if (!quantity.value || quantity.uncertainty(ErrorSource::resolution)) continue;
      const std::optional<double> there = other->value(quantity.name);
      if (!there || !std::isfinite(*there) || !may_have_resolution(rows, quantity.name)) continue;
      quantity.uncertainties.push_back(
          {ErrorSource::resolution, std::abs(*quantity.value - *there), false, true});
    }
  }
}

}  // namespace tauvox
