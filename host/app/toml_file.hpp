// A TOML file, and where in it something stands.
#pragma once

#include <toml++/toml.h>

#include <string>

namespace tauvox {

/// @param kind "study file", for messages
/// @throws Error(usage) with line and column; Error(input_refused) where the file cannot be read
toml::table read_toml(const std::string& path, const std::string& kind);

/// "file:line:column"
std::string place_in(const std::string& path, const toml::source_region& region);

/// "a table"
const char* type_name(const toml::node& node);

}  // namespace tauvox
