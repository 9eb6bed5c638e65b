// Which files a solve writes under which names, and whether it may.
#pragma once

#include <string>

#include "host/settings/settings.hpp"

namespace tauvox {

/// "out.vti" -> "out_z.vti" where several axes are asked for.
std::string field_path(const Settings& settings, Axis axis);
std::string structure_picture_path(const Settings& settings);
std::string concentration_picture_path(const Settings& settings, Axis axis);
/// Of the effective settings, beside the first output asked for: "out.json" -> "out.settings.toml"; empty
/// when no file is written.
std::string settings_path(const Settings& settings);

/// Before any work: every output can be written, none is the input, no two are the same.
/// @throws Error(output), Error(usage)
void check_outputs(const Settings& settings);

}  // namespace tauvox
