// What of a number is due to where the boundary of a phase was put: by the same where it lies a voxel farther
// out, and a voxel farther in.
//
//   a = max over both of |Q' - Q| |d eps| / |eps' - eps|
//
// A whole voxel is far more than a segmentation is off by; so its effect is scaled down to d eps, what the
// phase's fraction changes by where its surface moves by a quarter of a voxel.
#pragma once

#include "host/studies/report.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// The set of codes grown by one voxel: what shares a face with it gets the code that most of these neighbours
/// have, of several alike the first.
/// @param set 1 for every code that belongs to it
Volume grown(const Volume& volume, const std::vector<std::uint8_t>& set);

/// Results of one study on the volume with the boundary moved, and the fraction of what conducts there.
struct Shifted {
  double fraction = 0;
  std::vector<Result> results;
};

/// The uncertainty of every quantity that may have one of segmentation.
/// @param fraction of what conducts
/// @param shift of that fraction, by a quarter of a voxel
void add_segmentation(std::vector<Result>& results, const QuantityDefinitions& rows, double fraction,
                      double shift, const std::vector<Shifted>& shifted);

}  // namespace tauvox
