// Study files: TOML whose keys are the settings of describe(), with TOML's own types.
#pragma once

#include "host/app/describe.hpp"
#include "host/settings/settings.hpp"

namespace tauvox {

/// Sets `settings` from a study file. Text is read as on the command line. Paths in it are relative to its
/// folder. The outputs under [written], which an earlier run wrote, are taken only where they may be
/// replaced; otherwise the notice that is returned says so.
/// @throws Error(usage) with line and column, all unknown keys at once; Error(input_refused) when the file
///         cannot be read
std::optional<std::string> read_study_file(const std::string& path, Settings& settings, bool overwrite);

/// What a study file just read into `settings` states and this command does not take, such as the study of a
/// solve in an evaluation: a notice, or nothing.
std::optional<std::string> not_taken(const std::string& path, const Settings& settings,
                                     bool SettingFacts::*of_command);

/// The effective settings as a study file that repeats the run; typed, with paths relative to where it lies.
std::string to_study_file(const Settings& settings, const std::string& path);

/// True where reading the study file alone gives these settings: written over it, nothing of it would be
/// lost.
bool repeats_study_file(const Settings& settings);

}  // namespace tauvox
