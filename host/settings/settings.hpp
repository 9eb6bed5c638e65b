// What a run is asked to do: plain values in SI units. host/app/describe.hpp has a row for each of them, from
// which the command line, the study file, the help and the echo beside the results follow.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/read.hpp"
#include "kernels/base/device.hpp"

namespace tauvox {

struct Settings {
  // input
  std::string input;
  std::optional<std::string> study_file;  // where the settings were read from
  io::ReadOptions read;
  // material
  std::vector<std::int64_t> phase;                            // labels that conduct with D0 = 1
  std::vector<std::pair<std::int64_t, double>> conductivity;  // label -> value in `unit`
  std::string unit = "relative";
  bool default_insulating = false;  // labels without a value insulate
  bool allow_absent = false;        // labels that were named need not occur
  // problem
  std::string study = "effective_transport";
  std::vector<Axis> axes{Axis::z};
  bool axes_named = false;  // one by one, by the user; the default and "all" name none
  bool periodic_sides = false;
  bool resolution_study = false;  // solve coarse copies as well: how much is due to the voxels?
  // solver
  std::string solver = "multigrid";  // multigrid | jacobi (the reference)
  double tolerance = 1e-4;
  double flux_balance = 0.01;  // relative; largest deviation of the flux through a plane, where it is wanted
  std::int64_t max_iterations = 100000;
  std::string precision = "mixed";  // mixed: FP32 vectors, FP64 sums; double: all FP64
  std::string device = "auto";      // auto | cpu | cuda | cuda:N
  int threads = 0;                  // 0: usable_processors()
  // output
  std::string field, json, csv, png;
  bool wants_concentration() const { return !field.empty() || !png.empty(); }
  bool overwrite = false, dry_run = false, quiet = false;
  std::string progress = "auto";             // auto | always | plain | never
  std::optional<double> time_limit_seconds;  // then the best value so far, as not converged

  /// Files that are read, and which no output may replace.
  std::vector<std::string> input_files() const;
};

/// What must hold between settings, whatever the volume.
/// @throws Error(usage)
void check(const Settings& settings);

/// The device asked for; `notice` says when `auto` fell back to the CPU, or fewer threads can be started.
/// @throws Error(device), Error(usage)
Device choose_device(const Settings& settings, std::string& notice);

}  // namespace tauvox
