// Which dataset of an HDF5 file is read, and whether it can be. Included by io/hdf5_*.cpp only.
#pragma once

#include <string>
#include <vector>

#include "io/hdf5_catalogue.hpp"

namespace tauvox::io::hdf5 {

/// @return the dataset's path without links
/// @param notices  gets why it was taken, and which objects of the file cannot be read
/// @throws Error(usage) for several that could be the volume; Error(input_refused) where there is no such
///         object, or one that cannot be looked at; Error(input_invalid) where none can be the volume
std::string choose_dataset(hid_t file, const std::string& path, const ReadOptions& options,
                           std::vector<std::string>& notices);

/// @throws Error when the dataset is no volume of numbers in this file
void check_shape(const Entry& entry, const std::string& where, bool as_2d);

/// @throws Error(input_refused) naming a filter that this HDF5 does not have
void check_filters(hid_t creation, const std::string& where);

}  // namespace tauvox::io::hdf5
