// What the program's subcommands do once their options are parsed.
#pragma once

#include "host/generate/generate.hpp"
#include "host/report/run_report.hpp"
#include "host/settings/settings.hpp"

namespace tauvox {

/// `tauvox solve`: reads, solves, writes. Returns the exit code of the results.
ExitCode run_solve(Settings settings);
/// `tauvox inspect`: shape, type, labels with fractions, what percolates along which axis.
ExitCode run_inspect(const std::string& path, const io::ReadOptions& options, const std::string& json,
                     bool overwrite);
/// `tauvox generate`
ExitCode run_generate(const GenerateSettings& settings, const std::string& path, bool overwrite);
/// `tauvox info`: version, build, devices. `what`: empty, json, schema (of the report), quantities (the
/// page).
ExitCode run_info(const std::string& what);

/// On standard error: the message in one line `error: ...`, then a JSON line with "status" for programs,
/// which is returned.
std::string report_failure(Status status, ExitCode code, const std::string& message);

}  // namespace tauvox
