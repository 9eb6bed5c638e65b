// What the files of a run held when its settings were written: who repeats the run learns what has changed
// since.
#pragma once

#include <string>
#include <vector>

#include "host/settings/settings.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// Table of a study file that holds the SHA-256 of each.
inline constexpr const char* contents_key = "contents";

/// As it stands behind the settings; empty where no hash is known (a build without OpenSSL).
std::string contents_table(const Volume& volume, const Settings& s);

/// A warning for each file that is not what the settings were written with.
std::vector<std::string> changed_contents(const Volume& volume, const Settings& s);

}  // namespace tauvox
