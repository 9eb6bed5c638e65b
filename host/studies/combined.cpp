#include "host/studies/combined.hpp"

#include <cmath>

namespace tauvox {

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
  return together(quantity.uncertainties);
}

}  // namespace tauvox
