// Settings of the study of transients.
#pragma once

#include <vector>

#include "host/app/setting.hpp"

namespace tauvox {

void describe_transient(std::vector<Setting<Settings>>& rows);

}  // namespace tauvox
