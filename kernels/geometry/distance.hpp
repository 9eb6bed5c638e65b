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

#include <array>
#include <variant>

#include "kernels/geometry/phase_bits.hpp"

namespace tauvox {

/// Edges of a voxel as whole numbers of a unit, where they are in such ratios (within 1e-6, numbers up to 32
/// times the ratio), as nearly all are that somebody chose. Distances are whole numbers then, and equal ones
/// stay equal whatever the length was stated in. Of others the unit is the shortest edge.
struct EdgeUnits {
  std::array<double, 3> edges;  // z, y, x
  double unit;                  // m
  bool cube() const { return edges[0] == edges[1] && edges[1] == edges[2]; }
  std::array<double, 3> weights() const {
    return {edges[0] * edges[0], edges[1] * edges[1], edges[2] * edges[2]};
  }
};
/// @param spacing voxel size along z, y, x, m
EdgeUnits edge_units(const std::array<double, 3>& spacing);

/// Squared distances per voxel, [z][y][x], 0 outside the phase, in units of edge_units.
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
