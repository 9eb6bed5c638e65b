#include "host/studies/copy_resolution.hpp"

#include <algorithm>
#include <cmath>

namespace tauvox {
namespace {

const Result* same_on_copy(const Result& result, const std::vector<Result>& copy) {
  const auto found = std::find_if(copy.begin(), copy.end(), [&](const Result& other) {
    return other.study == result.study && other.phase == result.phase && other.with == result.with &&
           other.axis == result.axis && other.label == result.label;
  });
  return found == copy.end() ? nullptr : &*found;
}

bool may_have_resolution(const QuantityDefinitions& rows, const std::string& name) {
  return std::any_of(rows.begin(), rows.end(), [&](const QuantityDefinition& row) {
    return row.name == name && std::find(row.uncertainties.begin(), row.uncertainties.end(),
                                         ErrorSource::resolution) != row.uncertainties.end();
  });
}

}  // namespace

void add_copy_resolution(std::vector<Result>& results, const QuantityDefinitions& rows,
                         const std::vector<Result>& copy) {
  for (Result& result : results) {
    const Result* other = same_on_copy(result, copy);
    if (!other) continue;
    for (Quantity& quantity : result.quantities) {
      if (!quantity.value || quantity.uncertainty(ErrorSource::resolution)) continue;
      const std::optional<double> there = other->value(quantity.name);
      if (!there || !std::isfinite(*there) || !may_have_resolution(rows, quantity.name)) continue;
      quantity.uncertainties.push_back({ErrorSource::resolution, std::abs(*quantity.value - *there)});
    }
  }
}

}  // namespace tauvox
