// What may be a size, by its name, and is of no layout that is known. Included by io/hdf5_*.cpp only.
#pragma once

#include "io/hdf5_place.hpp"

namespace tauvox::io::hdf5 {

/// Warnings of attributes of the dataset and of all groups above it, of small arrays beside it and at the
/// root, and of what Data Exchange says of the detector.
std::vector<std::string> hints_of_size(const DatasetPlace& at);

}  // namespace tauvox::io::hdf5
