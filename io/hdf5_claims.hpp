// What an HDF5 file states about its array: order of the axes, voxel size. Included by io/hdf5_*.cpp only.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "io/hdf5_catalogue.hpp"

namespace tauvox::io::hdf5 {

struct Claims {
  std::optional<std::array<int, 3>> axes;            // of z, y, x: understood and fitting, else empty
  std::vector<std::string> axis_names;               // of all stored axes, beside them
  std::optional<std::array<double, 3>> voxel_size;   // m, z, y, x
  std::optional<std::array<double, 3>> voxel_ratio;  // edges over the shortest, where there is no unit
  std::string voxel_size_source;
  std::vector<std::string> notices, warnings;  // what was used; what was seen and not understood
};

/// Axes and steps (hdf5_axes.hpp, hdf5_steps.hpp).
/// @param path     of the dataset, without links
/// What the options settle (--axes, --voxel-size) is not asked of the file.
/// @throws Error(input_invalid) for projections
Claims read_claims(hid_t file, hid_t dataset, const std::string& path,
                   const std::vector<std::uint64_t>& shape, const ReadOptions& options);

}  // namespace tauvox::io::hdf5
