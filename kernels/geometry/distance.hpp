// Exact Euclidean distance transform: from the centre of every voxel of a phase to the nearest centre of a
// voxel that is not of it. What lies outside the volume is unknown and counts as neither.
//
// Separable: along z by two sweeps, then along y and x the minimum of f(y + k) + k^2, looked for at growing k
// until k^2 is more than the minimum so far (after Saito and Toriwaki 1994; as exact as the lower envelope of
// Felzenszwalb and Huttenlocher 2012, and 32 voxels go at a time). The work for a voxel grows with its
// distance in voxels, never beyond the length of a line.
//
// Bytes per voxel: 2 where no distance reaches 255 voxels, else 4; while it is made 1 to 2 more, and on a GPU
// as much again.
#pragma once

#include <variant>

#include "kernels/geometry/phase_bits.hpp"

namespace tauvox {

/// Squared distances per voxel, [z][y][x], 0 outside the phase: whole numbers of squared voxels where voxels
/// are cubes, else squares in units of the shortest edge.
struct SquaredDistance {
  std::variant<Buffer<std::uint16_t>, Buffer<std::uint32_t>, Buffer<float>> values;
  Extent extent;
  double unit = 1;         // m: the square root of a value times this is a distance
  bool unbounded = false;  // the phase fills the volume: there is nothing to be distant from

  /// f(pointer to the first value)
  template <class F>
  decltype(auto) visit(const F& f) const {
    return std::visit([&](const auto& buffer) { return f(buffer.data()); }, values);
  }
  const Device& device() const {
    return std::visit([](const auto& buffer) -> const Device& { return buffer.device(); }, values);
  }
};

/// Longest line of voxels that is looked at.
inline constexpr std::int64_t most_line = 32768;

/// @param spacing voxel size along z, y, x, m
/// @throws Error(input_invalid) where an axis is longer than most_line
SquaredDistance squared_distance(const PhaseBits& bits, int phase, const std::array<double, 3>& spacing);

/// Sets the distance of the voxels of this code to 0: they are unknown as well, and none of the phase.
void leave_out(SquaredDistance& distances, const Codes& codes, std::int64_t code);

}  // namespace tauvox
