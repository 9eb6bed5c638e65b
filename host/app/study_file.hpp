// Study files: TOML whose keys are the settings of describe(), with TOML's own types.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "host/app/describe.hpp"
#include "host/settings/settings.hpp"

namespace tauvox {

/// Of a study file that was read: texts for whom they concern.
struct StudyFileNotices {
  std::optional<std::string> kept;      // outputs of an earlier run
  std::optional<std::string> left_out;  // settings that the command does not take
};

/// Sets `settings` from a study file. Text is read as on the command line. Paths in it are relative to its
/// folder. The outputs under [written], which an earlier run wrote, are taken only where they may be
/// replaced, and are `kept` otherwise.
/// @param takes whether the command does; what it does not is read and left out, such as the study of a solve
///              in an evaluation
/// @throws Error(usage) with line and column, all unknown keys at once; Error(input_refused) when the file
///         cannot be read
StudyFileNotices read_study_file(const std::string& path, Settings& settings, bool overwrite,
                                 const std::function<bool(const SettingFacts&)>& takes);

/// The effective settings as a study file that repeats the run; typed, with paths relative to where it lies.
std::string to_study_file(const Settings& settings, const std::string& path);

/// True where reading the study file alone gives these settings: written over it, nothing of it would be
/// lost.
bool repeats_study_file(const Settings& settings);

}  // namespace tauvox
