// The program's own options, and which command the words ask for.
#include "host/app/program.hpp"

#include <fmt/format.h>

#include "host/app/console.hpp"
#include "host/settings/parse.hpp"

namespace tauvox {
namespace {

struct Own {
  bool version = false;
  std::string completion, manual, shell_files;
};

std::vector<Setting<Own>> own_rows(const std::vector<Command>& commands) {
  std::vector<std::string> pages{"tauvox"};
  for (const Command& command : commands) pages.push_back(command.name);
  return {
      setting<Own>({.name = "version", .kind = Kind::flag, .meaning = "version of the program"},
                   &Own::version),
      setting<Own>(
          {.name = "completion",
           .kind = Kind::choice,
           .meaning = "print the script that completes in a shell: source <(tauvox --completion bash)",
           .choices = named({"bash", "zsh", "fish"})},
          &Own::completion),
      setting<Own>({.name = "man",
                    .kind = Kind::choice,
                    .meaning = "print a manual page: man -l <(tauvox --man solve)",
                    .choices = named(pages)},
                   &Own::manual),
      setting<Own>(
          {.name = "shell-files",
           .kind = Kind::path_out,
           .meaning = "write completion and manuals to their places below a folder, such as ~/.local/share"},
          &Own::shell_files)};
}

ExitCode run_own(const Program& program, const std::vector<Setting<Own>>& rows, const Arguments& arguments) {
  Own own;
  apply(rows, arguments, own);
  if (own.version) print_text(fmt::format("tauvox {}\n", TAUVOX_VERSION));
  if (!own.completion.empty()) print_text(completion(program, own.completion));
  if (own.manual == "tauvox") print_text(manual_page(program));
  if (const Command* command = program.find(own.manual)) print_text(manual_page(program, *command));
  if (!own.shell_files.empty()) write_shell_files(program, own.shell_files);
  if (arguments.help) print_text(help_text(program));
  return ExitCode::success;
}

[[noreturn]] void refuse_command(const Program& program, const std::string& word) {
  std::vector<std::string> names;
  for (const Command& command : program.commands) names.push_back(command.name);
  const std::string valid = fmt::format("valid are: {}", fmt::join(names, ", "));
  if (word.empty())
    throw Error(ExitCode::usage, "no subcommand given", "command line", "", valid + "; see tauvox --help");
  const std::string near = parse::nearest(word, names);
  throw Error(ExitCode::usage, "unknown subcommand", "command line", "'" + word + "'",
              near.empty() ? valid : fmt::format("did you mean {}? {}", near, valid));
}

/// `tauvox help`, and `tauvox help COMMAND`.
ExitCode help_of(const Program& program, const std::vector<std::string>& words) {
  const bool is_own = words.size() == 1 || words[1].starts_with("-");
  if (words.size() > 2)
    throw Error(ExitCode::usage, "an argument too many", "command line", "'" + words[2] + "'",
                "give tauvox help COMMAND");
  const Command* command = is_own ? nullptr : program.find(words[1]);
  if (!is_own && !command) refuse_command(program, words[1]);
  print_text(command ? help_text(*command) : help_text(program));
  return ExitCode::success;
}

}  // namespace

const Command* Program::find(const std::string& name) const {
  for (const Command& command : commands)
    if (command.name == name) return &command;
  return nullptr;
}

ExitCode run_program(const std::vector<Command>& commands, const std::vector<std::string>& words,
                     bool& json_to_stdout) {
  const std::vector<Setting<Own>> rows = own_rows(commands);
  Program program;
  program.self.name = "";
  program.self.meaning =
      "effective transport of battery electrode microstructures, from segmented tomography";
  program.self.settings = facts_of(rows);
  program.commands = commands;
  if (words.empty()) refuse_command(program, "");
  if (words.front().starts_with("-")) return run_own(program, rows, parse_arguments(program.self, words));
  if (words.front() == "help") return help_of(program, words);
  const Command* command = program.find(words.front());
  if (!command) refuse_command(program, words.front());
  const std::vector<std::string> rest(words.begin() + 1, words.end());
  if (rest == std::vector<std::string>{"--version"})
    return run_own(program, rows, parse_arguments(program.self, rest));
  json_to_stdout = asks_for_json_on_standard_output(rest);
  const Arguments arguments = parse_arguments(*command, rest);
  if (!arguments.help) return command->run(arguments, json_to_stdout);
  print_text(help_text(*command));
  return ExitCode::success;
}

}  // namespace tauvox
