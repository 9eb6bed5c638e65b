// What the program says of itself, all from the rows of its commands: help, manual pages, completion.
#pragma once

#include "host/app/command_line.hpp"

namespace tauvox {

/// The program: its own options, which stand before any command, and the commands.
struct Program {
  Command self;
  std::vector<Command> commands;
  const Command* find(const std::string& name) const;
};

/// `tauvox --help`
std::string help_text(const Program& program);
/// `tauvox COMMAND --help`
std::string help_text(const Command& command);

/// A manual page in section 1, for man: of the program, of one command.
std::string manual_page(const Program& program);
std::string manual_page(const Program& program, const Command& command);

/// Completion of commands, options, choices and file names.   @param shell bash, zsh or fish
std::string completion(const Program& program, const std::string& shell);

/// Completion for every shell and all manual pages at their standard places below `folder`, such as
/// /usr/share or ~/.local/share.
/// @throws Error(output)
void write_shell_files(const Program& program, const std::string& folder);

}  // namespace tauvox
