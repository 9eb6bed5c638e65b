// Settings of the electrolyte: which, how warm, how much salt.
#pragma once

#include <vector>

#include "host/app/setting.hpp"
#include "host/settings/settings.hpp"

namespace tauvox {

void describe_electrolyte(std::vector<Setting<Settings>>& rows);

}  // namespace tauvox
