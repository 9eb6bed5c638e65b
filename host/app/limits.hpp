// Files of limits: TOML whose keys name quantities, such as `porosity = [0.32, 0.38]` and
// `tortuosity_factor.z.max = 3.2`.
#pragma once

#include "host/report/judge.hpp"
#include "host/settings/phases.hpp"

namespace tauvox {

/// What limits can be about in a run.
struct Limitable {
  Phases phases;
  std::vector<std::string> carriers;  // of each transport that is solved, the names of its phases
  std::vector<std::string> carried;   // of the same: ions or electrons
  std::vector<std::int64_t> ionic;    // labels that --ionic names
  std::vector<std::string> studies;   // that the run computes
  std::vector<Axis> axes;             // along which; the thickness where a limit names none
  Axis thickness = Axis::z;
};

/// Limits of what the run computes.
/// @throws Error(usage) with line and column: keys that are none with all that are, numbers that are none,
/// limits that exclude each other; Error(input_refused) where the file cannot be read
Limits read_limits(const std::string& path, const Limitable& of);

}  // namespace tauvox
