// Voxels of each phase by layer.
#pragma once

#include "kernels/geometry/phase_bits.hpp"

namespace tauvox {

/// Voxels of every phase in every layer across `axis`, [phase][layer].
std::vector<std::vector<std::int64_t>> count_by_layer(const PhaseBits& bits, Axis axis);

}  // namespace tauvox
