// The program's commands, and what some of them do once their settings are read.
#pragma once

#include "host/app/command_line.hpp"
#include "host/generate/generate.hpp"
#include "host/report/run_report.hpp"
#include "host/settings/settings.hpp"

namespace tauvox {

Command solve_command();
Command evaluate_command();
Command inspect_command();
Command batch_command();
Command collect_command();
Command explain_command();
Command export_command();
Command convert_command();
Command generate_command();
Command info_command();

/// `tauvox solve`: reads, solves, writes. Returns the exit code of the results.
ExitCode run_solve(Settings settings);
/// `tauvox evaluate`: the geometry of an electrode, into a folder.
ExitCode run_evaluate(Settings settings);
/// `tauvox inspect`: shape, type, labels with fractions, what percolates along which axis.
ExitCode run_inspect(Settings settings);

/// On standard error: the message in one line `error: ...`, then, unless a person reads it on a terminal, a
/// JSON line with "status" for programs, which is returned.
std::string report_failure(const std::string& status, ExitCode code, const std::string& message);
/// Also where memory is so short that no exception reaches main, the process ends with a message and its
/// code.
void say_when_memory_ends();

}  // namespace tauvox
