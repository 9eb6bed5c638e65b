#include "host/bench/row.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/bench/measure.hpp"

namespace tauvox::bench {
namespace {

using Json = nlohmann::ordered_json;

template <class Of>
double median_of(const std::vector<Result>& runs, const Of& of) {
  std::vector<double> values;
  for (const Result& run : runs) values.push_back(of(run));
  return median(std::move(values));
}

}  // namespace

double eight_digits(double value) { return std::stod(fmt::format("{:.8g}", value)); }

std::string gate(const std::vector<Result>& runs, const StoredAnswer* stored, double tolerance) {
  const double ratio = runs.front().value("effective_ratio").value_or(0);
  for (const Result& run : runs) {
    const std::optional<double> of_run = run.value("effective_ratio");
    if (run.status != Status::converged || !of_run)
      return fmt::format("{}: {}", status_name(run.status), run.reason.value_or(""));
    if (*of_run != ratio) return fmt::format("repeats differ: {:.17g} and {:.17g}", ratio, *of_run);
  }
  if (stored) {
    if (agrees(ratio, *stored, tolerance)) return "";
    return fmt::format("the answer is {:.8g}, the stored one {:.8g}", ratio, stored->effective_ratio);
  }
  const SolverResult& solver = *runs.front().solver;
  const double error = solver.error.value_or(1);
  if (solver.error_kind == "bound" && error <= tolerance) return "";
  return fmt::format(
      "no answer is stored, and the error of {:.1e} ({}) is no bound below the tolerance {:.1e}", error,
      solver.error_kind, tolerance);
}

Json row_json(const Measured& measured, const StoredAnswer* stored, const Yardstick& by) {
  const std::vector<Result>& runs = measured.runs;
  const SolverResult& solver = *runs.front().solver;
  const std::optional<double> ratio = runs.front().value("effective_ratio");
  const std::string reason = gate(runs, stored, by.tolerance);
  const bool valid = reason.empty();
  const auto shown = [valid](const auto& value) { return valid ? Json(value) : Json(nullptr); };

  const double voxels = static_cast<double>(measured.size[0]) * static_cast<double>(measured.size[1]) *
                        static_cast<double>(measured.size[2]);
  const double total = median_of(runs, [](const Result& r) { return r.seconds; });
  const double solve = median_of(runs, [](const Result& r) { return r.stages->solve.seconds; });
  const std::int64_t bytes = runs.front().stages->solve.bytes_moved;
  const auto moved = static_cast<double>(bytes);
  std::vector<double> totals;
  for (const Result& run : runs) totals.push_back(run.seconds);

  Json row;
  row["case"] = measured.name;
  row["size"] = measured.size;
  row["conducting_fraction"] = measured.conducting_fraction;
  row["valid"] = valid;
  row["reason"] = valid ? Json(nullptr) : Json(reason);
  row["repeats"] = runs.size();
  row["seconds"] = {
      {"transfer", shown(median_of(runs, [](const Result& r) { return r.stages->transfer.seconds; }))},
      {"setup", shown(median_of(runs, [](const Result& r) { return r.stages->setup.seconds; }))},
      {"solve", shown(solve)},
      {"total", shown(total)}};
  row["fastest_seconds"] = shown(quantile(totals, 0));
  row["slowest_seconds"] = shown(quantile(totals, 1));
  row["spread"] = shown((quantile(totals, 0.75) - quantile(totals, 0.25)) / total);
  row["voxels_per_second"] = shown(voxels / total);
  row["iterations"] = solver.iterations;
  row["operator_applications"] = solver.operator_applications;
  row["effective_ratio"] = ratio ? Json(eight_digits(*ratio)) : Json(nullptr);
  row["error"] = {{"value", or_null(solver.error)}, {"kind", solver.error_kind}};
  row["judged_by"] = stored ? "stored answer" : "bound";
  row["bytes_per_voxel_peak"] = static_cast<double>(measured.peak_bytes) / voxels;
  row["bytes_counted"] = bytes;
  row["gb_per_second"] = shown(moved / solve * 1e-9);
  row["triad_fraction"] = by.triad ? shown(moved / solve / *by.triad) : Json(nullptr);
  row["peak_fraction"] = by.data_sheet ? shown(moved / solve / *by.data_sheet) : Json(nullptr);
  row["energy_joule"] =
      measured.joule ? shown(*measured.joule / static_cast<double>(runs.size())) : Json(nullptr);
  row["sm_clock_mhz"] = or_null(measured.sm_clock_mhz);
  return row;
}

}  // namespace tauvox::bench
