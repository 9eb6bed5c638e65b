// The cases of the benchmark suite: generated volumes, alike on every machine.
#pragma once

#include <string>
#include <vector>

#include "host/generate/generate.hpp"
#include "host/settings/settings.hpp"

namespace tauvox::bench {

struct Case {
  std::string name, meaning;
  GenerateSettings volume;                                    // but for the size
  std::vector<std::pair<std::int64_t, double>> conductivity;  // label -> relative value; others insulate
  double conducting;     // share of the voxels, for the plan of the memory
  double memory_factor;  // what a run takes over what the plan says, with a margin: noise has many links
  std::int64_t generator_bytes;  // of host memory per voxel while it is made
};
const std::vector<Case>& cases();

/// @throws Error(usage) with the valid names
const Case& case_named(const std::string& name);

/// The case in a cube of `edge` voxels.
Volume make_volume(const Case& row, std::int64_t edge);
/// What the suite asks of the solver; the rest is default.
Settings solve_settings(const Case& row, const std::string& precision, double tolerance);

}  // namespace tauvox::bench
