// Commands as rows, and the arguments of one that was given, read by its settings.
#pragma once

#include "host/app/setting.hpp"
#include "kernels/base/error.hpp"

namespace tauvox {

/// A setting that was given, with the words of its value.
struct Given {
  const SettingFacts* setting;
  std::vector<std::string> words;
  std::string text() const;
  std::string option() const { return (setting->positional ? "" : "--") + setting->name; }
};

struct Arguments {
  std::vector<Given> given;
  bool help = false;  // asked for; nothing else counts then
  const Given* find(const std::string& setting) const;
};

/// What was valid in an earlier version -> what to do instead.
struct Removed {
  std::string name, advice;
};

struct Command {
  std::string name, meaning;
  std::vector<const SettingFacts*> settings = {};
  std::vector<Choice> examples = {};  // line, what it does
  /// @param json_to_stdout set where the report goes to standard output, so that a failure goes there as well
  ExitCode (*run)(const Arguments& arguments, bool& json_to_stdout) = nullptr;
  std::vector<Removed> removed = {};  // options and words
  std::string notes = {};             // for --help and the manual
};

/// @throws Error(usage): unknown options in the order given with the nearest valid names, an option twice or
///         without its value, an argument too many, a required one that is missing; what was removed by its
///         replacement
Arguments parse_arguments(const Command& command, const std::vector<std::string>& words);
/// Whether the words ask for the report on standard output; needed before they are known to be valid.
bool asks_for_json_on_standard_output(const std::vector<std::string>& words);

template <class S>
void apply(const std::vector<Setting<S>>& rows, const Arguments& arguments, S& settings) {
  for (const Given& given : arguments.given)
    for (const Setting<S>& row : rows) {
      if (row.name != given.setting->name) continue;  // a command may describe it in its own words
      if (row.kind == Kind::paths_in)
        row.assign(settings, given.words);
      else
        row.set(settings, given.text(), given.option());
    }
}

}  // namespace tauvox
