#include "host/app/evaluate_plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "host/app/describe.hpp"
#include "host/app/forecast.hpp"
#include "host/app/plan.hpp"
#include "host/report/json_text.hpp"

namespace tauvox {
namespace {

// The program with its tables, figures and report: 36 to 41 MB were measured with the shared HDF5, more or
// less by machine and by what huge pages hold beside the arrays.
constexpr double around_it = 43e6 - TAUVOX_PROGRAM_WITHOUT;
// Labels, distances and diameters of one phase at a time, and a copy of an eighth. Of voxels that are no
// cubes the squares of distances are no small integers.
constexpr double of_geometry = 11, of_geometry_without_cubes = 17.2, of_octants = 1;
// On a GPU: distances of one phase, what is painted of them, and a list of balls; its tables take the rest.
constexpr double on_gpu = 13.5, on_gpu_without_cubes = 20.5, gpu_tables = 1.4e6;
// Beside the plan of the solve: the copy, and what the studies before have found.
constexpr double beside_solve = 2.5, around_solve = 6.5e6;
// Values, flux and labels of a .vti file, as VTK holds them.
constexpr double of_fields = 39.5;

Settings solve_of(const Settings& s) {
  Settings solve = s;
  solve.study = "effective_transport";
  solve.resolution_study = true;
  solve.field.clear();
  solve.png.clear();
  return solve;
}

}  // namespace

EvaluationBytes bytes_of_evaluation(const Volume& volume, const CarrierMaterials& carriers, const Settings& s,
                                    const Device& device) {
  const auto voxels = static_cast<double>(volume.extent.voxels());
  const std::array<double, 3> edge = volume.spacing();
  const bool cubes = edge[0] == edge[1] && edge[1] == edge[2];
  double host = around_it + voxels * ((cubes ? of_geometry : of_geometry_without_cubes) +
                                      (s.no_sampling ? 0 : of_octants));
  if (s.fields) host = std::max(host, around_it + voxels * of_fields);
  EvaluationBytes bytes;
  if (device.is_cuda())
    bytes.gpu = static_cast<std::int64_t>(gpu_tables + voxels * (cubes ? on_gpu : on_gpu_without_cubes));
  const Settings solve = solve_of(s);
  for (const auto& [carried, materials] : carriers) {
    Contents contents = count_contents(volume, *materials, solve);
    contents.take_labels(volume);
    const Plan plan = make_plan(volume.extent, solve, device, contents);
    host = std::max(host, around_solve + beside_solve * voxels + static_cast<double>(plan.peak(false)));
    bytes.gpu = std::max(bytes.gpu, plan.peak(true));
  }
  bytes.host = static_cast<std::int64_t>(host);
  return bytes;
}

namespace {

/// Settings that change the work of an evaluation, beside the volume itself.
bool changes_work(const std::string& name) {
  static const std::vector<std::string> names{
      "ionic",  "electronic", "axis",      "phases",  "phase-porosity", "no-sampling", "segmentation-study",
      "rve",    "fields",     "tolerance", "device",  "electrolyte",    "threads",     "threshold",
      "filter", "resample",   "mask",      "outside", "clean",          "orient"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// "--rve null, not 0.05": of the calibration, and of this run.
std::vector<std::string> differences(const EvaluationCost& cost, const Settings& s) {
  const nlohmann::ordered_json own = settings_json(s);
  std::vector<std::string> differ;
  for (const auto& [name, value] : own.items())
    if (changes_work(name) && cost.settings.value(name, nlohmann::ordered_json()) != value)
      differ.push_back(fmt::format("--{} {}, not {}", name,
                                   json_text(cost.settings.value(name, nlohmann::ordered_json())),
                                   json_text(value)));
  return differ;
}

}  // namespace

ExitCode dry_run_of_evaluation(const Volume& volume, const EvaluationBytes& planned, const Settings& s,
                               const Device& device, const CarrierMaterials& carriers) {
  const auto voxels = static_cast<double>(volume.extent.voxels());
  EvaluationBytes bytes = planned;
  std::optional<Interval> seconds;
  if (!s.calibration.empty()) {
    const EvaluationCost cost = EvaluationCost::from(s.calibration);
    if (const std::vector<std::string> differ = differences(cost, s); !differ.empty()) {
      print_notice(fmt::format("{} says nothing of this run, and is left out: it was made with {}",
                               s.calibration, fmt::join(differ, "; ")));
    } else {
      seconds = cost.of(voxels);
      // What is like the other takes for each voxel what that took; a twentieth for what is not.
      const double each = std::max(0.0, cost.bytes_per_voxel - around_it / cost.voxels);
      bytes.host = static_cast<std::int64_t>(1.05 * (around_it + each * voxels));
    }
  }
  const std::int64_t available = host_bytes_for_a_run();
  std::string misfit;
  if (bytes.host > available)
    misfit = fmt::format(
        "the evaluation does not fit into the memory of this machine: {:.2f} GB are needed, {:.2f} GB are "
        "free; "
        "use --crop, or a machine with more memory",
        static_cast<double>(bytes.host) / 1e9, static_cast<double>(available) / 1e9);
  else if (device.is_cuda() && bytes.gpu > device.free_bytes())
    misfit = fmt::format(
        "the evaluation does not fit into the memory of the GPU: {:.2f} GB are needed, {:.2f} GB are free; "
        "use "
        "--device cpu",
        static_cast<double>(bytes.gpu) / 1e9, static_cast<double>(device.free_bytes()) / 1e9);
  print_text(fmt::format("{} voxels: {}\n{:<32}{:>16}  {:.1f} bytes per voxel\n", volume.extent.voxels(),
                         to_string(volume.extent), "peak on the host", bytes.host,
                         static_cast<double>(bytes.host) / voxels));
  if (bytes.gpu > 0) print_text(fmt::format("{:<32}{:>16}\n", "peak on the GPU", bytes.gpu));
  if (!s.output.empty())
    print_text(fmt::format("outputs: up to {:.4g} MB on disk\n",
                           static_cast<double>(most_bytes_of_folder(s, volume.extent, carriers)) / 1e6));
  if (seconds)
    print_line(fmt::format("time: {:.3g} to {:.3g} s, by {}", seconds->least, seconds->most, s.calibration));
  print_text(fmt::format("slurm: {}\n", slurm_options(bytes.host, seconds ? &*seconds : nullptr)));
  if (!misfit.empty()) {
    report_failure("failed", ExitCode::resources, misfit);
    return ExitCode::resources;
  }
  print_text(fmt::format("fits: {:.2f} GB of host memory are free\n", static_cast<double>(available) / 1e9));
  const auto is_own = [](const std::string&) { return false; };
  for (const std::string& found : check_room_of_folder(s, volume.extent, carriers, is_own))
    print_notice(found);
  return ExitCode::success;
}

}  // namespace tauvox
