// All uncertainties of a quantity as one interval of 95 %.
//
//   U = 2 sqrt(sum of u^2) + sum of b
//
// u is a / 1.96 where the half width a is one of 95 %, a / sqrt(3) where it is a proven bound, and b is a
// where the value may be off by all of a to one side: a bias does not average out with scatter.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "host/studies/quantity.hpp"

namespace tauvox {

struct Combined {
  double half_width = 0;
  std::optional<ErrorSource> dominant;  // of the largest; empty where all are 0
};

/// The one place where they are combined: of those that are known, whatever else is not.
Combined together(const std::vector<Uncertainty>& uncertainties);

/// What a verdict needs and nobody could say.
std::vector<ErrorSource> missing(const Quantity& quantity, const QuantityDefinition& row);
/// Empty where something is missing, or nobody knows what is needed. What can be left out counts where it is
/// there.
std::optional<Combined> combined(const Quantity& quantity, const QuantityDefinition& row);
/// From where to where it is; infinity where it has no end, then nothing is combined().
std::optional<std::array<double, 2>> combined_interval(const Quantity& quantity,
                                                       const QuantityDefinition& row);
/// The interval of 1 / value, where the quantity's is one of that; it may reach 0, where the quantity's own
/// has no end and is not known. Empty for other quantities.
std::optional<Combined> combined_inverse(const Quantity& quantity, const QuantityDefinition& row);

}  // namespace tauvox
