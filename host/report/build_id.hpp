// Which program this is, for what one run leaves to another.
#pragma once

#include <string>

namespace tauvox {

/// "0.1.0 (sources 1234567890ab)": of two with the same the numbers are the same on one machine.
std::string build_id();

}  // namespace tauvox
