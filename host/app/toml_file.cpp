#include "host/app/toml_file.hpp"

#include <fmt/format.h>

#include "host/app/toml_text.hpp"
#include "io/input_file.hpp"

namespace tauvox {

toml::table read_toml(const std::string& path, const std::string& kind) {
  const std::string text = io::read_text(path);
  if (const std::optional<TextPosition> stray = stray_character(text))
    throw Error(ExitCode::usage, kind + " is no valid TOML",
                fmt::format("{}:{}:{}", path, stray->line, stray->column),
                "a character that is no ASCII stands outside quotes and comments",
                "put texts in quotes, comments after #");
  try {
    return toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    throw Error(ExitCode::usage, kind + " is no valid TOML", place_in(path, error.source()),
                std::string(error.description()), first_definition(text, error.source().begin.line));
  }
}

std::string place_in(const std::string& path, const toml::source_region& region) {
  return fmt::format("{}:{}:{}", path, region.begin.line, region.begin.column);
}

const char* type_name(const toml::node& node) {
  return node.is_boolean()          ? "a boolean"
         : node.is_string()         ? "text"
         : node.is_integer()        ? "a whole number"
         : node.is_floating_point() ? "a number with a fraction"
         : node.is_array()          ? "a list"
         : node.is_table()          ? "a table"
                                    : "a date or time";
}

}  // namespace tauvox
