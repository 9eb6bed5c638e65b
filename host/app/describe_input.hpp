// Settings of what is read, and of how grey values become labels.
#pragma once

#include <vector>

#include "host/app/setting.hpp"
#include "host/settings/settings.hpp"

namespace tauvox {

void describe_input(std::vector<Setting<Settings>>& rows);

}  // namespace tauvox
