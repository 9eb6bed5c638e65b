// Texts of a dataset, which HDF5 keeps by place and length where they are of no fixed length. Included by
// io/hdf5_*.cpp only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/hdf5_handle.hpp"
#include "io/input_file.hpp"

namespace tauvox::io::hdf5 {

/// The rows of a dataset of `file`, one text each: at most 1000, of at most 64 KiB together, in one run.
/// @return none with the reason in `why`
std::optional<std::vector<std::string>> small_texts(hid_t dataset, const InputFile& file, std::string& why);

}  // namespace tauvox::io::hdf5
