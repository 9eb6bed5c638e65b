// An uncertainty of D_eff that is found after the solve, and what it means for all that follows from D_eff.
#pragma once

#include "host/studies/materials.hpp"
#include "host/studies/report.hpp"

namespace tauvox {

/// Adds an uncertainty of effective_ratio to it and to all that follows from it.
void add_uncertainty(Result& result, const Uncertainty& of_ratio, const Materials& materials);

}  // namespace tauvox
