// The JSON report, schema_version 2.0.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "host/report/judge.hpp"
#include "host/report/run_report.hpp"
#include "host/studies/combined.hpp"
#include "host/studies/units.hpp"
#include "io/read.hpp"
#include "kernels/base/find_device.hpp"

#ifndef TAUVOX_VERSION
#define TAUVOX_VERSION "unknown"
#endif

namespace tauvox {
namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

template <class T>
Json triple(const std::array<T, 3>& zyx) {
  return Json::array({zyx[0], zyx[1], zyx[2]});
}

Json quantity_json(const Quantity& q, const QuantityDefinition& row, const Property& property) {
  Json j;
  j["value"] = number(q.value);
  j["unit"] = row.unit == si_unit ? text_or_null(property.si) : Json(unit_of(row, property));
  if (q.infinite) j["infinite"] = true;
  if (!row.uncertainties.empty() || !q.uncertainties.empty()) j["uncertainty"] = Json::object();
  for (const Uncertainty& u : q.uncertainties) {
    Json& of = j["uncertainty"][name_of(u.source)];
    of = {{"half_width", number(u.half_width)}, {"kind", u.proven ? "bound" : "estimate"}};
    if (u.one_sided) of["one_sided"] = true;
  }
  if (const std::optional<std::array<double, 2>> interval = combined_interval(q, row)) {
    const std::optional<Combined> all = combined(q, row), largest = all ? all : combined_inverse(q, row);
    j["combined"] = {{"half_width", all ? Json(all->half_width) : Json(nullptr)},
                     {"interval", Json::array({number((*interval)[0]), number((*interval)[1])})},
                     {"dominated_by", largest->dominant ? Json(name_of(*largest->dominant)) : Json(nullptr)}};
  }
  if (row.bounded) j["bounds"] = q.bounds ? Json::array({(*q.bounds)[0], (*q.bounds)[1]}) : Json(nullptr);
  return j;
}

Json judgement_json(const Judgement& judgement) {
  return {{"study", text_or_null(judgement.study)},
          {"quantity", judgement.quantity},
          {"subject", judgement.subject},
          {"unit", text_or_null(judgement.unit)},
          {"least", number(judgement.least)},
          {"most", number(judgement.most)},
          {"value", number(judgement.value)},
          {"half_width", number(judgement.half_width)},
          {"probability", number(judgement.probability)},
          {"verdict", judgement.verdict},
          {"reason", text_or_null(judgement.reason)}};
}

Json solver_json(const SolverResult& solver) {
  return {{"method", solver.method},
          {"iterations", solver.iterations},
          {"operator_applications", solver.operator_applications},
          {"relative_residual", number(solver.relative_residual)},
          {"error", {{"value", number(solver.error)}, {"kind", solver.error_kind}}},
          {"precision", solver.precision}};
}

Json stages_json(const StageCosts& stages) {
  const auto cost = [](const StageCost& c) {
    return Json{{"seconds", c.seconds}, {"bytes_moved", c.bytes_moved}};
  };
  return {{"transfer", cost(stages.transfer)}, {"setup", cost(stages.setup)}, {"solve", cost(stages.solve)}};
}

Json result_json(const Result& r, const QuantityDefinitions& rows, const Property& property) {
  Json j;
  j["study"] = r.study;
  if (r.label) j["label"] = *r.label;
  if (!r.phase.empty()) j["phase"] = r.phase;
  if (!r.with.empty()) j["with"] = r.with;
  if (r.axis) j["axis"] = axis_name(*r.axis);
  if (!r.carrier.empty()) j["carrier"] = r.carrier;
  j["status"] = status_name(r.status);
  if (r.reason) j["reason"] = *r.reason;
  if (r.percolates) j["percolates"] = *r.percolates;
  Json& quantities = j["quantities"] = Json::object();
  for (const Quantity& q : r.quantities)
    quantities[q.name] = quantity_json(q, definition_of(rows, q.name), property);
  if (!r.remarks.empty()) j["remarks"] = r.remarks;
  if (r.solver) j["solver"] = solver_json(*r.solver);
  if (r.stages) j["stages"] = stages_json(*r.stages);
  j["seconds"] = r.seconds;
  return j;
}

/// Of a curve; what is not known is null.
Json columns_json(const Curve& curve) {
  Json columns = Json::array();
  for (const std::vector<double>& column : curve.values) {
    Json& values = columns.emplace_back(Json::array());
    for (const double value : column) values.push_back(number(value));
  }
  return columns;
}

Json input_json(const Volume& v, const io::History& history) {
  Json input;
  input["path"] = v.path;
  input["sha256"] = text_or_null(v.sha256);
  input["dataset"] = text_or_null(v.dataset);
  input["format"] = v.format;
  input["stored_type"] = v.stored_type;
  input["shape"] = triple(v.extent.zyx());
  input["axes"] = Json::array({"z", "y", "x"});
  input["voxel_size_m"] = v.voxel_size ? triple(*v.voxel_size) : Json(nullptr);
  input["voxel_ratio"] = v.voxel_ratio ? triple(*v.voxel_ratio) : Json(nullptr);
  input["voxel_size_source"] = text_or_null(v.voxel_size_source);
  input["outside"] = nullptr;
  if (v.outside)
    input["outside"] = {{"voxels", v.outside->voxels},
                        {"label", v.outside->label},
                        {"source", v.outside->source},
                        {"mask_sha256", text_or_null(v.outside->mask_sha256)}};
  input["grey"] = nullptr;
  if (v.grey)
    input["grey"] = {{"of_label_0", v.grey->of_zero},
                     {"step", v.grey->step},
                     {"otsu", v.grey->otsu},
                     {"otsu3", v.grey->otsu3}};
  input["labels"] = v.labels.size();
  input["thresholds"] = v.thresholds.empty() ? Json(nullptr) : Json(v.thresholds);
  input["history"] = Json::array();
  for (const io::Texts& step : history) {
    Json& said = input["history"].emplace_back(Json::object());
    for (const auto& [name, text] : step) said[name] = text;
  }
  return input;
}

constexpr std::size_t most_phases = 1000;

/// Of as many voxels as a label has that is listed.
std::int64_t least_voxels_listed(const std::vector<Label>& labels) {
  if (labels.size() <= most_phases) return 0;
  std::vector<std::int64_t> voxels;
  for (const Label& label : labels) voxels.push_back(label.voxels);
  std::nth_element(voxels.begin(), voxels.begin() + most_phases - 1, voxels.end(), std::greater<>());
  return voxels[most_phases - 1];
}

Json phases_json(const RunReport& report, const Property& property) {
  Json phases = Json::array();
  const std::int64_t least = least_voxels_listed(report.volume->labels);
  for (std::size_t i = 0; i < report.volume->labels.size(); ++i) {
    const Label& label = report.volume->labels[i];
    const bool is_named = !report.phases.name_of(label.value).empty();
    if (!is_named && (label.voxels < least || phases.size() >= most_phases)) continue;
    Json& phase = phases.emplace_back();
    phase["label"] = label.value;
    phase["grey_value"] =
        report.volume->grey ? Json(report.volume->grey->value_of(label.value)) : Json(nullptr);
    phase["name"] = text_or_null(report.phases.name_of(label.value));
    const bool assigned = i < report.materials.phases.size();  // not asked for by every study
    phase["conductivity"] = assigned ? Json(report.materials.phases[i].conductivity) : Json(nullptr);
    phase["unit"] = assigned ? Json(property.unit) : Json(nullptr);
    phase["voxels"] = label.voxels;
    phase["volume_fraction"] = report.volume->fraction(label);
  }
  return phases;
}

}  // namespace

const QuantityDefinition& definition_of(const QuantityDefinitions& rows, const std::string& name) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.name == name; });
  if (found == rows.end())
    throw Error(ExitCode::internal, "a quantity without a definition", name, "",
                "add it to the quantities of its study");
  return *found;
}

/// Clang and others name themselves in __VERSION__, GCC does not.
#if defined(__GNUC__) && !defined(__clang__)
constexpr const char* compiler = "GCC " __VERSION__;
#else
constexpr const char* compiler = __VERSION__;
#endif

Json tool_json() {
  Json j;
  j["name"] = "tauvox";
  j["version"] = TAUVOX_VERSION;
  j["compiler"] = compiler;
  j["cuda"] = probe_cuda().built;
  j["formats"] = io::readable_formats();
  return j;
}

Json report_json(const RunReport& report, const Json& settings) {
  const Property property = property_of(report.materials.unit);
  const ExitCode found = exit_code(report.results), code = exit_code(report);
  Json j;
  j["schema_version"] = "2.0";
  j["status"] = code == ExitCode::interrupted      ? "interrupted"
                : found == ExitCode::success       ? "success"
                : found == ExitCode::not_converged ? "not_converged"
                                                   : "failed";
  j["exit_code"] = static_cast<int>(code);
  if (report.unfinished)
    j["unfinished"] = {{"reason", report.unfinished->why}, {"not_done", report.unfinished->not_done}};
  j["verdict"] = text_or_null(report.verdict);
  j["decision_rule"] = report.judgements.empty() ? Json(nullptr) : Json(rule_name(report.guarded));
  j["judgements"] = Json::array();
  for (const Judgement& judgement : report.judgements) j["judgements"].push_back(judgement_json(judgement));
  j["tool"] = tool_json();
  j["input"] = input_json(*report.volume, report.history);
  j["phases"] = phases_json(report, property);
  j["settings"] = settings;
  j["device"] = report.device;
  j["notices"] = report.notices;
  j["warnings"] = report.warnings;
  Json& timings = j["timings_s"] = Json::object();
  for (const auto& [stage, seconds] : report.seconds) timings[stage] = seconds;
  j["memory"] = {{"device_peak_bytes", report.memory.device_peak_bytes},
                 {"device_bytes_per_voxel", report.memory.bytes_per_voxel},
                 {"host_peak_resident_bytes", report.memory.host_peak_resident_bytes}};
  j["results"] = Json::array();
  for (const Result& r : report.results) j["results"].push_back(result_json(r, report.quantities, property));
  for (const Curve& c : report.curves)
    if (c.in_json)
      j["curves"].push_back({{"name", c.name}, {"columns", c.columns}, {"values", columns_json(c)}});
  return j;
}

ExitCode exit_code(const std::vector<Result>& results) {
  ExitCode code = ExitCode::success;
  for (const Result& r : results) {
    if (r.status == Status::failed) return ExitCode::internal;
    if (r.status == Status::not_converged) code = ExitCode::not_converged;
  }
  return code;
}

ExitCode exit_code(const RunReport& report) {
  const ExitCode code = exit_code(report.results);
  if (report.unfinished && code != ExitCode::internal) return ExitCode::interrupted;
  if (code != ExitCode::success || report.verdict.empty() || report.verdict == "pass") return code;
  return report.verdict == "fail" ? ExitCode::failed_limits : ExitCode::not_decided;
}

}  // namespace tauvox
