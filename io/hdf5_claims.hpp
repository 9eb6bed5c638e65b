// What an HDF5 file states about its array: order of the axes, voxel size. Included by io/hdf5_*.cpp only.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "io/hdf5_catalogue.hpp"

namespace tauvox::io::hdf5 {

struct Claims {
  std::optional<Axes> axes;                         // understood and fitting, else empty
  std::optional<std::array<double, 3>> voxel_size;  // m, z, y, x
  std::string voxel_size_source;
  std::vector<std::string> notices, warnings;  // what was used; what was seen and not understood
};

/// Attributes of the dataset and of the groups above it, by ilastik (axistags, axis_units), dimension labels,
/// Data Exchange and NeXus (axes, coordinates with units), HDF5 Vibez (element_size_um), DREAM.3D (SPACING).
/// @param path     of the dataset, without links
/// @param settled  the user gave the voxel size: nothing is said about it
/// @throws Error(input_invalid) for projections
Claims read_claims(hid_t file, hid_t dataset, const std::string& path,
                   const std::vector<std::uint64_t>& shape, bool as_2d, bool settled);

}  // namespace tauvox::io::hdf5
