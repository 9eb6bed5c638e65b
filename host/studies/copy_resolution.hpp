// What of a number is due to the voxels, by the same on a copy with voxels twice as large.
#pragma once

#include "host/studies/report.hpp"

namespace tauvox {

/// Where a quantity may have an uncertainty of resolution and has none of its own: the difference from the
/// same quantity on the copy. What is off by a share of the voxel size is off by as much.
/// @param rows definitions of all quantities
/// @param copy results of the same studies on the copy
void add_copy_resolution(std::vector<Result>& results, const QuantityDefinitions& rows,
                         const std::vector<Result>& copy);

}  // namespace tauvox
