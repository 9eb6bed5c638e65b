// What programs write into a TIFF's ImageDescription, as far as it changes how the pages are read.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/statements.hpp"

namespace tauvox::io {

struct TiffDescription {
  std::int64_t images = 0;  // images announced; 0: nothing is said
  struct Axis {
    std::string name;  // a small letter; "" where nobody says
    std::int64_t length = 1;
  };
  std::vector<Axis> page_axes;  // along which the pages run, slowest first
  /// By tifffile, which counts the slices as channels where nobody names the axes, with a step
  /// along z, which channels do not have, or more of them than a camera gives.
  bool channels_are_slices = false;
  std::array<std::string, 2> in_page{"y", "x"};  // its rows and columns
  bool is_in_order = true;                       // OME: the pages follow one another as it says
  std::string writer;                            // "ImageJ", "tifffile", "OME" or ""
  std::string unit;            // ImageJ, tifffile: of the pixels that the resolution tags count, as written
  std::string y_unit, z_unit;  // where they are stated apart; else as `unit`
  std::optional<double> spacing;      // ImageJ, tifffile: z step in z_unit
  std::array<std::string, 3> size{};  // OME: PhysicalSizeX, Y, Z as written; "" where nothing is said
  std::array<std::string, 3> size_unit{"um", "um", "um"};  // OME: their units
  std::string axes;                                        // tifffile: one letter an axis, slowest first
  std::string function;                                    // ImageJ: of its values, "cf=0, c0=-32768, c1=1"
  Statements stated;                                       // in the lines of ImageJ's that tauvox adds

  /// True when the pages run over more than one of slices, channels and times.
  bool is_hyperstack() const {
    return std::count_if(page_axes.begin(), page_axes.end(), [](const Axis& a) { return a.length > 1; }) > 1;
  }
};

/// @param samples a pixel: where it is more than one, it may be counted as an axis or as channels
TiffDescription parse_tiff_description(const std::string& text, std::uint16_t samples = 1,
                                       bool planar = false);

}  // namespace tauvox::io
