// The settings of a run as values: in reports, in their schema, and as the key of a result.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "host/app/describe.hpp"
#include "host/report/json_text.hpp"
#include "io/printable.hpp"
#include "io/write.hpp"

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

std::optional<Value> value_in_key(const std::string& name, const Value& value) {
  for (const Setting<Settings>& row : describe()) {
    if (row.name != name) continue;
    if (!row.changes_result) return std::nullopt;
    if (value.is_null()) return value;
    if (row.by_content) return "given";
    return row.kind == Kind::pairs ? Value(nlohmann::json(value)) : value;  // sorted by name
  }
  return value;
}

std::string result_key(const Settings& settings) {
  nlohmann::ordered_json j;
  for (const Setting<Settings>& row : describe())
    if (const std::optional<Value> value = value_in_key(row.name, row.value(settings)))
      j[row.name] = row.kind == Kind::path_in && !row.by_content && value->is_string()
                        ? Value(io::printable(io::full_path(value->get<std::string>())))
                        : *value;
  return json_text(j);
}

}  // namespace tauvox
