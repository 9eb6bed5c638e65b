// A Report as JSON that gives back every bit of it, for checkpoints. What people and programs read is
// run_report.hpp.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "host/studies/report.hpp"

namespace tauvox {

nlohmann::ordered_json kept_json(const Report& report);
/// @throws nlohmann::json::exception, Error(internal) where that is not what kept_json wrote
Report report_from(const nlohmann::ordered_json& kept);

}  // namespace tauvox
