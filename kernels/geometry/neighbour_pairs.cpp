#include "kernels/geometry/neighbour_pairs.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "kernels/base/atomic.hpp"
#include "kernels/geometry/tasks.hpp"

namespace tauvox {
namespace {

/// Word w of the voxels of a row that form a pair, of phases p and q in either order, with the voxel `s`
/// further in another row.
TAUVOX_HD std::uint64_t pairs_in_word(const PhaseBitsView& bits, int p, int q, std::int64_t w, std::int64_t y,
                                      std::int64_t z, std::int64_t other_y, std::int64_t other_z, int s) {
  return (bits.row(p, y, z)[w] & shifted(bits.row(q, other_y, other_z), w, s)) |
         (bits.row(q, y, z)[w] & shifted(bits.row(p, other_y, other_z), w, s));
}

struct CountPairs {  // one call for some rows of a layer
  PhaseBitsView bits;
  RowBlocks blocks;
  int lag;
  Directions directions;
  std::int64_t* table;  // [pair][direction]

  TAUVOX_HD std::int64_t between(int p, int q, std::int64_t y, std::int64_t z, std::int64_t other_y,
                                 std::int64_t other_z, int s) const {
    std::int64_t count = 0;
    for (std::int64_t w = 0; w < bits.row_words; ++w)
      count += bit_count64(pairs_in_word(bits, p, q, w, y, z, other_y, other_z, s));
    return count;
  }
  TAUVOX_HD void operator()(std::int64_t task) const {
    const std::int64_t z = blocks.z(task);
    for (int k = 0; k < neighbour_directions; ++k) {
      const Direction d = directions[k];
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

struct CountPairsOfLayers {  // one call for some rows of a layer across z
  PhaseBitsView bits;
  RowBlocks blocks;
  Axis axis;
  Directions directions;
  std::int64_t layer_size;  // of the table: pairs of phases x directions
  std::int64_t* table;      // [layer][pair][direction]

  /// Adds the pairs of a row to the layers of their lower voxels.
  TAUVOX_HD void add_row(int p, int q, int k, std::int64_t y, std::int64_t z) const {
    const Direction d = directions[k];
    std::int64_t* const of_pair = table + pair_of(p, q) * neighbour_directions + k;
    std::int64_t count = 0;
    for (std::int64_t w = 0; w < bits.row_words; ++w) {
      std::uint64_t found = pairs_in_word(bits, p, q, w, y, z, y + d.y, z + d.z, d.x);
      if (axis != Axis::x) {
        count += bit_count64(found);
        continue;
      }
      for (; found; found &= found - 1) {
        const std::int64_t x = 64 * w + bit_count64((found & -found) - 1);
        atomic_add(of_pair + (d.x < 0 ? x - 1 : x) * layer_size, std::int64_t{1});
      }
    }
    if (count) atomic_add(of_pair + (axis == Axis::z ? z : d.y < 0 ? y - 1 : y) * layer_size, count);
  }
  TAUVOX_HD void operator()(std::int64_t task) const {
    const std::int64_t z = blocks.z(task);
    for (int k = 0; k < neighbour_directions; ++k) {
      const Direction d = directions[k];
      if (z + d.z >= bits.extent.nz) continue;
      for (std::int64_t y = blocks.begin(task); y < blocks.end(task); ++y) {
        if (y + d.y < 0 || y + d.y >= bits.extent.ny) continue;
        for (int q = 1; q < bits.phases; ++q)
          for (int p = 0; p < q; ++p) add_row(p, q, k, y, z);
      }
    }
  }
};

int step_along(const Direction& d, Axis axis) { return axis == Axis::z ? d.z : axis == Axis::y ? d.y : d.x; }

/// Pairs of voxels of whatever phase, in all directions.
std::array<std::int64_t, neighbour_directions> pairs_in(const Extent& e, int lag) {
  std::array<std::int64_t, neighbour_directions> all{};
  const auto left = [&](std::int64_t n, int step) {
    return std::max<std::int64_t>(0, n - lag * std::abs(step));
  };
  for (std::size_t k = 0; k < neighbour_directions; ++k) {
    const Direction& d = direction_of[k];
    all[k] = left(e.nz, d.z) * left(e.ny, d.y) * left(e.nx, d.x);
  }
  return all;
}

using PerDirection = std::array<double, neighbour_directions>;

/// The direction with the step along some axes left out; -1 where no step is left. Opposite ones are one.
int without(const Direction& d, int left_out) {
  const int z = left_out & 1 ? 0 : d.z, y = left_out & 2 ? 0 : d.y, x = left_out & 4 ? 0 : d.x;
  for (int k = 0; k < neighbour_directions; ++k) {
    const Direction& other = direction_of[k];
    if ((other.z == z && other.y == y && other.x == x) || (other.z == -z && other.y == -y && other.x == -x))
      return k;
  }
  return -1;
}

/// Cuts of a line in each direction, per length. A volume of too few layers has no pairs across them: there
/// it counts as going on alike, with what is seen within a layer.
PerDirection cuts_of(const PerDirection& counts, int lag, const std::array<double, 3>& spacing,
                     const PerDirection& out_of) {
  constexpr int fewest_first[] = {0, 1, 2, 4, 3, 5, 6};  // axes as bits
  PerDirection cuts{};
  for (std::size_t k = 0; k < neighbour_directions; ++k)
    for (const int left_out : fewest_first) {
      const int seen = without(direction_of[k], left_out);
      if (seen < 0 || !(out_of[static_cast<std::size_t>(seen)] > 0)) continue;
      cuts[k] = counts[static_cast<std::size_t>(seen)] / out_of[static_cast<std::size_t>(seen)] /
                (lag * length_of(direction_of[k], spacing));
      break;
    }
  return cuts;
}

double crofton(const PerDirection& cuts, const std::array<double, 3>& spacing) {
  const auto weights = direction_weights(spacing);
  double sum = 0;
  for (std::size_t k = 0; k < neighbour_directions; ++k) sum += weights[k] * cuts[k];
  return 2 * sum;
}

PerDirection as_numbers(const std::array<std::int64_t, neighbour_directions>& counts) {
  PerDirection numbers{};
  std::copy(counts.begin(), counts.end(), numbers.begin());
  return numbers;
}

PerDirection cuts_of_pair(const NeighbourPairs& pairs, int pair, const std::array<double, 3>& spacing) {
  return cuts_of(as_numbers(pairs.of_pair[static_cast<std::size_t>(pair)]), pairs.lag, spacing,
                 as_numbers(pairs.all));
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
  found.all = pairs_in(e, lag);
  const int pairs = bits.phases() * (bits.phases() - 1) / 2;
  Buffer<std::int64_t> table(bits.device(), pairs * neighbour_directions);
  table.zero();
  const RowBlocks blocks{e.ny, e.nz};
  for_each_task(bits.device(), blocks.count(),
                CountPairs{bits.view(), blocks, lag, Directions::all(), table.data()});
  const std::vector<std::int64_t> counts = table.to_host();
  found.of_pair.resize(static_cast<std::size_t>(pairs));
  for (std::size_t i = 0; i < counts.size(); ++i)
    found.of_pair[i / neighbour_directions][i % neighbour_directions] = counts[i];
  return found;
}

std::vector<NeighbourPairs> count_pairs_of_layers(const PhaseBits& bits, Axis axis) {
  const Extent& e = bits.extent();
  const std::int64_t layers = e.along(axis), pairs = bits.phases() * (bits.phases() - 1) / 2,
                     layer_size = pairs * neighbour_directions;
  Buffer<std::int64_t> table(bits.device(), layers * layer_size);
  table.zero();
  const RowBlocks blocks{e.ny, e.nz};
  for_each_task(bits.device(), blocks.count(),
                CountPairsOfLayers{bits.view(), blocks, axis, Directions::all(), layer_size, table.data()});
  const std::vector<std::int64_t> counts = table.to_host();
  std::vector<NeighbourPairs> found(static_cast<std::size_t>(layers));
  const std::array<std::int64_t, neighbour_directions> all = pairs_in(e, 1);
  for (std::size_t layer = 0; layer < found.size(); ++layer) {
    found[layer].of_pair.resize(static_cast<std::size_t>(pairs));
    for (std::size_t k = 0; k < neighbour_directions; ++k) {
      const std::int64_t across = std::abs(step_along(direction_of[k], axis)), shared_by = layers - across;
      const bool has_any = across == 0 || layer + 1 < found.size();
      found[layer].all[k] = has_any && shared_by > 0 ? all[k] / shared_by : 0;
      for (std::size_t pair = 0; pair < found[layer].of_pair.size(); ++pair)
        found[layer].of_pair[pair][k] =
            counts[(layer * found[layer].of_pair.size() + pair) * neighbour_directions + k];
    }
  }
  return found;
}

NeighbourPairs sum_of_layers(const std::vector<NeighbourPairs>& layers) {
  NeighbourPairs sum;
  sum.of_pair.resize(layers.front().of_pair.size());
  for (const NeighbourPairs& layer : layers)
    for (std::size_t k = 0; k < neighbour_directions; ++k) {
      sum.all[k] += layer.all[k];
      for (std::size_t pair = 0; pair < sum.of_pair.size(); ++pair)
        sum.of_pair[pair][k] += layer.of_pair[pair][k];
    }
  return sum;
}

std::vector<double> surface_densities(const std::vector<NeighbourPairs>& layers, Axis axis, int pair,
                                      const std::array<double, 3>& spacing) {
  const auto p = static_cast<std::size_t>(pair);
  std::vector<double> found;
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    PerDirection counts = as_numbers(layers[layer].of_pair[p]), all = as_numbers(layers[layer].all);
    for (std::size_t k = 0; k < neighbour_directions; ++k)
      if (step_along(direction_of[k], axis) != 0) {  // half of those to either side
        counts[k] = (counts[k] + (layer ? static_cast<double>(layers[layer - 1].of_pair[p][k]) : 0)) / 2;
        all[k] = (all[k] + (layer ? static_cast<double>(layers[layer - 1].all[k]) : 0)) / 2;
      }
    found.push_back(crofton(cuts_of(counts, 1, spacing, all), spacing));
  }
  return found;
}

double surface_density(const NeighbourPairs& pairs, int pair, const std::array<double, 3>& spacing) {
  return crofton(cuts_of_pair(pairs, pair, spacing), spacing);
}

double doubt_of_directions(const NeighbourPairs& pairs, int pair, const std::array<double, 3>& spacing) {
  const double of_planes =
      1 / std::sqrt(3.0);  // what |cos| over the sphere deviates by from its mean, relative
  const PerDirection cuts = cuts_of_pair(pairs, pair, spacing);
  const auto weights = direction_weights(spacing);
  double mean = 0, squares = 0;
  for (std::size_t k = 0; k < neighbour_directions; ++k) {
    mean += weights[k] * cuts[k];
    squares += weights[k] * cuts[k] * cuts[k];
  }
  if (!(mean > 0)) return 0;
  const double deviation = std::sqrt(std::max(0.0, squares / (mean * mean) - 1));
  const double worst = worst_of_planes(spacing);  // of the area itself, of which less may be seen
  return 2 * mean * worst / (1 - worst) * std::min(1.0, deviation / of_planes);
}

double surface_area(const NeighbourPairs& pairs, int pair, const std::array<double, 3>& spacing) {
  PerDirection one{};
  one.fill(1);
  return crofton(cuts_of(as_numbers(pairs.of_pair[static_cast<std::size_t>(pair)]), pairs.lag, spacing, one),
                 spacing) *
         spacing[0] * spacing[1] * spacing[2];
}

}  // namespace tauvox
