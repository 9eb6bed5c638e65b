// What of a number is due to the voxels, by the same on a copy with voxels twice as large.
#pragma once

#include "host/settings/phases.hpp"
#include "host/studies/report.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// Where a quantity may have an uncertainty of resolution and has none of its own: the largest difference
/// from the same quantity on the copies. What is off by a share of the voxel size is off by as much. Two may
/// agree by chance or by symmetry: of a share it is no less than what counting the voxels of the copy leaves
/// open, of a number of things than one, of a geodesic tortuosity than half a voxel at both ends, of a mean
/// length than half a voxel, of a particle's diameter and sphericity than what spheres are off by. Lengths of
/// triple lines have in addition what their edges leave open of their directions.
/// @param rows definitions of all quantities
/// @param copies results of the same studies on copies of the shape of `copied`
void add_copy_resolution(std::vector<Result>& results, const QuantityDefinitions& rows,
                         const std::vector<std::vector<Result>>& copies, const Volume& copied,
                         const Phases& phases);

}  // namespace tauvox
