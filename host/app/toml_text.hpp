// The text of a TOML file: what must be checked before toml++ reads it, and how values are written.
#pragma once

#include <optional>
#include <string>

#include "host/app/setting.hpp"

namespace tauvox {

struct TextPosition {
  std::size_t line = 1, column = 1;  // in characters
};

/// The first character outside strings and comments that is no ASCII. TOML allows none there, and toml++ 3.3
/// does not end well on one.
std::optional<TextPosition> stray_character(const std::string& text);
/// "'axis' is first given in line 3" for the key that is given again in `second_line`; "" where none is
/// found.
std::string first_definition(const std::string& text, std::size_t second_line);

/// As a TOML value of the kind's own type; lengths as text with their unit.
std::string toml_text(const SettingFacts& facts, const Value& value);

}  // namespace tauvox
