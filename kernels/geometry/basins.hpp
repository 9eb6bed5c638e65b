// The basins of a phase that is parted into particles (particles.hpp), all found at once.
//
// A voxel without an earlier neighbour (taking_order.hpp) is a peak. Every other climbs to its earliest
// neighbour and so to one peak, whose basin it is in. A neck is a voxel with earlier neighbours in several
// basins, and open to a basin where it is wide enough to join a particle with that peak to an earlier one.
//
// While necks are open to a peak, all that earlier voxels connect to it is one with it. So a peak begins a
// particle that stays unless its first neck to an earlier peak is open. First necks are found in rounds, as
// in Boruvka's trees: a basin looks for the first of its necks and joins the earliest that meets there.
#pragma once

#include "kernels/geometry/taking_order.hpp"

namespace tauvox {

/// A basin is joined with another for good; or is that of a particle; or joins at a neck where particles meet
/// that stay apart, and belongs to one of them: this is not known here.
struct Basins {
  Buffer<std::uint32_t> of_voxel;  // [z][y][x], those joined for good as one; nothing outside the phase
  Buffer<std::uint32_t> particle;  // per basin, nothing where it is not known; and nothing behind the last
  Buffer<std::uint32_t> neck;      // per basin: where it was joined; nothing for particles
  Buffer<std::uint32_t> between;   // basins that join between particles, the earliest neck first
  std::int64_t particles = 0;
};

/// Value: std::uint16_t, std::uint32_t, float.
template <class Value>
Basins find_basins(const Device& device, const TakingOrder<Value>& order);

}  // namespace tauvox
