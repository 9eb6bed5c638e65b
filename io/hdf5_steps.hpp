// The steps from voxel to voxel that an HDF5 file states. Included by io/hdf5_*.cpp only.
#pragma once

#include "io/hdf5_claims.hpp"
#include "io/hdf5_place.hpp"

namespace tauvox::io::hdf5 {

/// By ilastik, NeXus, HDF5 Vibez, DREAM.3D, Imaris, ITK, VTK, dimension scales, and our own files. Of names
/// that speak of a size and belong to none of them a warning is made.
/// @param claims has the axes; gets the steps
void read_steps(const DatasetPlace& at, const std::vector<StatedAxes>& axes,
                const std::vector<double>& resolution, const ReadOptions& options, Claims& claims);

}  // namespace tauvox::io::hdf5
