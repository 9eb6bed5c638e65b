// What is said of a quantity where it is explained: in docs/quantities.md and by `tauvox explain`.
#pragma once

#include <string>

#include "host/studies/quantity.hpp"

namespace tauvox {

/// "1/m"; "that of the conductivities"
std::string unit_in_words(const QuantityDefinition& row);
/// "solver, resolution, bounds", or "-"
std::string uncertainties_in_words(const QuantityDefinition& row);

/// Title, symbol, unit, definition, uncertainties and the studies that give it.
/// @throws Error(usage) for a name that is none, with those near to it
std::string explanation_of(const std::string& name);
/// Every quantity with its title, study by study.
std::string list_of_quantities();

}  // namespace tauvox
