// Slices as a figure: panels side by side at one scale with axes, a scale bar, a legend, an arrow, and for a
// field a bar of its colours.
#pragma once

#include <functional>

#include "host/pages/plotter.hpp"
#include "host/pages/slice.hpp"

namespace tauvox::pages {

struct LegendEntry {
  Colour colour;
  std::string words;
};

struct SliceMap {
  std::string name;  // of the figure
  Extent extent;
  std::array<double, 3> edges{1, 1, 1};  // of a voxel along z, y, x, in `unit`
  std::string unit;                      // "µm", or "voxels" where nobody knows
  std::vector<Slice> slices;
  std::function<Picture(const Slice&, std::int64_t most)> picture;
  std::vector<LegendEntry> legend;
  Axis along = Axis::z;  // of the arrow
  bool forwards = true;
  std::string from, to;                     // its ends; empty: nothing has ends, and there is no arrow
  std::string field;                        // what the colours are; empty: there is no field
  double top = 1;                           // of the field, where the colours end; they begin at 0
  Colour (*colour)(double) = field_colour;  // of a value over `top`

  double length(Axis axis) const {
    return edges[static_cast<std::size_t>(axis)] * static_cast<double>(extent.along(axis));
  }
};

/// Nothing where every slice is a line of voxels.
std::optional<Drawing> drawing_of(const SliceMap& map);

/// A step of 1, 2 or 5 times a power of ten that parts `length` into about so many.
double round_step(double length, double parts);

}  // namespace tauvox::pages
