// Pictures of slices: which axes go where, and a colour a voxel.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "host/pages/colours.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox::pages {

/// Across one axis; the others go down and to the right: z down where it is one of them, else y.
struct Slice {
  Axis normal = Axis::z;
  std::int64_t at = 0;

  Axis down() const { return normal == Axis::z ? Axis::y : Axis::z; }
  Axis right() const { return normal == Axis::x ? Axis::y : Axis::x; }
};

/// Rows from the top.
struct Picture {
  int width = 0, height = 0;
  std::vector<unsigned char> rgb;

  std::string png() const;
  Picture mirrored(bool left_and_right) const;  // or top and bottom
};

/// @param colour of the voxel with this index: Colour(std::int64_t)
/// @param most pixels of the longer side; of a larger slice every n-th row and column is shown
/// @param least pixels of the longer side; of a smaller slice voxels are repeated
template <class ColourOf>
Picture picture_of(const Extent& extent, const Slice& slice, std::int64_t most, std::int64_t least,
                   const ColourOf& colour) {
  const auto step = [&](Axis axis) {
    return axis == Axis::z ? extent.nx * extent.ny : axis == Axis::y ? extent.nx : 1;
  };
  const std::int64_t rows = extent.along(slice.down()), columns = extent.along(slice.right()),
                     longer = std::max(rows, columns);
  const std::int64_t every = (longer + most - 1) / most, repeat = (least + longer - 1) / longer;
  const auto pixels = [&](std::int64_t voxels) {
    return std::max<std::int64_t>(1, voxels / every) * std::max<std::int64_t>(1, repeat);
  };
  Picture picture{static_cast<int>(pixels(columns)), static_cast<int>(pixels(rows)), {}};
  picture.rgb.reserve(static_cast<std::size_t>(3) * picture.width * picture.height);
  const std::int64_t first = slice.at * step(slice.normal);
  const auto voxel = [&](int pixel, int of, std::int64_t voxels) {
    return (2 * pixel + 1) * voxels / (2 * of);
  };
  for (int row = 0; row < picture.height; ++row)
    for (int column = 0; column < picture.width; ++column) {
      const Colour c = colour(first + voxel(row, picture.height, rows) * step(slice.down()) +
                              voxel(column, picture.width, columns) * step(slice.right()));
      picture.rgb.insert(picture.rgb.end(), c.begin(), c.end());
    }
  return picture;
}

/// A round length near a fifth of `width`: 1, 2 or 5 times a power of ten.
/// @param unit of both; of µm the label is in nm or mm where that is shorter
struct ScaleBar {
  double length = 0;
  std::string label;  // "10 µm"
};
ScaleBar scale_bar_of(double width, const std::string& unit = "µm");

}  // namespace tauvox::pages
