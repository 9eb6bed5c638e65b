// What must hold between settings, and the device that they ask for.
#include "host/settings/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "host/settings/grey_law.hpp"
#include "host/settings/local_rank.hpp"
#include "host/settings/parse.hpp"
#include "kernels/base/find_device.hpp"
#include "kernels/base/process.hpp"

namespace tauvox {
namespace {

void check_input(const std::string& input) {
  if (input.empty())
    throw Error(ExitCode::usage, "no input given", "", "",
                "name a volume file: tauvox solve VOLUME --phase 0");
  if (input == "-" || input.starts_with("/dev/stdin") || input.find("://") != std::string::npos)
    throw Error(ExitCode::usage, "input must be a file on disk", input, "", "store the volume first");
}

/// Grey values are no labels: what makes labels of them, or speaks of labels, has no meaning.
void check_grey(const Settings& s) {
  if (!s.is_grey()) return;
  const char* grey = s.law.empty() ? "--conductivity-table" : "--law";
  const std::pair<const char*, bool> others[]{
      {"--phase", !s.phase.empty()},
      {"--conductivity", !s.conductivity.empty()},
      {"--phase-porosity", !s.phase_porosity.empty()},
      {"--capacity", !s.capacity.empty()},
      {"--conductivity-table", !s.law.empty() && !s.conductivity_table.empty()},
      {"--threshold", !s.read.thresholds.empty()},
      {"--clean", !s.clean.empty()}};
  for (const auto& [option, given] : others)
    if (given)
      throw Error(
          ExitCode::usage, fmt::format("{} and {} exclude each other", grey, option), "", "",
          fmt::format("give {} for conductivities by grey values, the other for those of labels", grey));
  if (!s.law.empty()) (void)GreyLaw(s);  // what cannot be read is said before the volume is
}

void check_material(const Settings& s) {
  if (!s.phase.empty() && !s.conductivity.empty())
    throw Error(ExitCode::usage, "--phase and --conductivity exclude each other", "", "",
                "give --phase for one transport property of 1, --conductivity for several values");
  check_grey(s);
  if (!s.electrolyte.empty() && s.unit != "relative")
    throw Error(ExitCode::usage, "--electrolyte and --unit exclude each other", s.unit, "",
                "the electrolyte brings its own values: give relative conductivities");
}

void check_standard_output(const Settings& s) {
  if (s.json == "-" && s.csv == "-")
    throw Error(ExitCode::usage, "--json - and --csv - exclude each other", "",
                "both would go to standard output", "give one of them a file name");
  for (const auto& [name, value] : {std::pair("--field", &s.field), std::pair("--png", &s.png)})
    if (*value == "-")
      throw Error(ExitCode::usage, std::string("no standard output for ") + name, "",
                  "only --json and --csv can go there", "give a file name");
}

}  // namespace

std::vector<std::string> Settings::input_files() const {
  std::vector<std::string> files{input};
  if (!mask.empty()) files.push_back(mask);
  if (study_file) files.push_back(*study_file);
  if (!limits.empty()) files.push_back(limits);
  if (!conductivity_table.empty()) files.push_back(conductivity_table);
  if (!calibration.empty()) files.push_back(calibration);
  return files;
}

void check(const Settings& s) {
  if (s.flux && !s.wants_concentration())
    throw Error(ExitCode::usage, "the flux goes nowhere", "--flux", "",
                "give --field for its vectors, or --png for a picture");
  check_input(s.input);
  check_material(s);
  check_standard_output(s);
  if (!s.calibration.empty() && !s.dry_run)
    throw Error(ExitCode::usage, "--calibration is for --dry-run", s.calibration, "",
                "leave it out, or add --dry-run to see how long the run will take");
}

namespace {

/// Fewer threads than asked for are said, never silent; and so are more than there are processors for.
Device cpu_that_was_asked_for(const Settings& s, std::string& notice) {
  Device device = cpu_device(s.threads);
  const std::vector<ProcessorLimit> limits = processor_limits();
  const ProcessorLimit least = *std::ranges::min_element(limits, {}, &ProcessorLimit::processors);
  const int wanted = s.threads > 0 ? s.threads : least.processors;
  const auto add = [&](const std::string& text) { notice += (notice.empty() ? "" : "; ") + text; };
  if (device.threads() < wanted)
    add(fmt::format("{} of {} threads are used: no more can be started (see ulimit -u and pids.max)",
                    device.threads(), wanted));
  if (device.threads() > least.processors)
    add(fmt::format("{} threads share {} processor{} ({}), and are slower than so many alone",
                    device.threads(), least.processors, least.processors == 1 ? "" : "s", least.source));
  return device;
}

}  // namespace

Device choose_device(const Settings& s, std::string& notice) {
  const std::string device = parse::device(s.device, "--device");
  if (device == "cpu") return cpu_that_was_asked_for(s, notice);
  if (device == "auto") {
    const CudaProbe probe = probe_cuda();
    if (probe.unavailable.empty()) return cuda_device(device_of_rank(probe, notice));
    if (probe.built) notice = "no GPU is used: " + probe.unavailable;
    return cpu_that_was_asked_for(s, notice);
  }
  if (device == "cuda") return cuda_device(0);
  return cuda_device(static_cast<int>(parse::integer(device.substr(5), "--device cuda:N")));
}

}  // namespace tauvox
