// What is counted on straight lines along an axis: chords of the phases, and pairs of voxels of one phase.
#pragma once

#include "kernels/geometry/phase_bits.hpp"

namespace tauvox {

/// Runs of voxels of a phase along an axis, by their length.
struct ChordCounts {
  std::vector<std::int64_t> all;       // [length], from 0 to that of the axis
  std::vector<std::int64_t> interior;  // those that end inside the volume on both sides
};

/// Per phase.
/// @param sample of one phase, which all others lie in; null: that is the volume. Chords that end at its
///               surface are not interior
std::vector<ChordCounts> count_chords(const PhaseBits& bits, Axis axis, const PhaseBits* sample = nullptr);

inline constexpr std::int64_t most_lags = 128;

/// Pairs of voxels of a phase that are 0, 1, ..., lags - 1 apart along an axis, both inside the volume;
/// [phase][lag].
/// @pre lags <= most_lags
std::vector<std::vector<std::int64_t>> count_correlation(const PhaseBits& bits, Axis axis, std::int64_t lags);

}  // namespace tauvox
