// What limits said of an evaluation, in words, from its results.json.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace tauvox {

/// "porosity, label 0 (pore), axis z: 0.45 in [0.32, 0.38]: fail; ...", in the order of the limits.
/// @param judgements list of results.json   @param all also those that pass
std::string text_of_limits(const nlohmann::ordered_json& judgements, bool all);

}  // namespace tauvox
