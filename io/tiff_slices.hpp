// Which pages of a TIFF are slices of the volume: not its small copies, thumbnails and masks.
#pragma once

#include <string>
#include <vector>

#include "io/tiff_pages.hpp"

namespace tauvox::io {

/// Indices of the slices. What is left out is told in `notices`.
/// @throws Error(input_invalid) where the other pages are no copies: pages that differ, a second series.
std::vector<std::size_t> slices_among(const std::vector<TiffPage>& pages, const std::string& path,
                                      std::vector<std::string>& notices);

}  // namespace tauvox::io
