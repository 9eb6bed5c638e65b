// What an HDF5 file says of the numbers in a dataset. Included by io/hdf5_*.cpp only.
#pragma once

#include <string>
#include <vector>

#include "io/hdf5_handle.hpp"
#include "io/read.hpp"

namespace tauvox::io::hdf5 {

/// Of what would have to be done to values and is not: a scale, an offset, another sign.
std::vector<std::string> warnings_of_scaling(hid_t dataset);

/// Fill values and valid ranges, by the conventions of netCDF.
std::vector<NoData> no_data_of(hid_t dataset);

}  // namespace tauvox::io::hdf5
