// The settings of a run as values: in reports, in their schema, and as the key of a result.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "host/app/describe.hpp"
#include "io/printable.hpp"
#include "host/report/json_text.hpp"

namespace tauvox {

nlohmann::ordered_json settings_schemas() {
  nlohmann::ordered_json j;
  for (const Setting<Settings>& row : describe()) {
    const std::string unit = row.unit.empty() ? std::string() : fmt::format(" [{}]", row.unit);
    j[row.name] = {{"description", row.meaning + unit}};
  }
  return j;
}

nlohmann::ordered_json settings_json(const Settings& settings) {
  nlohmann::ordered_json j;
  for (const Setting<Settings>& row : describe()) {
    j[row.name] = row.value(settings);
    if (j[row.name].is_string()) j[row.name] = io::printable(j[row.name].get<std::string>());
  }
  return j;
}

std::string result_key(const Settings& settings) {
  nlohmann::ordered_json j;
  for (const Setting<Settings>& row : describe())
    if (row.changes_result) j[row.name] = row.value(settings);
  return json_text(j);
}

}  // namespace tauvox
