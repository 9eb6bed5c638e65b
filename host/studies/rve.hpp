// How large a volume must be to stand for its electrode: transport on its 8, 27 and 64 parts.
//
//   s ~ V^-p      deviation of parts of the volume V, the line of least squares through the logarithms
//   V_w = V_8 (1.96 s_8 / (w D))^(1/p)      where 95 % of all volumes are within +- w D
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "host/studies/study.hpp"

namespace tauvox {

/// What parts of one size have in common.
struct PartsOfSize {
  int parts = 0;
  double voxels = 0;  // of a part
  double mean = 0, deviation = 0;
  double half_width = 0;  // of the interval of 95 % around the mean
};

/// @param values of 8, 27 or 64 parts
PartsOfSize of_size(double voxels, const std::vector<double>& values);

struct RepresentativeVolume {
  std::optional<double> exponent;
  std::optional<double> voxels;  // needed
  /// Intervals of 95 %, for a deviation of n values is itself one of many. That of the volume is empty where
  /// it has no end: where the exponent may as well be 0.
  double exponent_half_width = 0;
  std::optional<std::array<double, 2>> voxels_range;
};
/// @param wanted half width over the value
RepresentativeVolume representative_volume(double whole, const std::vector<PartsOfSize>& sizes,
                                           double wanted);

/// Adds exponent and size to each result of transport, and a curve for each axis.
/// @param name of the curves, before the axis: "rve_ionic"
/// @param of_octants results of transport on the eight octants; empty: not solved yet
void add_representative_volume(Report& report, const StudyInput& in, const std::string& name,
                               const Progress& progress, std::vector<std::vector<Result>> of_octants = {});

}  // namespace tauvox
