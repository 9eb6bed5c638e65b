// The named phases of a volume as sets of labels, and the voxel's edges, for studies of geometry.
#pragma once

#include <string>
#include <vector>

#include "host/settings/phases.hpp"
#include "host/studies/report.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// A named phase that occurs.
struct PhaseSet {
  std::string name;
  std::optional<std::int64_t> label;  // where it is one
  std::vector<std::uint8_t> codes;    // 1 for every code of the volume that belongs to it
  std::int64_t voxels = 0;
};

/// Phases that share no label and together fill the sample: of each label the name that stands for the
/// fewest. In the order of their lowest labels.
/// @throws Error(usage) where a label has no name
struct Partition {
  Partition(const Volume& volume, const Phases& phases);
  std::vector<PhaseSet> phases;
  std::vector<std::uint8_t> phase_of_code;  // position in `phases`, or no_phase
};

/// The same, and behind them, by their names, the named phases that are made of several of those.
std::vector<PhaseSet> all_phase_sets(const Volume& volume, const Phases& phases);

/// Edges of a voxel along z, y, x, m.
/// @throws Error(usage) where nobody said them: without them lengths and areas have no unit
std::array<double, 3> voxel_edges(const Volume& volume);
[[noreturn]] void refuse_without_voxel_size(const std::string& path);

/// A result of that study about that phase, complete.
Result result_about(const char* study, const PhaseSet& set);

}  // namespace tauvox
