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

/// What is at the ends of an axis: plates, a separator; empty where it has no ends.
struct Ends {
  std::string from, to;
  bool forwards = true;
};

/// Endings that a picture may have; PNG is the first.
inline constexpr const char* picture_endings[] = {".png", ".svg", ".pdf"};

struct SolvePictures {
  const Volume& volume;
  const Materials& materials;
  const Phases& phases;
  std::vector<std::pair<Axis, std::int64_t>> cuts;  // a slice at each; without any one in the middle
  Ends ends;
  bool by_grey_value = false;   // labels are grey values: what they conduct is shown, not each by itself
  std::string ending = ".png";  // of picture_endings

  // With axes, scale bar, legend and the direction of transport. Where there is no plotter the slice
  // alone, its voxels enlarged, as PNG; `notice` says so. Empty where the form that is wanted cannot be.
  std::string structure(Axis flow, std::string& notice) const;
  /// @param concentration 0 to 1, NaN where nothing conducts
  std::string concentration(Axis flow, std::span<const float> concentration, std::string& notice) const;
  /// Magnitude of the flux; the colours end where one voxel in a hundred of the slice has more.
  std::string flux(Axis flow, const VoxelFlux& flux, std::span<const float> concentration,
                   std::string& notice) const;

 private:
  std::string conductivities(Axis flow, std::string& notice) const;
  /// @param value of a voxel by its index, NaN where there is none
  std::string field(SliceMap map, const std::function<double(std::int64_t)>& value,
                    std::string& notice) const;
};

}  // namespace tauvox::pages
