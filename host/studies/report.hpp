// What a study gives back: results, each a list of quantities of one axis, one label, or both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/studies/quantity.hpp"
#include "kernels/base/extent.hpp"

namespace tauvox {

enum class Status {
  converged,        // by iteration, to the tolerance
  complete,         // an answer that needs no iteration
  not_percolating,  // an answer: nothing gets through
  not_converged,
  failed
};
const char* status_name(Status status);
inline constexpr Status all_statuses[] = {Status::converged, Status::complete, Status::not_percolating,
                                          Status::not_converged, Status::failed};

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

struct Result {
  std::string study;                  // row of the study table
  std::optional<std::int64_t> label;  // where it is about one label
  std::string phase;                  // where it is about a phase that has a name
  std::vector<std::string> with;      // and these: an interface, or a line where phases meet
  std::optional<Axis> axis;           // where it is about one direction
  std::string carrier = {};           // ions or electrons, of their transport: one phase may carry both
  Status status = Status::failed;
  std::optional<std::string> reason;  // why not percolating, not converged or failed
  std::optional<bool> percolates;
  std::vector<Quantity> quantities;
  std::optional<SolverResult> solver;
  std::optional<StageCosts> stages;
  double seconds = 0;
  std::vector<std::string> remarks;  // what limits a quantity, or why it is undefined

  const Quantity* quantity(const std::string& name) const;
  /// Empty where the quantity is undefined, or not one of this result.
  std::optional<double> value(const std::string& name) const;
  /// Half width of the uncertainty from that source, absolute.
  std::optional<double> half_width(const std::string& name, ErrorSource source) const;
};

inline constexpr const char *carrier_ions = "ions", *carrier_electrons = "electrons";
/// Its phase; of the transport of electrons "solid (electrons)".
std::string phase_and_carrier(const Result& result);

/// "axis z", "label 3", "label 3 (binder), axis z", "phase solid, axis z", "phase solid (electrons), axis z".
std::string subject_of(const Result& result);

/// Columns of numbers of equal length, such as a profile or a distribution; for a table of its own.
struct Curve {
  std::string name;                  // of the file, without an ending; {} stands for the phase
  std::vector<std::string> columns;  // names with units: "position_um"
  std::vector<std::vector<double>> values;
  std::string phase = {};  // that it is about, where there is one
  bool in_json = false;    // few numbers, which the JSON report tells too
};

struct Report {
  std::vector<Result> results;
  std::vector<Curve> curves;
  std::vector<std::string> notices, warnings;
  std::vector<std::pair<std::string, double>> seconds;  // stage beyond the results -> wall time
};

}  // namespace tauvox
