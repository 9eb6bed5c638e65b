// A volume whose axes run over the pages of a stack otherwise than one page after the other is a slice: two
// of them over pages, or one of a page's own left out.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "io/volume_source.hpp"

namespace tauvox::io {

/// Of z, y, x.
struct AcrossPages {
  std::array<std::size_t, 3> place{};                // over pages (0), rows (1), columns (2)
  std::array<std::int64_t, 3> length{1, 1, 1};       // of an axis that the array does not have: 1
  std::array<std::int64_t, 3> page_step{};           // over pages: how many from one to the next
  std::int64_t first_page = 0, row = 0, column = 0;  // where none of the three runs
  bool layer_added = false;                          // z is none of the array's
};

/// @param stack pages, rows, columns; its size of a voxel does not fit any more
std::unique_ptr<VolumeSource> across_pages(std::unique_ptr<VolumeSource> stack, const AcrossPages& across);

}  // namespace tauvox::io
