// Where an HDF5 file names the axes of an array. Included by io/hdf5_*.cpp only.
#pragma once

#include "io/hdf5_place.hpp"

namespace tauvox::io::hdf5 {

/// axistags of vigra (ilastik), dimension labels and scales, `axes` of Data Exchange and NeXus, and what
/// stood in its place in older NeXus files. In the order in which they are believed.
/// @param resolution gets the steps that axistags state, by stored axis; 0: not known
std::vector<StatedAxes> stated_axes(const DatasetPlace& at, std::vector<double>& resolution);

}  // namespace tauvox::io::hdf5
