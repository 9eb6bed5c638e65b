// --help
#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

#include "host/app/pages.hpp"

namespace tauvox {
namespace {

constexpr std::size_t column = 30, width = 100;

/// `text` in lines from `column` on; `left` before the first, or above it where it is too long.
std::string entry(const std::string& left, const std::string& text) {
  std::string out = left, line;
  if (left.size() + 2 > column)
    out += "\n" + std::string(column, ' ');
  else
    out += std::string(column - left.size(), ' ');
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (!line.empty() && column + line.size() + 1 + word.size() > width) {
      out += line + "\n" + std::string(column, ' ');
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return out + line + "\n";
}

std::string name_and_value(const SettingFacts& s) {
  const std::string value = placeholder(s);
  if (s.positional) return "  " + value;
  return fmt::format("  {}--{}{}{}", s.letter ? fmt::format("-{}, ", s.letter) : "", s.name,
                     value.empty() ? "" : " ", value);
}

std::string entry(const SettingFacts& s) {
  std::string out = entry(name_and_value(s), description(s));
  if (has_explained_choices(s))
    for (const Choice& c : s.choices) out += entry(fmt::format("      {}", c.name), c.meaning);
  return out;
}

std::string usage(const Command& command) {
  std::string text = fmt::format("Usage: tauvox {} [OPTIONS]", command.name);
  for (const SettingFacts* s : command.settings)
    if (s->required)
      text += s->positional ? fmt::format(" {}", placeholder(*s))
                            : fmt::format(" --{} {}", s->name, placeholder(*s));
  return text + "\n";
}

/// Each group once, in the order of their first rows.
std::string options(const Command& command) {
  std::vector<std::pair<std::string, std::string>> groups;
  for (const SettingFacts* s : command.settings) {
    auto group = std::ranges::find(groups, s->group, &std::pair<std::string, std::string>::first);
    if (group == groups.end()) group = groups.insert(groups.end(), {s->group, ""});
    group->second += entry(*s);
  }
  std::string out;
  for (const auto& [name, entries] : groups)
    out += fmt::format("\n{}:\n", name.empty() ? "Options" : name) + entries;
  return out;
}

std::string examples(const Command& command) {
  std::string out = command.examples.empty() ? "" : "\nExamples:\n";
  for (const Choice& example : command.examples)
    out += fmt::format("  # {}\n  {}\n", example.meaning, example.name);
  return out;
}

}  // namespace

std::string help_text(const Command& command) {
  return fmt::format("tauvox {}: {}\n", command.name, command.meaning) + usage(command) + options(command) +
         entry("  -h, --help", "this text") + examples(command) +
         (command.notes.empty() ? "" : "\n" + entry("Notes:", command.notes));
}

std::string help_text(const Program& program) {
  std::string out =
      fmt::format("tauvox: {}\nUsage: tauvox COMMAND [OPTIONS]\n\nCommands:\n", program.self.meaning);
  for (const Command& command : program.commands) out += entry("  " + command.name, command.meaning);
  return out + options(program.self) + entry("  -h, --help", "this text; tauvox COMMAND --help") +
         examples(program.self);
}

}  // namespace tauvox
