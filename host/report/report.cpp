#include "host/report/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "host/app/describe.hpp"

#ifndef TAUVOX_VERSION
#define TAUVOX_VERSION "unknown"
#endif

namespace tauvox {
namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

template <class T>
Json triple(const std::array<T, 3>& zyx) {
  return Json::array({zyx[0], zyx[1], zyx[2]});
}

std::string text(const std::optional<double>& value, const char* missing) {
  return value ? fmt::format("{:.17g}", *value) : missing;
}

// Digits that the error supports, and one more.
std::string rounded(double value, double relative_error) {
  const int digits =
      std::clamp(static_cast<int>(std::ceil(-std::log10(std::max(relative_error, 1e-12)))) + 1, 4, 13);
  return fmt::format("{:.{}g}", value, digits);
}

Json resolution_json(const Resolution& r) {
  Json j;
  j["ratios"] = Json::array({number(r.fine), number(r.twice), number(r.four)});
  j["voted_ratios"] = Json::array({number(r.voted), number(r.voted_four)});
  j["order"] = number(r.order);
  j["extrapolated_ratio"] = number(r.extrapolated);
  j["throat_voxels"] = r.throat ? Json(*r.throat) : Json(nullptr);
  if (!r.reason.empty()) j["reason"] = r.reason;
  return j;
}

// One line, below that of the result.
std::string resolution_text(const Resolution& r) {
  if (!r.uncertainty) return fmt::format("  resolution: cannot be said; {}\n", r.reason);
  std::string out =
      fmt::format("  resolution: D_eff/D0 = {:.4g} with voxels twice as large, {:.4g} with four times",
                  *r.twice, r.four.value_or(0));
  if (r.order) out += fmt::format(", order {:.2f}", *r.order);
  if (r.extrapolated) out += fmt::format("; extrapolated to no voxel size: {:.4g}", *r.extrapolated);
  return out + (r.reason.empty() ? "\n" : "\n    " + r.reason + "\n");
}

Json axis_json(const AxisResult& r, const std::string& unit) {
  Json j;
  j["axis"] = axis_name(r.axis);
  j["status"] = status_name(r.status);
  if (!r.reason.empty()) j["reason"] = r.reason;
  j["percolates"] = r.percolates;
  j["effective_ratio"] = number(r.ratio);
  j["effective_ratio_bounds"] =
      r.ratio_bounds ? Json::array({(*r.ratio_bounds)[0], (*r.ratio_bounds)[1]}) : Json(nullptr);
  j["effective_value"] = number(r.effective_value());
  j["effective_value_unit"] = unit;
  if (r.status == Status::not_converged) j["best_estimate"] = number(r.best_estimate);
  j["tortuosity_factor"] = number(r.tortuosity_factor());
  j["tortuosity_factor_percolating"] = number(r.tortuosity_factor_percolating());
  j["tau_is_infinite"] = r.status == Status::not_percolating;
  j["macmullin_number"] = number(r.macmullin_number());
  j["bruggeman_exponent"] = number(r.bruggeman_exponent());
  j["volume_fraction"] = r.volume_fraction;
  j["percolating_volume_fraction"] = r.percolating_volume_fraction;
  j["fraction_connected_26"] = r.fraction_connected_26;
  j["largest_cluster_fraction"] = r.largest_cluster_fraction;
  j["flux_in"] = number(r.flux_in);
  j["flux_out"] = number(r.flux_out);
  Json& s = j["solver"];
  s["method"] = r.solver.method;
  s["iterations"] = r.solver.iterations;
  s["operator_applications"] = r.solver.operator_applications;
  s["relative_residual"] = number(r.solver.relative_residual);
  s["error"]["value"] = number(r.solver.error);
  s["error"]["kind"] = r.solver.error_kind;
  s["precision"] = r.solver.precision;
  if (r.resolution) {
    j["resolution_uncertainty"] = number(r.resolution->uncertainty);
    j["resolution_study"] = resolution_json(*r.resolution);
  }
  j["stage_seconds"] = {{"transfer", r.stages.transfer.seconds},
                        {"setup", r.stages.setup.seconds},
                        {"solve", r.stages.solve.seconds}};
  j["seconds"] = r.seconds;
  return j;
}

}  // namespace

const char* status_name(Status status) {
  switch (status) {
    case Status::converged:
      return "converged";
    case Status::not_percolating:
      return "not_percolating";
    case Status::not_converged:
      return "not_converged";
    case Status::failed:
      return "failed";
  }
  return "failed";
}

std::optional<double> AxisResult::effective_value() const {
  if (!ratio) return {};
  return *ratio * largest_value;
}
std::optional<double> AxisResult::tortuosity_factor() const {
  if (!ratio || *ratio == 0) return {};
  return mean / *ratio;
}
std::optional<double> AxisResult::tortuosity_factor_percolating() const {
  if (!ratio || *ratio == 0) return {};
  return percolating_mean / *ratio;
}
std::optional<double> AxisResult::macmullin_number() const {
  if (!ratio || *ratio == 0) return {};
  return 1 / *ratio;
}
std::optional<double> AxisResult::bruggeman_exponent() const {
  // ln(1) / ln(1) has no meaning: without an insulator there is no exponent.
  if (!ratio || *ratio == 0 || conducting_phases != 1 || volume_fraction >= 1) return {};
  return std::log(*ratio) / std::log(volume_fraction);
}

Json tool_json() {
  Json j;
  j["name"] = "tauvox";
  j["version"] = TAUVOX_VERSION;
  j["compiler"] = __VERSION__;
  j["cuda"] = probe_cuda().built;
  j["formats"] = io::readable_formats();
  return j;
}

Json to_json(const RunReport& report) {
  const Volume& v = *report.volume;
  Json j;
  j["schema_version"] = "1.0";
  j["tool"] = tool_json();
  Json& input = j["input"];
  input["path"] = v.path;
  input["sha256"] = v.sha256.empty() ? Json(nullptr) : Json(v.sha256);
  input["dataset"] = v.dataset.empty() ? Json(nullptr) : Json(v.dataset);
  input["format"] = v.format;
  input["stored_type"] = v.stored_type;
  input["shape"] = triple(v.extent.zyx());
  input["axes"] = Json::array({"z", "y", "x"});
  input["voxel_size_m"] = v.voxel_size ? triple(*v.voxel_size) : Json(nullptr);
  input["voxel_size_source"] = v.voxel_size_source.empty() ? Json(nullptr) : Json(v.voxel_size_source);
  j["phases"] = Json::array();
  for (const Phase& p : report.materials.phases)
    j["phases"].push_back({{"label", p.label},
                           {"conductivity", p.conductivity},
                           {"unit", report.materials.unit},
                           {"voxels", p.voxels},
                           {"volume_fraction", p.volume_fraction}});
  j["settings"] = settings_json(report.settings);
  j["device"] = report.device;
  Json& timings = j["timings"];
  for (const auto& [stage, seconds] : report.seconds) timings[stage + "_s"] = seconds;
  Json& memory = j["memory"];
  memory["device_peak_bytes"] = report.memory.device_peak_bytes;
  memory["device_bytes_per_voxel"] = report.memory.bytes_per_voxel;
  memory["host_peak_resident_bytes"] = report.memory.host_peak_resident_bytes;
  j["warnings"] = report.warnings;
  j["results"] = Json::array();
  for (const AxisResult& r : report.results) j["results"].push_back(axis_json(r, report.materials.unit));
  return j;
}

std::string to_csv(const RunReport& report) {
  std::string csv =
      "input,axis,status,effective_ratio,effective_ratio_lower,effective_ratio_upper,effective_value,unit,"
      "tortuosity_factor,tortuosity_factor_"
      "percolating,"
      "macmullin_number,bruggeman_exponent,volume_fraction,percolating_volume_fraction,fraction_connected_26,"
      "error,"
      "error_kind,iterations,seconds,resolution_uncertainty,resolution_order,extrapolated_ratio,throat_"
      "voxels\n";
  std::string path = report.volume->path;
  for (std::size_t at = 0; (at = path.find('"', at)) != std::string::npos; at += 2) path.insert(at, 1, '"');
  for (const AxisResult& r : report.results) {
    const Resolution voxels = r.resolution.value_or(Resolution());
    const char* infinite = r.status == Status::not_percolating ? "inf" : "";
    csv += fmt::format("\"{}\",{},{},{},{},{},{},{},{},{},{},{},{:.17g},{:.17g},{:.17g},{},{},{},{:.6g}\n",
                       path, axis_name(r.axis), status_name(r.status), text(r.ratio, ""),
                       r.ratio_bounds ? text((*r.ratio_bounds)[0], "") : "",
                       r.ratio_bounds ? text((*r.ratio_bounds)[1], "") : "", text(r.effective_value(), ""),
                       report.materials.unit, text(r.tortuosity_factor(), infinite),
                       text(r.tortuosity_factor_percolating(), infinite),
                       text(r.macmullin_number(), infinite), text(r.bruggeman_exponent(), ""),
                       r.volume_fraction, r.percolating_volume_fraction, r.fraction_connected_26,
                       text(r.solver.error, ""), r.solver.error_kind, r.solver.iterations, r.seconds);
    csv.back() = ',';  // what was studied on top of it follows on the same line
    csv += fmt::format("{},{},{},{}\n", text(voxels.uncertainty, ""), text(voxels.order, ""),
                       text(voxels.extrapolated, ""), voxels.throat ? std::to_string(*voxels.throat) : "");
  }
  return csv;
}

std::string to_text(const RunReport& report) {
  const Volume& v = *report.volume;
  std::string out = fmt::format("{}  {}  on {}\n", v.path, to_string(v.extent), report.device);
  for (const Phase& p : report.materials.phases)
    out += fmt::format("  label {:>5}  volume fraction {:.5f}  conductivity {:g} {}\n", p.label,
                       p.volume_fraction, p.conductivity, report.materials.unit);
  for (const AxisResult& r : report.results) {
    out += fmt::format("axis {}: {}\n", axis_name(r.axis), status_name(r.status));
    if (!r.reason.empty()) out += fmt::format("  {}\n", r.reason);
    if (r.status == Status::converged && r.ratio) {
      const double error = r.solver.error.value_or(0);
      out += fmt::format("  D_eff/D0 = {} +- {:.1g} (solver, {})", rounded(*r.ratio, error), *r.ratio * error,
                         r.solver.error_kind);
      if (r.resolution && r.resolution->uncertainty)
        out += fmt::format(" +- {:.2g} (resolution, estimate)", *r.resolution->uncertainty);
      if (report.materials.unit != "relative")
        out += fmt::format("   D_eff = {} {}", rounded(*r.effective_value(), error), report.materials.unit);
      out += fmt::format("\n  tortuosity factor {}   MacMullin number {}",
                         rounded(*r.tortuosity_factor(), error), rounded(*r.macmullin_number(), error));
      if (r.bruggeman_exponent()) out += fmt::format("   Bruggeman exponent {:.4f}", *r.bruggeman_exponent());
      out += fmt::format("\n  {} iterations, {:.2f} s\n", r.solver.iterations, r.seconds);
    } else if (r.status == Status::not_percolating) {
      out += "  D_eff = 0, tortuosity factor infinite\n";
    } else if (r.status == Status::not_converged) {
      out += "  no result; the best estimate so far is in the JSON report, marked as such\n";
    }
    if (r.resolution) out += resolution_text(*r.resolution);
    out +=
        fmt::format("  conducting {:.5f} of the volume, percolating {:.5f} ({:.5f} if corners connected)\n",
                    r.volume_fraction, r.percolating_volume_fraction, r.fraction_connected_26);
  }
  for (const std::string& warning : report.warnings) out += "warning: " + warning + "\n";
  return out;
}

ExitCode exit_code(const std::vector<AxisResult>& results) {
  ExitCode code = ExitCode::success;
  for (const AxisResult& r : results) {
    if (r.status == Status::failed) return ExitCode::internal;
    if (r.status == Status::not_converged) code = ExitCode::not_converged;
  }
  return code;
}

}  // namespace tauvox
