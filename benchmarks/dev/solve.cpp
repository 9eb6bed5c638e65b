// The whole study of effective transport on a generated electrode: from labels in memory to D_eff.
#include <fmt/format.h>

#include <cmath>

#include "benchmarks/dev/dev.hpp"
#include "host/generate/generate.hpp"
#include "host/settings/settings.hpp"
#include "host/studies/assign_materials.hpp"
#include "host/studies/percolating.hpp"
#include "host/studies/study.hpp"

namespace tauvox::bench {
namespace {

/// @throws Error(internal) unless D_eff is known to the tolerance; the study itself has checked fluxes and
/// bounds.
Result run_once(const StudyInput& input) {
  Result result = effective_transport(input, {}, {}).results.back();
  if (result.status != Status::converged)
    throw Error(ExitCode::internal, "the study did not converge", status_name(result.status),
                result.reason.value_or(""));
  return result;
}

/// Relative difference from what `verify` names: the FP64 solve, or the flux at the inlet.
double difference(const Result& result, const StudyInput& input, const std::string& verify) {
  const double ratio = *result.value("effective_ratio");
  double other = *result.value("flux_in");
  if (verify == "precision") {
    StudySettings settings = input.settings;
    settings.precision = "double";
    settings.tolerance = input.settings.tolerance / 10;
    other = *run_once({input.volume, input.materials, settings, input.device}).value("effective_ratio");
  }
  return std::abs(other - ratio) / ratio;
}

}  // namespace

nlohmann::ordered_json run_solve(const Options& options) {
  const Device device = device_of(options);
  GenerateSettings generated;
  generated.size = {options.size, options.size, options.size};
  generated.porosity = options.porosity;
  const Volume volume = generate(generated);
  Settings settings;
  settings.phase = {0};
  settings.precision = options.precision.empty() ? "mixed" : options.precision;
  settings.tolerance = options.tolerance;
  const Materials materials = assign_materials(volume, settings);
  const StudyInput input{volume, materials, settings, device};

  device.reset_peak();
  const Result result = run_once(input);  // warms up as well
  const auto peak = static_cast<double>(device.peak_bytes());
  const double off = difference(result, input, options.verify);
  // Fluxes are first order in the error, the energy is second.
  const double allowed =
      options.verify == "precision" ? 2 * settings.tolerance : 10 * std::sqrt(settings.tolerance);
  if (!(off <= allowed))
    throw Error(ExitCode::internal, "D_eff is not verified", options.verify,
                fmt::format("relative difference {:.2e}, allowed {:.2e}", off, allowed));

  std::vector<double> seconds, label_seconds;
  for (int r = 0; r < options.repeats; ++r) {
    seconds.push_back(seconds_of(device, [&] { run_once(input); }));
    label_seconds.push_back(seconds_of(device, [&] {
      const Codes codes(device, volume);
      find_clusters(Runs(unknowns_of(codes, conducting_codes(materials))));
    }));
  }
  const auto voxels = static_cast<double>(volume.extent.voxels());
  nlohmann::ordered_json line = head("solve", device);
  line["size"] = options.size;
  line["porosity"] = options.porosity;
  line["precision"] = settings.precision;
  line["tolerance"] = settings.tolerance;
  line["method"] = result.solver->method;
  line["iterations"] = result.solver->iterations;
  line["effective_ratio"] = *result.value("effective_ratio");
  line["error"] = {{"value", *result.solver->error}, {"kind", result.solver->error_kind}};
  line["verified_by"] = options.verify;
  line["verified_difference"] = off;
  line["repeats"] = options.repeats;
  line["seconds"] = median(seconds);
  line["label_seconds_alone"] = median(label_seconds);
  line["voxels_per_second"] = voxels / median(seconds);
  line["bytes_per_voxel_at_peak"] = peak / voxels;
  return line;
}

}  // namespace tauvox::bench
