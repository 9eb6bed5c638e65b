// What a run found, with unit, uncertainty and status; as JSON, CSV and text. Undefined is null, never NaN.
#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "host/studies/phases.hpp"
#include "host/studies/resolution.hpp"

namespace tauvox {

enum class Status { converged, not_percolating, not_converged, failed };
const char* status_name(Status status);

struct SolverResult {
  std::string method, precision;
  std::int64_t iterations = 0, operator_applications = 0;
  std::optional<double> relative_residual;  // ||b - A u|| / ||b||, FP64, from the labels
  std::optional<double> error;              // relative, of D_eff on the discrete problem
  std::string error_kind = "estimate";      // or "bound"
};

/// What one stage of a study took: wall time, and the bytes its kernels had to move (Device::count_traffic).
struct StageCost {
  double seconds = 0;
  std::int64_t bytes_moved = 0;
};
struct StageCosts {
  StageCost transfer;  // labels to the memory of the device, as material classes
  StageCost setup;     // what percolates, operator, hierarchy
  StageCost solve;     // iteration and bound
};

/// Result along one axis. `ratio` is D_eff over the largest phase value.
struct AxisResult {
  Axis axis = Axis::z;
  Status status = Status::failed;
  bool percolates = false;
  std::string reason;  // why not percolating, not converged or failed
  double volume_fraction = 0, percolating_volume_fraction = 0, fraction_connected_26 = 0;
  double largest_cluster_fraction = 0;    // of all voxels
  double mean = 0, percolating_mean = 0;  // sum of eps_p D_p / D_max: all voxels, and what touches both faces
  std::optional<double> ratio, best_estimate;         // best_estimate only when not converged
  std::optional<std::array<double, 2>> ratio_bounds;  // of the discrete problem, where the solver gives them
  std::optional<double> flux_in, flux_out;            // in units of D_max * (potential drop) / length
  std::optional<double>
      flux_balance;  // largest relative deviation of the flux through a plane across the axis
  int conducting_phases = 0;
  double largest_value = 0;  // D_max in the unit given
  SolverResult solver;
  std::optional<Resolution> resolution;  // only where it was studied
  StageCosts stages;
  double seconds = 0;  // stages, concentration back on the host, self-checks

  // What follows from the above; empty where it is undefined.
  std::optional<double> effective_value() const;
  std::optional<double> tortuosity_factor() const;
  std::optional<double> tortuosity_factor_percolating() const;
  std::optional<double> macmullin_number() const;
  std::optional<double> bruggeman_exponent() const;
};

struct MemoryReport {
  std::int64_t device_peak_bytes = 0, host_peak_resident_bytes = 0;
  double bytes_per_voxel = 0;  // of the device buffers at their peak
};

struct RunReport {
  Settings settings;
  const Volume* volume = nullptr;
  Materials materials;
  std::string device;
  std::vector<AxisResult> results;
  std::vector<std::pair<std::string, double>> seconds;  // stage -> wall time
  MemoryReport memory;
  std::vector<std::string> warnings;
};

/// Program name, version and how it was built.
nlohmann::ordered_json tool_json();
nlohmann::ordered_json to_json(const RunReport& report);
std::string to_csv(const RunReport& report);
/// A few lines for the terminal.
std::string to_text(const RunReport& report);
/// Exit code of the worst status: converged and not percolating are successes.
ExitCode exit_code(const std::vector<AxisResult>& results);

}  // namespace tauvox
