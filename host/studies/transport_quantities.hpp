// What was found along one axis of steady transport, and the quantities that follow from it.
#pragma once

#include "host/studies/materials.hpp"
#include "host/studies/report.hpp"

namespace tauvox {

/// What the solver and the search for clusters found along one axis. `ratio` is D_eff over the largest phase
/// value.
struct AxisResult {
  Axis axis = Axis::z;
  Status status = Status::failed;
  bool percolates = false;
  std::optional<std::string> reason;  // why not percolating, not converged or failed
  std::string remark = {};            // on a result that stands
  double volume_fraction = 0, percolating_volume_fraction = 0, fraction_connected_26 = 0;
  double largest_cluster_fraction = 0;    // of all voxels
  double mean = 0, percolating_mean = 0;  // sum of eps_p D_p / D_max: all voxels, and what touches both faces
  std::optional<double> ratio, best_estimate;         // best_estimate only when not converged
  std::optional<std::array<double, 2>> ratio_bounds;  // of the discrete problem, where the solver gives them
  std::optional<double> flux_in, flux_out;            // in units of D_max * (potential drop) / length
  std::optional<double> flux_balance;  // largest relative deviation of a plane's flux from ratio
  SolverResult solver;
  StageCosts stages;
  double seconds = 0;  // stages, concentration back on the host, self-checks
};

/// What follows from them, as the rows of the study define it.
Result result_of(const AxisResult& found, const Materials& materials);

}  // namespace tauvox
