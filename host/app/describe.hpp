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
/// What of a setting two runs with the same numbers share; nothing where it makes no result another. Of a
/// mask and a table of conductivities that there is one: what is in them is for the caller to compare. Pairs
/// are in one order. A name that is not known here, of another version, counts as it stands.
std::optional<Value> value_in_key(const std::string& name, const Value& value);
/// These of all settings in one line, other paths resolved: runs with the same key on the same volume give
/// the same numbers.
std::string result_key(const Settings& settings);

}  // namespace tauvox
