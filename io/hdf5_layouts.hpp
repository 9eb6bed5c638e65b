// What single programs have in their HDF5 files beside the array: copies, padding, projections. Included by
// io/hdf5_*.cpp only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/hdf5_catalogue.hpp"

namespace tauvox::io::hdf5 {

/// A level of a pyramid but for the finest: of Imaris, or of BigDataViewer.
bool is_reduced_copy(const std::string& path);

/// Imaris stores whole blocks: the image is smaller than its array.
/// @return z, y, x of the image; empty where the file does not say it, or what cannot be
std::optional<std::array<std::uint64_t, 3>> imaris_size(hid_t file, const Entry& entry);

struct ImarisVoxel {
  std::array<double, 3> zyx;
  std::string unit;
};
/// @param shape of the image
std::optional<ImarisVoxel> imaris_voxel(hid_t file, const std::string& path,
                                        const std::vector<std::uint64_t>& shape);

/// NXtomo, and Data Exchange with angles of as many projections.
/// @return why they are projections; empty: nothing says so
std::string signs_of_projections(hid_t file, const std::string& path,
                                 const std::vector<std::uint64_t>& shape);

}  // namespace tauvox::io::hdf5
