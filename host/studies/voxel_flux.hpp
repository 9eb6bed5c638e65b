// The flux in each voxel, from the concentration: what a field file and a picture show beside it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "host/studies/materials.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// Flux densities in units of (largest conductivity of a phase x potential difference / length between the
/// plates): the mean over the volume of the component along the axis is effective_ratio. A component is the
/// mean of the fluxes through the two faces of the voxel across its axis, each by the harmonic mean of the
/// conductivities beside it as in the equations that were solved; 0 where nothing conducts.
class VoxelFlux {
 public:
  /// @param concentration [z][y][x], 1 at the plate before the first layer, 0 at that behind the last, NaN
  ///        where nothing conducts; it, the volume and the materials outlive this
  /// @param flow     axis across which the plates are
  /// @param periodic whether the sides are
  /// @param sealed   no plate, and no flux, behind the last layer
  VoxelFlux(const Volume& volume, const Materials& materials, std::span<const float> concentration, Axis flow,
            bool periodic, bool sealed = false);

  /// Components x, y, z.
  std::array<float, 3> at(std::int64_t x, std::int64_t y, std::int64_t z) const;
  /// One layer across z, [y][x][3].
  void layer(std::int64_t z, float* vectors) const;

 private:
  double conductivity(std::int64_t i) const;
  double through_face(std::int64_t from, std::int64_t to, Axis axis) const;
  double component(std::int64_t i, std::int64_t place, Axis axis) const;

  const Volume& volume_;
  std::span<const float> concentration_;
  Axis flow_;
  bool periodic_, sealed_;
  std::vector<double> conductivity_;       // by code, over the largest
  std::array<double, 3> steps_{};          // length between the plates over the edge of a voxel; z, y, x
  std::array<std::int64_t, 3> strides_{};  // z, y, x
};

}  // namespace tauvox
