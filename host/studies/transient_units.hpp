// In what units a transient is told, and when it ends.
#pragma once

#include <optional>

#include "host/studies/study.hpp"

namespace tauvox {

/// Of time_steps.hpp -> of the volume: L^2/D0, and fluxes over D0 Dc/L.
struct TransientUnits {
  double cells = 1, columns = 1, voxels = 1;
  std::optional<double> seconds;  // in L^2/D0
  double time(double steps) const { return steps / (cells * cells); }
  double flux(double sum) const { return sum * cells / columns; }
  double amount(double sum) const { return sum / (columns * cells); }
};

TransientUnits units_of(const StudyInput& in);

/// When it ends, in L^2/D0.
/// @throws Error(usage) what does not go together
double end_of(const StudySettings& s, const TransientUnits& units);

}  // namespace tauvox
