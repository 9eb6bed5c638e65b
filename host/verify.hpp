// Checks of a finished result against what must hold for every solution. Laws that are first order in the
// error (fluxes, the maximum principle) are held to C sqrt(tolerance), the energy to the tolerance itself.
#pragma once

#include <string>
#include <vector>

#include "host/report.hpp"

namespace tauvox {

/// @param potential [z][y][x], NaN where nothing conducts
/// @return what is violated, in words; empty when all holds
std::string verify(const AxisResult& result, const std::vector<float>& potential, double tolerance);

}  // namespace tauvox
