#include "host/report/kept.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace tauvox {
namespace {

using Json = nlohmann::ordered_json;

/// JSON has no word for what is no number.
Json number_json(double value) {
  return std::isnan(value) ? Json("nan") : std::isinf(value) ? Json(value > 0 ? "inf" : "-inf") : Json(value);
}
double number_from(const Json& j) {
  if (!j.is_string()) return j.get<double>();
  const std::string word = j.get<std::string>();
  return word == "nan" ? std::nan("") : word == "inf" ? HUGE_VAL : -HUGE_VAL;
}

template <class T, class F>
Json optional_json(const std::optional<T>& value, const F& to_json) {
  return value ? Json(to_json(*value)) : Json();
}
template <class T>
Json optional_json(const std::optional<T>& value) {
  return optional_json(value, [](const T& v) { return Json(v); });
}
template <class F>
auto optional_from(const Json& j, const F& from) -> std::optional<decltype(from(j))> {
  if (j.is_null()) return std::nullopt;
  return from(j);
}
template <class T>
std::optional<T> optional_from(const Json& j) {
  return optional_from(j, [](const Json& v) { return v.get<T>(); });
}
template <class T, class F>
Json list_json(const std::vector<T>& list, const F& to_json) {
  Json j = Json::array();
  for (const T& item : list) j.push_back(to_json(item));
  return j;
}
template <class F>
auto list_from(const Json& j, const F& from) -> std::vector<decltype(from(j))> {
  std::vector<decltype(from(j))> list;
  for (const Json& item : j) list.push_back(from(item));
  return list;
}

Json uncertainty_json(const Uncertainty& u) {
  return {static_cast<int>(u.source), optional_json(u.half_width, number_json), u.proven, u.one_sided,
          optional_json(u.of_inverse, number_json)};
}
Uncertainty uncertainty_from(const Json& j) {
  return {static_cast<ErrorSource>(j.at(0).get<int>()), optional_from(j.at(1), number_from), j.at(2), j.at(3),
          optional_from(j.at(4), number_from)};
}

Json quantity_json(const Quantity& q) {
  const auto pair = [](const auto& b) { return Json{number_json(b[0]), number_json(b[1])}; };
  return {{"name", q.name},
          {"value", optional_json(q.value, number_json)},
          {"uncertainties", list_json(q.uncertainties, uncertainty_json)},
          {"bounds", optional_json(q.bounds, pair)},
          {"infinite", q.infinite}};
}
Quantity quantity_from(const Json& j) {
  Quantity q;
  q.name = j.at("name");
  q.value = optional_from(j.at("value"), number_from);
  q.uncertainties = list_from(j.at("uncertainties"), uncertainty_from);
  q.bounds = optional_from(j.at("bounds"), [](const Json& b) {
    return std::array{number_from(b.at(0)), number_from(b.at(1))};
  });
  q.infinite = j.at("infinite");
  return q;
}

Json solver_json(const SolverResult& s) {
  return {s.method,
          s.precision,
          s.iterations,
          s.operator_applications,
          optional_json(s.relative_residual, number_json),
          optional_json(s.error, number_json),
          s.error_kind};
}
SolverResult solver_from(const Json& j) {
  return {j.at(0),
          j.at(1),
          j.at(2),
          j.at(3),
          optional_from(j.at(4), number_from),
          optional_from(j.at(5), number_from),
          j.at(6)};
}

Json cost_json(const StageCost& c) { return {c.seconds, c.bytes_moved}; }
StageCost cost_from(const Json& j) { return {j.at(0), j.at(1)}; }
Json stages_json(const StageCosts& s) {
  return {cost_json(s.transfer), cost_json(s.setup), cost_json(s.solve)};
}
StageCosts stages_from(const Json& j) { return {cost_from(j.at(0)), cost_from(j.at(1)), cost_from(j.at(2))}; }

Json axis_json(Axis axis) { return std::string(axis_name(axis)); }
Axis axis_from(const Json& j) {
  for (const Axis axis : all_axes)
    if (j == axis_name(axis)) return axis;
  throw Error(ExitCode::internal, "a kept result has no such axis", j.dump());
}
Status status_from(const Json& j) {
  for (const Status status : all_statuses)
    if (j == status_name(status)) return status;
  throw Error(ExitCode::internal, "a kept result has no such status", j.dump());
}

Json result_json(const Result& r) {
  return {{"study", r.study},
          {"label", optional_json(r.label)},
          {"phase", r.phase},
          {"with", r.with},
          {"axis", optional_json(r.axis, axis_json)},
          {"carrier", r.carrier},
          {"status", status_name(r.status)},
          {"reason", optional_json(r.reason)},
          {"percolates", optional_json(r.percolates)},
          {"quantities", list_json(r.quantities, quantity_json)},
          {"solver", optional_json(r.solver, solver_json)},
          {"stages", optional_json(r.stages, stages_json)},
          {"seconds", r.seconds},
          {"remarks", r.remarks}};
}
Result result_from(const Json& j) {
  Result r;
  r.study = j.at("study");
  r.label = optional_from<std::int64_t>(j.at("label"));
  r.phase = j.at("phase");
  r.with = j.at("with").get<std::vector<std::string>>();
  r.axis = optional_from(j.at("axis"), axis_from);
  r.carrier = j.at("carrier");
  r.status = status_from(j.at("status"));
  r.reason = optional_from<std::string>(j.at("reason"));
  r.percolates = optional_from<bool>(j.at("percolates"));
  r.quantities = list_from(j.at("quantities"), quantity_from);
  r.solver = optional_from(j.at("solver"), solver_from);
  r.stages = optional_from(j.at("stages"), stages_from);
  r.seconds = j.at("seconds");
  r.remarks = j.at("remarks").get<std::vector<std::string>>();
  return r;
}

Json curve_json(const Curve& c) {
  return {{"name", c.name},
          {"columns", c.columns},
          {"values", list_json(c.values, [](const auto& column) { return list_json(column, number_json); })},
          {"phase", c.phase},
          {"in_json", c.in_json}};
}
Curve curve_from(const Json& j) {
  return {j.at("name"), j.at("columns").get<std::vector<std::string>>(),
          list_from(j.at("values"), [](const Json& column) { return list_from(column, number_from); }),
          j.at("phase"), j.value("in_json", false)};
}

}  // namespace

Json kept_json(const Report& report) {
  return {{"results", list_json(report.results, result_json)},
          {"curves", list_json(report.curves, curve_json)},
          {"notices", report.notices},
          {"warnings", report.warnings},
          {"seconds", report.seconds}};
}

Report report_from(const Json& kept) {
  return {list_from(kept.at("results"), result_from), list_from(kept.at("curves"), curve_from),
          kept.at("notices").get<std::vector<std::string>>(),
          kept.at("warnings").get<std::vector<std::string>>(),
          kept.at("seconds").get<std::vector<std::pair<std::string, double>>>()};
}

}  // namespace tauvox
