#include "host/app/forecast.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "host/report/results_file.hpp"

namespace tauvox {
namespace {

using Json = nlohmann::ordered_json;

// A machine that does other work as well, and structures beyond those of the cases.
constexpr double faster = 0.6, slower = 1.8;
// The program itself: start, reader process, reports.
constexpr Interval around_it{0.02, 1.0};
// HDF5 with deflate on a slow disk, and LZ4 on a fast one; each file is read back.
constexpr double least_bytes_per_second = 15e6, most_bytes_per_second = 1e9;
// Another structure, a size that is not the calibration's: per voxel an evaluation takes so much of it.
constexpr double evaluation_faster = 0.5, evaluation_slower = 2;

[[noreturn]] void refuse_file(const std::string& path, const std::string& why, const std::string& advice) {
  throw Error(ExitCode::input_refused, "this calibration cannot be used", path, why, advice);
}

[[noreturn]] void refuse_bench(const std::string& path, const std::string& why) {
  refuse_file(path, why, "make it on the machine of the run: tauvox bench --quick -o calibration.json");
}

/// Ends of paths that lead nowhere, and narrow ones, take more iterations: then a packing says too little.
bool is_well_connected(const Plan& plan, double conducting) {
  return conducting >= 0.25 && plan.contents.unknowns >= 0.97 * conducting;
}

}  // namespace

Calibration::Calibration(const Json& file, const std::string& path) : path_(path) {
  try {
    if (file.at("kind") != "tauvox bench") refuse_bench(path, "it is no file of tauvox bench");
    const Json& device = file.at("hardware").at("device");
    gpu_ = device.at("kind") != "cpu";
    threads_ = device.at("threads").is_number() ? device.at("threads").get<int>() : 1;
    device_ = device.at("description").get<std::string>();
    const Json &hardware = file.at("hardware"), &load = hardware.at("load_average");
    const double processors = std::max(1.0, hardware.at("cpu").at("processors").get<double>());
    if (load.is_number()) crowding_ = std::max(1.0, (load.get<double>() + threads_) / processors);
    tolerance_ = file.at("settings").at("tolerance").get<double>();
    for (const Json& row : file.at("rows")) {
      if (row.at("valid") != true || !row.contains("conducting_fraction")) continue;
      double voxels = row.at("conducting_fraction").get<double>();
      for (const Json& edge : row.at("size")) voxels *= edge.get<double>();
      const double seconds = row.at("seconds").at("total").get<double>();
      if (voxels > 0 && seconds > 0) cases_[row.at("case").get<std::string>()][voxels] = seconds / voxels;
    }
  } catch (const Json::exception& error) {
    refuse_bench(path, reason_of(error));
  }
  if (!(tolerance_ > 0 && tolerance_ < 1) || threads_ < 1) refuse_bench(path, "its settings make no sense");
  for (const char* name : {"sphere-packing", "carbon-binder", "gyroid", "near-percolation"})
    if (!cases_.contains(name)) refuse_bench(path, fmt::format("it has no valid row of {}", name));
}

Calibration Calibration::from(const std::string& path) { return {read_json(path), path}; }

double Calibration::seconds_per_voxel(const std::string& name, double voxels) const {
  const std::map<double, double>& sizes = cases_.at(name);
  const auto above = sizes.lower_bound(voxels);
  if (above == sizes.end()) return sizes.rbegin()->second;
  if (above == sizes.begin()) return above->second;
  const auto below = std::prev(above);
  const double share = std::log(voxels / below->first) / std::log(above->first / below->first);
  return below->second * std::pow(above->second / below->second, share);
}

Interval Calibration::seconds_of_axis(const Plan& plan, double conducting) const {
  std::vector<std::string> alike{"sphere-packing", "gyroid"};
  if (plan.contents.classes > 1) alike.emplace_back("carbon-binder");
  if (!is_well_connected(plan, conducting)) alike.emplace_back("near-percolation");
  const double voxels = std::max(1.0, conducting * static_cast<double>(plan.extent.voxels()));
  Interval seconds{1e300, 0};
  for (const std::string& name : alike) {
    const double of_case = voxels * seconds_per_voxel(name, voxels);
    seconds.least = std::min(seconds.least, of_case);
    seconds.most = std::max(seconds.most, of_case);
  }
  if (plan.contents.unknowns == 0) seconds.least = 0;  // nothing percolates: no solve
  return seconds;
}

Interval forecast(const Calibration& calibration, const Plan& plan, const Settings& s, const Device& device,
                  double conducting, double read_seconds) {
  const auto refuse = [&](const std::string& why, const std::string& advice) {
    throw Error(ExitCode::usage, "the calibration says nothing of this run", s.calibration, why, advice);
  };
  if (calibration.is_gpu() != device.is_cuda())
    refuse(fmt::format("it is of {}, the run would be on {}", calibration.device(), device.description()),
           "calibrate on the device of the run: tauvox bench --quick --device cpu, or --device cuda");
  if (s.study != "effective_transport" || s.solver != "multigrid")
    refuse("it is of effective transport by multigrid", "leave out --calibration");
  Interval seconds = calibration.seconds_of_axis(plan, conducting);
  // Iterations go with the digits asked for; threads gain at most what they are.
  const double digits = std::log(s.tolerance) / std::log(calibration.tolerance());
  seconds.least *= faster * std::min(1.0, digits) / calibration.crowding();
  seconds.most *= slower * std::max(1.0, digits);
  if (!device.is_cuda()) {
    const double threads = static_cast<double>(calibration.threads()) / device.threads();
    seconds.least *= std::min(1.0, threads);
    seconds.most *= std::max(1.0, threads);
  }
  if (s.precision == "double") seconds.most *= 2;
  if (s.resolution_study) seconds.most *= 2;  // copies of an eighth of the voxels, and throats
  const auto axes = static_cast<double>(s.axes.size());
  const double bytes_per_voxel = s.field.empty() ? 0 : s.flux ? 17 : 5;
  const double field_bytes = bytes_per_voxel * static_cast<double>(plan.extent.voxels()) * axes;
  return {around_it.least + read_seconds / 2 + axes * seconds.least + field_bytes / most_bytes_per_second,
          around_it.most + read_seconds * 2 + axes * seconds.most + field_bytes / least_bytes_per_second};
}

EvaluationCost EvaluationCost::from(const std::string& path) {
  const Json results = read_json(path);
  EvaluationCost cost;
  cost.voxels = 1;
  try {
    cost.settings = results.at("settings");
    // What a solve computes is one study; of an evaluation each result says of which it is.
    bool of_evaluation = false;
    for (const Json& result : results.at("results"))
      of_evaluation = of_evaluation || result.value("study", "") == "fractions";
    if (!of_evaluation || cost.settings.value("study", "") == "fractions")
      refuse_file(path, "it is no report of an evaluation", "give the results.json of tauvox evaluate");
    for (const Json& edge : results.at("input").at("shape")) cost.voxels *= edge.get<double>();
    cost.seconds = results.at("timings_s").at("total").get<double>();
    cost.bytes_per_voxel =
        results.at("memory").at("host_peak_resident_bytes").get<double>() / std::max(1.0, cost.voxels);
  } catch (const Json::exception& error) {
    refuse_file(path, reason_of(error), "give the results.json of tauvox evaluate");
  }
  if (!(cost.voxels >= 1 && cost.seconds > 0 && cost.bytes_per_voxel > 0))
    refuse_file(path, "its numbers make no sense", "give the results.json of tauvox evaluate");
  return cost;
}

Interval EvaluationCost::of(double other) const {
  const double alike = seconds * other / voxels;
  return {evaluation_faster * alike, around_it.most + evaluation_slower * alike};
}

std::string slurm_options(std::int64_t peak_bytes, const Interval* seconds) {
  constexpr double mebibyte = 1 << 20;
  // What the kernel keeps of files that are written counts as memory of the job as well.
  const double megabytes = std::ceil((1.15 * static_cast<double>(peak_bytes) / mebibyte + 200) / 100) * 100;
  std::string options = fmt::format("--mem={:.0f}M", megabytes);
  if (!seconds) return options;
  // A run ends a minute before the job, so that its results are written.
  const auto minutes = static_cast<std::int64_t>(std::ceil(seconds->most * 1.2 / 60)) + 1;
  return options + fmt::format(" --time={:02}:{:02}:00", minutes / 60, minutes % 60);
}

}  // namespace tauvox
