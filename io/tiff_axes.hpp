// The axes along which the pages of a TIFF run, and which pages make the volume. Included by io/tiff_*.cpp
// only.
#pragma once

#include "io/across_pages.hpp"
#include "io/tiff_description.hpp"
#include "io/tiff_pages.hpp"

namespace tauvox::io {

struct TiffAxes {
  std::array<int, 3> turned{0, 1, 2};   // what z, y and x are: pages (0), rows (1), columns (2)
  bool chosen = false;                  // some of the pages, by --slice
  bool named = false;                   // by the names that the file has for them
  std::optional<AcrossPages> across{};  // where z, y and x are not pages and the two axes of a page
  std::vector<std::string> notices;
};

/// Leaves of the file's slices those that --slice chooses.
/// @throws Error(input_invalid) for a choice that is not made, listing the choices, and for pages that are
/// not
///         those that are announced, and for channels and times where slices are wanted; Error(usage) for
///         --axes and --slice that do not fit
TiffAxes choose_tiff_axes(TiffFile& file, const TiffDescription& text, const ReadOptions& options,
                          const std::string& path);

}  // namespace tauvox::io
