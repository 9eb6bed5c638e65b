// What may be a size, by its name, and is of no layout that is known. Included by io/hdf5_*.cpp only.
#pragma once

#include "io/hdf5_place.hpp"

namespace tauvox::io::hdf5 {

/// Of attributes of the dataset and of all groups above it, of small arrays beside it and at the
/// root, and of what Data Exchange says of the detector.
/// @param used the source of the voxel size; empty: none is known
std::vector<std::string> hints_of_size(const DatasetPlace& at, const std::string& used);

}  // namespace tauvox::io::hdf5
