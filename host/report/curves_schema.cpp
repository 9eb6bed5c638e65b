#include "host/report/curves_schema.hpp"

namespace tauvox {

nlohmann::ordered_json curves_schema() {
  using Json = nlohmann::ordered_json;
  const Json number{{"type", {"number", "null"}}, {"description", "null: not known"}},
      column{{"type", "array"}, {"description", "as long as the others"}, {"items", number}},
      name{{"type", "string"}, {"description", "with its unit"}};
  Json table{{"type", "object"}, {"description", "Numbers in columns."}, {"additionalProperties", false}};
  table["required"] = {"name", "columns", "values"};
  table["properties"]["name"] = {{"type", "string"}, {"description", "what it is"}};
  table["properties"]["columns"] = {{"type", "array"}, {"description", "their names"}, {"items", name}};
  table["properties"]["values"] = {{"type", "array"}, {"description", "by columns"}, {"items", column}};
  return {{"type", "array"}, {"description", "Absent where a study gives none."}, {"items", table}};
}

}  // namespace tauvox
