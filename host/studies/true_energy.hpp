// What a potential that was found with merged classes says of the conductivities that voxels have.
#pragma once

#include <span>

#include "host/studies/materials.hpp"
#include "kernels/base/extent.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// Sums over faces between voxels that have a potential, and faces to the plates, in units of
/// effective_ratio: g is what a face conducts, q the same by the classes of its voxels, d the difference of
/// potential.
struct FaceSums {
  double energy = 0;    // g d^2
  double change = 0;    // (q - g)^2 d^2 / g
  double rounding = 0;  // q e^2, e what d may be off by because the potentials have come as FP32
  double mean = 0;      // conductivity of voxels that have a potential, over all voxels of the sample
};

/// @param potential [z][y][x], NaN where there is none; plates of 1 and 0 before and behind the flow axis
FaceSums face_sums(const Volume& volume, const Materials& materials, std::span<const float> potential,
                   Axis flow, bool periodic);

}  // namespace tauvox
