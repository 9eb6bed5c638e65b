// Boxes of voxels, copied between arrays whose axes run in any order.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "io/volume_source.hpp"

namespace tauvox::io {

/// Elements from one voxel to the next along z, y, x.
using Steps = std::array<std::int64_t, 3>;

inline Steps steps_of(const Region& region) { return {region.size(1) * region.size(2), region.size(2), 1}; }

/// Where `part` begins in the voxels of `region`.
inline std::int64_t offset_in(const Region& region, const Region& part) {
  const Steps steps = steps_of(region);
  std::int64_t offset = 0;
  for (std::size_t axis = 0; axis < 3; ++axis)
    offset += (part.begin[axis] - region.begin[axis]) * steps[axis];
  return offset;
}

template <std::size_t bytes>
void copy_row(const std::uint8_t* from, std::int64_t step, std::uint8_t* to, std::int64_t count) {
  for (std::int64_t x = 0; x < count; ++x) std::memcpy(to + x * bytes, from + x * step * bytes, bytes);
}

/// Copies as many voxels as `part` has; the rows of `to` are contiguous.
inline void copy_box(const std::uint8_t* from, const Steps& from_steps, std::uint8_t* to,
                     const Steps& to_steps, const Region& part, std::size_t bytes) {
  const auto size = static_cast<std::int64_t>(bytes);
  const std::int64_t step = from_steps[2], count = part.size(2);
  for (std::int64_t z = 0; z < part.size(0); ++z)
    for (std::int64_t y = 0; y < part.size(1); ++y) {
      const std::uint8_t* row = from + (z * from_steps[0] + y * from_steps[1]) * size;
      std::uint8_t* out = to + (z * to_steps[0] + y * to_steps[1]) * size;
      if (step == 1)
        std::memcpy(out, row, static_cast<std::size_t>(count * size));
      else if (bytes == 1)
        copy_row<1>(row, step, out, count);
      else if (bytes == 2)
        copy_row<2>(row, step, out, count);
      else if (bytes == 4)
        copy_row<4>(row, step, out, count);
      else
        copy_row<8>(row, step, out, count);
    }
}

}  // namespace tauvox::io
