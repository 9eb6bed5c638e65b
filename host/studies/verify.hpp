// Checks of a finished result against what must hold for every solution. Laws that are first order in the
// error (fluxes, the maximum principle) are held to C sqrt(tolerance), the energy to the tolerance itself.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "host/studies/transport_quantities.hpp"

namespace tauvox {

/// How far beyond 0 and 1 a concentration may be, and the two fluxes apart: relative, at a tolerance of
/// D_eff.
double law_slack(double tolerance);

/// How far the flux through a plate may be from that of the solution, by the bounds of the energy: the
/// potential differs by d, sum over the plate's faces of g d^2 is at most the distance of the bounds, and by
/// Cauchy and Schwarz (sum of g d)^2 at most that times the sum of g, which is 2 n where the best conductor
/// covers the plate. In units of the ratio; at contrasts of 1e8 and more it may be above the flux itself.
/// @param n layers along the axis
double flux_within_bounds(const std::array<double, 2>& bounds, std::int64_t n);

/// @param outside voxels whose concentration is not within 0..1, law_slack aside
/// @param off     by how much a flux may be off in any case
/// @return what is violated, in words; empty when all holds
std::optional<std::string> verify(const AxisResult& result, std::int64_t outside, double tolerance,
                                  double off = 0);

}  // namespace tauvox
