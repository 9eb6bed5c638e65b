// JSON schema of the tables in a report.
#pragma once

#include <nlohmann/json.hpp>

namespace tauvox {

nlohmann::ordered_json curves_schema();

}  // namespace tauvox
