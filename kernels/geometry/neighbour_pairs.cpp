#include "kernels/geometry/neighbour_pairs.hpp"

#include <algorithm>
#include <cstdlib>

#include "kernels/base/atomic.hpp"
#include "kernels/geometry/tasks.hpp"

namespace tauvox {
namespace {

struct CountPairs {  // one call for some rows of a layer
  PhaseBitsView bits;
  RowBlocks blocks;
  int lag;
  std::array<Direction, neighbour_directions> directions;  // device code cannot look at the table
  std::int64_t* table;                                     // [pair][direction]

  /// Pairs of a voxel of a row and the one `s` further in another row: of phases p and q in either order.
  TAUVOX_HD std::int64_t between(int p, int q, std::int64_t y, std::int64_t z, std::int64_t other_y,
                                 std::int64_t other_z, int s) const {
    const std::uint64_t *p_here = bits.row(p, y, z), *q_here = bits.row(q, y, z);
    const std::uint64_t *p_there = bits.row(p, other_y, other_z), *q_there = bits.row(q, other_y, other_z);
    std::int64_t count = 0;
    for (std::int64_t w = 0; w < bits.row_words; ++w)
      count += bit_count64((p_here[w] & shifted(q_there, w, s)) | (q_here[w] & shifted(p_there, w, s)));
    return count;
  }
  TAUVOX_HD void operator()(std::int64_t task) const {
    const std::int64_t z = blocks.z(task);
    for (int k = 0; k < neighbour_directions; ++k) {
      const Direction d = directions[static_cast<std::size_t>(k)];
      const std::int64_t other_z = z + lag * d.z;
      if (other_z >= bits.extent.nz) continue;
      for (int q = 1; q < bits.phases; ++q)
        for (int p = 0; p < q; ++p) {
          std::int64_t count = 0;
          for (std::int64_t y = blocks.begin(task); y < blocks.end(task); ++y)
            if (const std::int64_t other_y = y + lag * d.y; other_y >= 0 && other_y < bits.extent.ny)
              count += between(p, q, y, z, other_y, other_z, lag * d.x);
          if (count) atomic_add(table + pair_of(p, q) * neighbour_directions + k, count);
        }
    }
  }
};

/// The same without the correction for the sides: per pair of voxels a direction would have without them.
double crofton(const NeighbourPairs& pairs, int pair, const std::array<double, 3>& spacing,
               const std::array<double, neighbour_directions>& out_of) {
  const auto weights = direction_weights(spacing);
  double sum = 0;
  for (std::size_t k = 0; k < neighbour_directions; ++k)
    if (out_of[k] > 0)
      sum += weights[k] * static_cast<double>(pairs.of_pair[static_cast<std::size_t>(pair)][k]) / out_of[k] /
             (pairs.lag * length_of(direction_of[k], spacing));
  return 2 * sum;
}

}  // namespace

std::array<std::int64_t, 3> NeighbourPairs::faces(int pair) const {
  std::array<std::int64_t, 3> across{};
  for (std::size_t axis = 0; axis < 3; ++axis)
    across[axis] = of_pair[static_cast<std::size_t>(pair)][static_cast<std::size_t>(direction_of_axis[axis])];
  return across;
}

NeighbourPairs count_neighbour_pairs(const PhaseBits& bits, int lag) {
  const Extent& e = bits.extent();
  NeighbourPairs found;
  found.lag = lag;
  for (std::size_t k = 0; k < neighbour_directions; ++k) {
    const auto left = [&](std::int64_t n, int step) {
      return std::max<std::int64_t>(0, n - lag * std::abs(step));
    };
    const Direction& d = direction_of[k];
    found.all[k] = left(e.nz, d.z) * left(e.ny, d.y) * left(e.nx, d.x);
  }
  const int pairs = bits.phases() * (bits.phases() - 1) / 2;
  Buffer<std::int64_t> table(bits.device(), pairs * neighbour_directions);
  table.zero();
  const RowBlocks blocks{e.ny, e.nz};
  for_each_task(bits.device(), blocks.count(),
                CountPairs{bits.view(), blocks, lag, std::to_array(direction_of), table.data()});
  const std::vector<std::int64_t> counts = table.to_host();
  found.of_pair.resize(static_cast<std::size_t>(pairs));
  for (std::size_t i = 0; i < counts.size(); ++i)
    found.of_pair[i / neighbour_directions][i % neighbour_directions] = counts[i];
  return found;
}

double surface_density(const NeighbourPairs& pairs, int pair, const std::array<double, 3>& spacing) {
  std::array<double, neighbour_directions> all{};
  std::copy(pairs.all.begin(), pairs.all.end(), all.begin());
  return crofton(pairs, pair, spacing, all);
}

double surface_area(const NeighbourPairs& pairs, int pair, const std::array<double, 3>& spacing) {
  std::array<double, neighbour_directions> one{};
  one.fill(1);
  return crofton(pairs, pair, spacing, one) * spacing[0] * spacing[1] * spacing[2];
}

}  // namespace tauvox
