// What is counted on the 2 x 2 x 2 neighbourhoods of a volume: Euler numbers of phases, and the lines where
// three phases meet.
#pragma once

#include <array>

#include "kernels/geometry/phase_bits.hpp"

namespace tauvox {

/// Components - tunnels + cavities of a phase; everything outside the volume is background.
struct EulerNumbers {
  std::int64_t faces_6 = 0;  // voxels are connected over faces, the background over corners too
  std::int64_t all_26 = 0;   // the other way round
};

std::vector<EulerNumbers> count_euler(const PhaseBits& bits);  // per phase

/// Edges inside the volume whose four voxels hold all three phases, by the direction (z, y, x) of the edge.
std::array<std::int64_t, 3> count_triple_edges(const PhaseBits& bits, const std::array<int, 3>& phases);

}  // namespace tauvox
