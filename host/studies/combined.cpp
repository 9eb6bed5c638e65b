#include "host/studies/combined.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tauvox {
namespace {

/// 1 / quantity with its uncertainties: of one that is symmetric around the value to first order.
Quantity inverted(const Quantity& quantity) {
  Quantity inverse = quantity;
  inverse.value = 1 / *quantity.value;
  for (Uncertainty& u : inverse.uncertainties)
    u.half_width =
        u.of_inverse || !u.half_width ? u.of_inverse : *u.half_width * *inverse.value * *inverse.value;
  return inverse;
}

}  // namespace

std::vector<ErrorSource> missing(const Quantity& quantity, const QuantityDefinition& row) {
  std::vector<ErrorSource> sources;
  for (const ErrorSource source : row.needs)
    if (const Uncertainty* found = quantity.uncertainty(source); !found || !found->half_width)
      sources.push_back(source);
  return sources;
}

Combined together(const std::vector<Uncertainty>& uncertainties) {
  Combined found;
  double squares = 0, biases = 0, largest = 0;
  for (const Uncertainty& each : uncertainties) {
    if (!each.half_width) continue;
    const double a = *each.half_width, u = a / (each.proven ? std::sqrt(3.0) : 1.96);
    if (each.one_sided)
      biases += a;
    else
      squares += u * u;
    if (a > largest) {
      largest = a;
      found.dominant = each.source;
    }
  }
  found.half_width = 2 * std::sqrt(squares) + biases;
  return found;
}

std::optional<Combined> combined(const Quantity& quantity, const QuantityDefinition& row) {
  if (!quantity.value || row.needs.empty() || !missing(quantity, row).empty()) return std::nullopt;
  const std::optional<Combined> inverse = combined_inverse(quantity, row);
  if (!inverse) return together(quantity.uncertainties);
  const double least = 1 / *quantity.value - inverse->half_width;
  if (least <= 0) return std::nullopt;
  return Combined{1 / least - *quantity.value, inverse->dominant};
}

std::optional<std::array<double, 2>> combined_interval(const Quantity& quantity,
                                                       const QuantityDefinition& row) {
  if (const std::optional<Combined> inverse = combined_inverse(quantity, row)) {
    const double at = 1 / *quantity.value, least = at - inverse->half_width;
    return std::array{1 / (at + inverse->half_width),
                      least > 0 ? 1 / least : std::numeric_limits<double>::infinity()};
  }
  const std::optional<Combined> all = combined(quantity, row);
  if (!all) return std::nullopt;
  return std::array{std::max(row.least, *quantity.value - all->half_width),
                    std::min(row.most, *quantity.value + all->half_width)};
}

std::optional<Combined> combined_inverse(const Quantity& quantity, const QuantityDefinition& row) {
  const bool has_inverse = std::any_of(quantity.uncertainties.begin(), quantity.uncertainties.end(),
                                       [](const Uncertainty& u) { return u.of_inverse.has_value(); });
  if (!has_inverse || !quantity.value || *quantity.value == 0 || row.needs.empty()) return std::nullopt;
  const Quantity inverse = inverted(quantity);
  if (!missing(inverse, row).empty()) return std::nullopt;
  return together(inverse.uncertainties);
}

}  // namespace tauvox
