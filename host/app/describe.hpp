// Every setting of `tauvox solve`, once; `inspect` takes those that say what to read.
#pragma once

#include "host/app/command_line.hpp"
#include "host/settings/settings.hpp"

namespace tauvox {

const std::vector<Setting<Settings>>& describe();

/// Name -> typed value, null where unset: lengths in m, times in s.
nlohmann::ordered_json settings_json(const Settings& settings);
/// A JSON schema of each of them, by its name.
nlohmann::ordered_json settings_schemas();
/// The settings that change a result, in one line: runs with the same key on the same volume give the same
/// numbers.
std::string result_key(const Settings& settings);

}  // namespace tauvox
