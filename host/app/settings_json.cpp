// The effective settings as typed JSON values: numbers, booleans, lists; null where nothing was given.
#include <nlohmann/json.hpp>

#include "host/settings/parse.hpp"
#include "host/settings/settings.hpp"

namespace tauvox {
namespace {

using Json = nlohmann::ordered_json;

Json pairs(const std::vector<std::pair<std::int64_t, double>>& values) {
  Json j = Json::object();
  for (const auto& [label, value] : values) j[std::to_string(label)] = value;
  return j;
}

Json list_or_null(const Json& list) { return list.empty() ? Json(nullptr) : list; }

/// Where a row's text is not what a program would want.
Json typed(const Setting& row, const Settings& s) {
  if (row.name == "shape") return s.read.shape ? Json(*s.read.shape) : Json(nullptr);
  if (row.name == "voxel-size") return s.read.voxel_size ? Json(*s.read.voxel_size) : Json(nullptr);
  if (row.name == "header-bytes") return s.read.header_bytes;
  if (row.name == "threshold") return list_or_null(s.read.thresholds);
  if (row.name == "phase") return list_or_null(s.phase);
  if (row.name == "conductivity") return list_or_null(pairs(s.conductivity));
  if (row.name == "axis") return parse::list(row.text(s));
  if (row.name == "tolerance") return s.tolerance;
  if (row.name == "max-iterations") return s.max_iterations;
  if (row.name == "threads") return s.threads > 0 ? Json(s.threads) : Json(nullptr);
  const std::string text = row.text(s);
  if (row.is_switch) return text == "true";
  return text.empty() ? Json(nullptr) : Json(text);
}

}  // namespace

Json settings_json(const Settings& settings) {
  Json j = Json::object();
  for (const Setting& row : describe()) j[row.name] = typed(row, settings);
  return j;
}

}  // namespace tauvox
