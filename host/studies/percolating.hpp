// What percolates: the clusters of conducting voxels that touch both plates of an axis. What does not depend
// on the axis is found once for all of them.
//
// Bytes per voxel: 0.25 for each different set that is kept; while they are found the runs and clusters
// besides.
#pragma once

#include <memory>
#include <vector>

#include "host/studies/materials.hpp"
#include "kernels/transport/problem.hpp"
#include "kernels/volume/clusters.hpp"

namespace tauvox {

/// Of one axis. Voxels share faces unless it says otherwise.
struct Percolating {
  Axis axis = Axis::z;
  std::array<bool, 3> joined{};              // sides (z, y, x) that are neighbours of each other
  std::shared_ptr<const Unknowns> unknowns;  // of all clusters that touch both plates
  std::int64_t voxels = 0;                   // in them
  std::int64_t voxels_26 = 0;                // in those that edges and corners connect as well
  std::int64_t largest = 0;                  // in the largest cluster, whether it touches a plate or not
  double mean = 0;  // of conductivity / largest over all voxels; 0 where none percolate
};

/// 1 for every code that conducts.
std::vector<std::uint8_t> conducting_codes(const Materials& materials);

/// Mean over all voxels of the conductivity of those in `set`, over the largest.
double mean_conductivity(const Codes& codes, const Materials& m, const Unknowns& set);

/// In the order of `axes`; axes with the same set share it.
std::vector<Percolating> find_percolating(const Codes& codes, const Materials& materials,
                                          const std::vector<Axis>& axes, bool periodic);

/// Two plates across the axis, on what percolates there.   @pre something does
Problem problem_between_plates(const Percolating& axis, std::shared_ptr<const Codes> codes,
                               const Materials& materials, const std::array<double, 3>& spacing);

}  // namespace tauvox
