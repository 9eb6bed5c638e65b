// What programs write into a TIFF's ImageDescription, as far as it changes how the pages are read.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace tauvox::io {

struct TiffDescription {
  std::int64_t images = 0;  // images announced; 0: nothing is said
  std::int64_t channels = 1, slices = 1, frames = 1;
  std::string writer;                     // "ImageJ", "tifffile", "OME" or ""
  std::optional<double> metres_per_unit;  // of the ImageJ calibration
  std::optional<double> spacing;          // z step in that unit

  /// True when the pages run over more than one of slices, channels and times.
  bool is_hyperstack() const { return (channels > 1) + (slices > 1) + (frames > 1) > 1; }
};

TiffDescription parse_tiff_description(const std::string& text);

}  // namespace tauvox::io
