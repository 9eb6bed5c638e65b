// What a run is asked to do. `describe` lists every setting once: the command line, the study file, --help
// and the echo beside the results all follow from it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "io/read.hpp"
#include "kernels/base/device.hpp"

namespace tauvox {

struct Settings {
  // input
  std::string input;
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
  std::int64_t max_iterations = 100000;
  std::string precision = "mixed";  // mixed: FP32 vectors, FP64 sums; double: all FP64
  std::string device = "auto";      // auto | cpu | cuda | cuda:N
  int threads = 0;                  // 0: usable_processors()
  // output
  std::string field, json, csv, png;
  bool wants_concentration() const { return !field.empty() || !png.empty(); }
  bool overwrite = false, dry_run = false, quiet = false;
  std::string progress = "auto";  // auto | always | plain | never
};

/// One setting: its name on the command line (--name) and in a study file (name or name_with_underscores).
struct Setting {
  std::string name;
  std::string group;  // heading in --help
  std::string unit;   // of the value; may be empty
  std::string meaning;
  bool is_switch = false;  // given without a value on the command line
  std::function<void(Settings&, const std::string& text, const std::string& option)> set;
  std::function<std::string(const Settings&)> text;  // of the effective value; what `set` would take
};
const std::vector<Setting>& describe();

/// Sets `settings` from a study file (TOML); keys are the names of describe(), values as on the command line,
/// with TOML's numbers, arrays and tables where natural. All unknown keys are reported at once.
/// @throws Error(usage) with line and column; Error(input_refused) when the file cannot be read.
void read_study_file(const std::string& path, Settings& settings);

/// The effective settings as a study file that repeats the run.
std::string to_study_file(const Settings& settings);

/// What must hold between settings, whatever the volume.
/// @throws Error(usage)
void check(const Settings& settings);

/// The device asked for; `notice` says when `auto` fell back to the CPU, or fewer threads can be started.
/// @throws Error(device), Error(usage)
Device choose_device(const Settings& settings, std::string& notice);

}  // namespace tauvox
