// What was found of a transient, and the quantities that follow from it.
#pragma once

#include "host/studies/materials.hpp"
#include "host/studies/report.hpp"
#include "host/studies/time_lag.hpp"
#include "host/studies/transient_units.hpp"

namespace tauvox {

/// Conductivities that share classes: the largest |ln| of one over that of its class, and what is told.
struct SharedClasses {
  double spread = 0;
  std::string text;
};

struct TransientResult {
  Axis axis = Axis::z;
  bool membrane = false;
  Status status = Status::failed;
  std::optional<std::string> reason;
  bool reached = false;  // the first plate, or from plate to plate
  double volume_fraction = 0, reached_fraction = 0;
  double capacity = 0;               // of what is reached, over that of all voxels at 1
  double end = 0, now = 0;           // L^2/D0
  double mean = 0;                   // M / M_inf
  double inflow = 0, outflow = 0;    // over D0 Dc / L
  double in = 0, out = 0;            // over L Dc, until now
  std::optional<double> step_error;  // of M / M_inf: sum of the estimates of each step
  double open = 0;                   // bound on its error from what solves left open
  std::optional<SharedClasses> classes;
  std::int64_t steps = 0, rejected = 0;
  std::optional<Membrane> at_last;
  SolverResult solver;
  StageCosts stages;
  double seconds = 0;
};

Result result_of(const TransientResult& found, const TransientUnits& units);

/// Their rows.
QuantityDefinitions transient_quantities();

}  // namespace tauvox
