// What of a number is due to the voxels, by the same on a copy with voxels twice as large.
#pragma once

#include "host/settings/phases.hpp"
#include "host/studies/report.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// Where a quantity may have an uncertainty of resolution and has none of its own: the difference from the
/// same quantity on the copy. What is off by a share of the voxel size is off by as much. Of a share it is no
/// less than what counting the voxels of the copy leaves open: two counts may agree by chance.
/// @param rows definitions of all quantities
/// @param copy results of the same studies on the copy `copied`
void add_copy_resolution(std::vector<Result>& results, const QuantityDefinitions& rows,
                         const std::vector<Result>& copy, const Volume& copied, const Phases& phases);

}  // namespace tauvox
