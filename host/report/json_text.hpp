// JSON as text. What comes from outside, such as the name of a folder above, may be no UTF-8: a run must not
// fail by that when it writes what it has found.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace tauvox {

/// Bytes that are no UTF-8 become U+FFFD.   @param indent -1: in one line
inline std::string json_text(const nlohmann::ordered_json& j, int indent = -1) {
  return j.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace tauvox
