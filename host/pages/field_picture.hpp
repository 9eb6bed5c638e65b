// The pictures of a solve: the structure, and a field from plate to plate.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "host/pages/slice_map.hpp"
#include "host/settings/phases.hpp"
#include "host/studies/materials.hpp"
#include "host/studies/voxel_flux.hpp"
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
  /// Magnitude of the flux; the colours end where one voxel in a hundred of the slice has more.
  std::string flux(Axis flow, const VoxelFlux& flux, std::span<const float> concentration,
                   std::string& notice) const;

 private:
  /// @param value of a voxel by its index, NaN where there is none
  std::string field(SliceMap map, const std::function<double(std::int64_t)>& value,
                    std::string& notice) const;
};

}  // namespace tauvox::pages
