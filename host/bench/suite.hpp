// The suite of `tauvox bench`: every case in every size, one row each, one file per machine.
#pragma once

#include <string>
#include <vector>

#include "kernels/base/error.hpp"

namespace tauvox::bench {

struct SuiteOptions {
  std::vector<std::string> cases;  // names; empty: all
  std::vector<std::string> sizes;  // edges in voxels, or "largest"; empty: the default
  bool quick = false;              // small sizes, under two minutes on a laptop
  std::string device = "auto";     // auto, cpu, cuda or cuda:N
  int threads = 0;                 // of the CPU; 0: all
  int repeats = 7;                 // at least
  double least_seconds = 2;        // the repeats of a row together, so that energy and clocks mean something
  double most_minutes = 60;        // a row that would take longer, by the one before it, is skipped
  double tolerance = 1e-4;         // relative error of D_eff
  std::string precision = "mixed";
  std::string csv;     // every row as a line; empty: none
  std::string output;  // empty: bench-DEVICE-DATE.json
  bool overwrite = false, name_host = false, no_triad = false, quiet = false;
};

/// Runs the suite; the file is complete after every row, so that a killed run loses the row it was at.
/// @return internal when a row failed its gate
/// @throws Error
ExitCode run_suite(const SuiteOptions& options);

}  // namespace tauvox::bench
