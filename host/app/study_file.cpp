// Study files: TOML whose keys are the settings of describe().
#include <fmt/format.h>
#include <toml++/toml.h>

#include <sstream>

#include "host/settings/parse.hpp"
#include "host/settings/settings.hpp"
#include "io/input_file.hpp"

namespace tauvox {
namespace {

std::string where(const std::string& path, const toml::source_region& region) {
  return fmt::format("{}:{}:{}", path, region.begin.line, region.begin.column);
}

// A TOML value as the text that the command line would take.
std::string as_text(const toml::node& node, const std::string& place) {
  if (const auto* v = node.as_string()) return v->get();
  if (const auto* v = node.as_integer()) return std::to_string(v->get());
  if (const auto* v = node.as_floating_point()) return fmt::format("{}", v->get());
  if (const auto* v = node.as_boolean()) return v->get() ? "true" : "false";
  std::vector<std::string> items;
  if (const auto* array = node.as_array()) {
    for (const toml::node& item : *array) items.push_back(as_text(item, place));
    return fmt::format("{}", fmt::join(items, ","));
  }
  if (const auto* table = node.as_table()) {
    for (const auto& [key, value] : *table)
      items.push_back(fmt::format("{}={}", std::string_view(key.str()), as_text(value, place)));
    return fmt::format("{}", fmt::join(items, ","));
  }
  throw Error(ExitCode::usage, "a date or time is no setting", place);
}

std::string hyphens(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

// toml++ points at the second definition of a key; users want both.
std::string first_definition(const std::string& text, std::uint32_t second_line) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  if (second_line == 0 || second_line > lines.size()) return "";
  const auto key_of = [](const std::string& line) {
    const std::size_t begin = line.find_first_not_of(" \t"), end = line.find_first_of(" \t=", begin);
    return begin == std::string::npos ? std::string() : line.substr(begin, end - begin);
  };
  const std::string key = key_of(lines[second_line - 1]);
  for (std::size_t i = 0; i + 1 < second_line && !key.empty(); ++i)
    if (key_of(lines[i]) == key) return fmt::format("'{}' is first given in line {}", key, i + 1);
  return "";
}

}  // namespace

void read_study_file(const std::string& path, Settings& settings) {
  const std::string text = io::read_text(path);
  toml::table table;
  try {
    table = toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    throw Error(ExitCode::usage, "study file is no valid TOML", where(path, error.source()),
                std::string(error.description()), first_definition(text, error.source().begin.line));
  }
  std::vector<std::string> names;
  for (const Setting& row : describe()) names.push_back(row.name);
  std::string unknown;
  for (const auto& [key, node] : table) {
    const std::string name = hyphens(std::string(key.str()));
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const std::string near = parse::nearest(name, names);
    unknown += fmt::format("{}'{}' in line {}{}", unknown.empty() ? "" : ", ", std::string_view(key.str()),
                           key.source().begin.line, near.empty() ? "" : " (did you mean '" + near + "'?)");
  }
  if (!unknown.empty())
    throw Error(ExitCode::usage, "unknown settings", path, unknown,
                fmt::format("valid are: {}", fmt::join(names, ", ")));
  for (const auto& [key, node] : table) {
    const std::string name = hyphens(std::string(key.str())), place = where(path, node.source());
    const auto row =
        std::find_if(describe().begin(), describe().end(), [&](const Setting& s) { return s.name == name; });
    row->set(settings, as_text(node, place), fmt::format("{} ({})", name, place));
  }
}

std::string to_study_file(const Settings& settings) {
  std::string out = "# Effective settings; `tauvox solve THIS_FILE` repeats the run.\n";
  for (const Setting& row : describe()) {
    const std::string value = row.text(settings);
    if (value.empty()) continue;
    std::ostringstream quoted;
    quoted << toml::value<std::string>(value);
    out += fmt::format("{} = {}\n", row.name, quoted.str());
  }
  return out;
}

}  // namespace tauvox
