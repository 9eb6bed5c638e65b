// What the program's subcommands do once their options are parsed.
#pragma once

#include "host/generate.hpp"
#include "host/settings.hpp"

namespace tauvox {

/// `tauvox solve`: reads, solves, writes. Returns the exit code of the results.
ExitCode run_solve(Settings settings);
/// `tauvox inspect`: shape, type, labels with fractions, what percolates along which axis.
ExitCode run_inspect(const std::string& path, const io::ReadOptions& options, const std::string& json);
/// `tauvox generate`
ExitCode run_generate(const GenerateSettings& settings, const std::string& path, bool overwrite);
/// `tauvox info`: version, build, devices.
ExitCode run_info(bool json);

}  // namespace tauvox
