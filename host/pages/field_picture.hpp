// The pictures of a solve: the structure, and a field from plate to plate.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "host/settings/phases.hpp"
#include "host/studies/materials.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox::pages {

struct SolvePictures {
  const Volume& volume;
  const Materials& materials;
  const Phases& phases;
  std::vector<std::pair<Axis, std::int64_t>> cuts;  // across these; elsewhere in the middle

  // PNG, with axes, scale bar, legend and the direction of transport. Where there is no plotter the slice
  // alone, its voxels enlarged; `notice` says so.
  std::string structure(Axis flow, std::string& notice) const;
  /// @param concentration 0 to 1, NaN where nothing conducts
  std::string concentration(Axis flow, std::span<const float> concentration, std::string& notice) const;
};

}  // namespace tauvox::pages
