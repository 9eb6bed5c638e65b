// Names of labels and history in an HDF5 file. Included by io/hdf5_*.cpp only.
#pragma once

#include <string>

#include "io/hdf5_handle.hpp"
#include "io/input_file.hpp"
#include "io/statements.hpp"

namespace tauvox::io::hdf5 {

/// @param name of the dataset, its path without links
Statements statements_in(const InputFile& input, hid_t file, hid_t dataset, const std::string& name);

}  // namespace tauvox::io::hdf5
