#include "kernels/geometry/topology.hpp"

#include "kernels/base/atomic.hpp"
#include "kernels/geometry/tasks.hpp"

namespace tauvox {
namespace {

/// First voxels of runs: bits of `word` whose left neighbour is not set.
TAUVOX_HD std::int64_t run_starts(std::uint64_t word, std::uint64_t word_before) {
  return bit_count64(word & ~(word << 1 | word_before >> 63));
}

// A sum of cells of all dimensions is a sum over what four rows around an edge along x share: along x every
// run is worth 1, whatever its length. With runs(rows that are joined by "and" or by "or"):
//   chi_6  = sum over edges of runs(a) - runs(a & b) - runs(a & c) + runs(a & b & c & d)
//   chi_26 = the same with "or", over edges on the outer sides too
// a is the row at (y, z), b the one before in y, c the one before in z, d before in both.
struct CountEuler {  // one call for some rows of edges of a layer; there is one more than rows of voxels
  PhaseBitsView bits;
  RowBlocks blocks;
  std::int64_t* table;  // [phase][6, 26]

  TAUVOX_HD void operator()(std::int64_t task) const {
    for (int p = 0; p < bits.phases; ++p) {
      std::int64_t six = 0, all = 0;
      for (std::int64_t y = blocks.begin(task); y < blocks.end(task); ++y)
        add(p, y, blocks.z(task), six, all);
      if (six) atomic_add(table + 2 * p, six);
      if (all) atomic_add(table + 2 * p + 1, all);
    }
  }
  TAUVOX_HD void add(int p, std::int64_t y, std::int64_t z, std::int64_t& six, std::int64_t& all) const {
    const std::uint64_t *a = bits.row_or_zeros(p, y, z), *b = bits.row_or_zeros(p, y - 1, z),
                        *c = bits.row_or_zeros(p, y, z - 1), *d = bits.row_or_zeros(p, y - 1, z - 1);
    std::uint64_t before[7] = {};
    for (std::int64_t w = 0; w < bits.row_words; ++w) {
      const std::uint64_t now[7] = {a[w],
                                    a[w] & b[w],
                                    a[w] & c[w],
                                    a[w] & b[w] & c[w] & d[w],
                                    a[w] | b[w],
                                    a[w] | c[w],
                                    a[w] | b[w] | c[w] | d[w]};
      std::int64_t runs[7];
      for (int i = 0; i < 7; ++i) {
        runs[i] = run_starts(now[i], before[i]);
        before[i] = now[i];
      }
      six += runs[0] - runs[1] - runs[2] + runs[3];
      all += runs[0] - runs[4] - runs[5] + runs[6];
    }
  }
};

struct CountTripleEdges {  // one call for some rows of a layer
  PhaseBitsView bits;
  RowBlocks blocks;
  std::array<int, 3> phases;
  std::int64_t* table;  // by direction of the edge

  /// Voxels of phase p in a row or its neighbour: in z, in y, in both, and one further in x.
  TAUVOX_HD std::uint64_t at(int p, std::int64_t y, std::int64_t z, std::int64_t w) const {
    return bits.row_or_zeros(p, y, z)[w];
  }
  TAUVOX_HD std::uint64_t next(int p, std::int64_t y, std::int64_t z, std::int64_t w) const {
    return shifted(bits.row_or_zeros(p, y, z), w, 1);
  }
  TAUVOX_HD void operator()(std::int64_t task) const {
    const std::int64_t z = blocks.z(task);
    std::int64_t count[3] = {};
    for (std::int64_t y = blocks.begin(task); y < blocks.end(task); ++y)
      for (std::int64_t w = 0; w < bits.row_words; ++w) {
        std::uint64_t all[3] = {~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}};
        for (int i = 0; i < 3; ++i) {
          const int p = phases[static_cast<std::size_t>(i)];
          const std::uint64_t here = at(p, y, z, w), right = next(p, y, z, w);
          const std::uint64_t ahead_y = at(p, y + 1, z, w), ahead_z = at(p, y, z + 1, w);
          // On the last layers too few voxels are left for three phases: nothing is counted beyond.
          all[0] &= here | right | ahead_y | next(p, y + 1, z, w);
          all[1] &= here | right | ahead_z | next(p, y, z + 1, w);
          all[2] &= here | ahead_y | ahead_z | at(p, y + 1, z + 1, w);
        }
        for (int axis = 0; axis < 3; ++axis) count[axis] += bit_count64(all[axis]);
      }
    for (int axis = 0; axis < 3; ++axis)
      if (count[axis]) atomic_add(table + axis, count[axis]);
  }
};

}  // namespace

std::vector<EulerNumbers> count_euler(const PhaseBits& bits) {
  Buffer<std::int64_t> table(bits.device(), 2 * bits.phases());
  table.zero();
  const RowBlocks blocks{bits.extent().ny + 1, bits.extent().nz + 1};
  for_each_task(bits.device(), blocks.count(), CountEuler{bits.view(), blocks, table.data()});
  const std::vector<std::int64_t> counts = table.to_host();
  std::vector<EulerNumbers> found;
  for (std::size_t p = 0; p < static_cast<std::size_t>(bits.phases()); ++p)
    found.push_back({counts[2 * p], counts[2 * p + 1]});
  return found;
}

std::array<std::int64_t, 3> count_triple_edges(const PhaseBits& bits, const std::array<int, 3>& phases) {
  Buffer<std::int64_t> table(bits.device(), 3);
  table.zero();
  const RowBlocks blocks{bits.extent().ny, bits.extent().nz};
  for_each_task(bits.device(), blocks.count(), CountTripleEdges{bits.view(), blocks, phases, table.data()});
  std::array<std::int64_t, 3> found{};
  table.copy_to(found);
  return found;
}

}  // namespace tauvox
