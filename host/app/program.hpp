// From the words of a command line to the command that they ask for.
#pragma once

#include "host/app/pages.hpp"

namespace tauvox {

/// @param words without the program's name
/// @param json_to_stdout set where a failure is to be reported on standard output as well
/// @throws Error
ExitCode run_program(const std::vector<Command>& commands, const std::vector<std::string>& words,
                     bool& json_to_stdout);

}  // namespace tauvox
