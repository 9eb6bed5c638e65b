// Checks of a finished result against what must hold for every solution. Laws that are first order in the
// error (fluxes, the maximum principle) are held to C sqrt(tolerance), the energy to the tolerance itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "host/studies/transport_quantities.hpp"

namespace tauvox {

/// How far beyond 0 and 1 a concentration may be, and the two fluxes apart: relative, at a tolerance of
/// D_eff.
double law_slack(double tolerance);

/// @param outside voxels whose concentration is not within 0..1, law_slack aside
/// @return what is violated, in words; empty when all holds
std::optional<std::string> verify(const AxisResult& result, std::int64_t outside, double tolerance);

}  // namespace tauvox
