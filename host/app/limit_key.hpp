// The key of a limit, such as tortuosity_factor.pore.z, and what of a run it names.
#pragma once

#include <string>
#include <vector>

#include "host/app/limits.hpp"

namespace tauvox {

/// The one key that names no quantity.
inline constexpr const char* rule_key = "decision_rule";

/// @param parts of the key, in whatever order: quantity, phase, axis, carrier   @param place for messages
/// @throws Error(usage) where it names nothing, or nothing that a result of the run can be of
Limit limit_of_key(const std::vector<std::string>& parts, const std::string& place, const Limitable& of);

}  // namespace tauvox
