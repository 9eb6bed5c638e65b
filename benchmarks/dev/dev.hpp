// The developers' single benchmarks, the program tauvox_dev: each verifies its answer, warms up, times, and
// gives one line of JSON.
#pragma once

#include "host/bench/measure.hpp"

namespace tauvox::bench {

struct Options {
  std::string device = "auto";       // auto, cpu, cuda or cuda:N
  int threads = 0;                   // 0: all processors of this process
  std::int64_t size = 256;           // edge of the electrode, voxels
  double porosity = 0.4;             // of the electrode
  std::string precision;             // apply: double, single; solve: mixed, double
  int classes = 3;                   // apply, passes: wall and plate included
  int repeats = 9;                   // of which the median counts
  std::int64_t megabytes = 0;        // of each array of the triad; 0: 256, or more where the caches are large
  bool no_triad = false;             // apply, passes
  double tolerance = 1e-4;           // solve; answers: 1e-9
  std::string verify = "precision";  // solve: precision, fluxes
  std::vector<std::int64_t> sizes;   // answers: edges
  std::vector<std::string> cases;    // answers: empty for all
  std::string format = "raw";        // io: ending of the file
  std::string folder = ".";          // io: where the file is written, and removed again
  std::string file;                  // geometry: a volume; empty: the electrode
  std::int64_t label = 0;            // geometry: of the phase
  std::string metric;                // geometry: only this one, whose memory is true then
};

Device device_of(const Options& options);
/// Program, commit, device, date: the head of every line.
nlohmann::ordered_json head(const char* benchmark, const Device& device);

nlohmann::ordered_json run_triad(const Options& options);
nlohmann::ordered_json run_apply(const Options& options);
nlohmann::ordered_json run_passes(const Options& options);
nlohmann::ordered_json run_solve(const Options& options);
nlohmann::ordered_json run_io(const Options& options);
nlohmann::ordered_json run_geometry(const Options& options);
/// Rows for the table of host/bench/answers.cpp; in FP64 with tolerance 1e-9, or what is asked for.
std::string run_answers(const Options& options);

}  // namespace tauvox::bench
