// What a JSON schema is put together of.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tauvox {
namespace schema_parts {

using Json = nlohmann::ordered_json;

inline Json described(const Json& type, const std::string& description, const Json& more = Json::object()) {
  Json j{{"type", type}, {"description", description}};
  j.update(more);
  return j;
}
inline Json text(const std::string& description) { return described("string", description); }
inline Json text_or_null(const std::string& description) {
  return described({"string", "null"}, description);
}
inline Json amount(const std::string& description, const char* type = "number") {
  return described(type, description, {{"minimum", 0}});
}
inline Json list_of(const Json& items, const std::string& description) {
  return described("array", description, {{"items", items}});
}

/// An object with these properties and no others; all but the optional ones are required.
inline Json object(const std::string& description, const Json& properties,
                   const std::vector<std::string>& optional = {}) {
  Json required = Json::array();
  for (const auto& [name, value] : properties.items())
    if (std::find(optional.begin(), optional.end(), name) == optional.end()) required.push_back(name);
  Json j = described("object", description);
  j["additionalProperties"] = false;
  j["required"] = required;
  j["properties"] = properties;
  return j;
}

}  // namespace schema_parts

/// Of `input` in a report.
schema_parts::Json schema_of_input();

}  // namespace tauvox
