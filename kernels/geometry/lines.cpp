#include "kernels/geometry/lines.hpp"

#include "kernels/base/atomic.hpp"
#include "kernels/geometry/tasks.hpp"

namespace tauvox {
namespace {

TAUVOX_HD int lowest_bit64(std::uint64_t bits) {
#ifdef __CUDA_ARCH__
  return __ffsll(static_cast<long long>(bits)) - 1;
#else
  return __builtin_ctzll(bits);
#endif
}

/// Counts of one phase: [length], of all chords, then of the interior ones.
struct ChordTable {
  std::int64_t* counts;
  std::int64_t along;  // voxels along the axis

  TAUVOX_HD ChordTable of(int phase) const { return {counts + 2 * (along + 1) * phase, along}; }
  /// @param ends_inside on both sides, where the volume goes on
  TAUVOX_HD void add(std::int64_t begin, std::int64_t end, bool ends_inside) const {
    atomic_add(counts + end - begin, 1);
    if (begin > 0 && end < along && ends_inside) atomic_add(counts + along + 1 + end - begin, 1);
  }
};

/// What chords lie in: all of the volume where there is none.
struct SampleBits {
  PhaseBitsView bits;

  TAUVOX_HD bool holds(std::int64_t x, std::int64_t y, std::int64_t z) const {
    if (!bits.first) return true;
    const Extent& e = bits.extent;
    return x >= 0 && x < e.nx && y >= 0 && y < e.ny && z >= 0 && z < e.nz && bits.holds(0, x, y, z);
  }
  TAUVOX_HD std::uint64_t word(std::int64_t w, std::int64_t y, std::int64_t z) const {
    return bits.first ? bits.row_or_zeros(0, y, z)[w] : ~std::uint64_t{0};
  }
};

struct ChordsAlongX {  // one call for some rows of a layer
  PhaseBitsView bits;
  SampleBits sample;
  RowBlocks blocks;
  ChordTable table;

  TAUVOX_HD void operator()(std::int64_t task) const {
    for (int p = 0; p < bits.phases; ++p)
      for (std::int64_t y = blocks.begin(task); y < blocks.end(task); ++y) {
        const std::uint64_t* row = bits.row(p, y, blocks.z(task));
        std::int64_t begin = 0;
        // The word of zeros behind the row ends what reaches its last voxel; where the row fills its last
        // word.
        for (std::int64_t w = 0; w <= bits.row_words; ++w)
          for (std::uint64_t left = row[w] ^ (row[w] << 1 | (w > 0 ? row[w - 1] >> 63 : 0)); left;
               left &= left - 1) {
            const int bit = lowest_bit64(left);
            if ((row[w] >> bit) & 1u)
              begin = 64 * w + bit;
            else
              table.of(p).add(begin, 64 * w + bit,
                              sample.holds(begin - 1, y, blocks.z(task)) &&
                                  sample.holds(64 * w + bit, y, blocks.z(task)));
          }
      }
  }
};

struct ChordsAcrossRows {  // along y or z; one call for 64 lines side by side
  PhaseBitsView bits;
  SampleBits sample;
  bool along_z;
  ChordTable table;

  TAUVOX_HD void operator()(std::int64_t task) const {
    const std::int64_t w = task % bits.row_words, other = task / bits.row_words;
    for (int p = 0; p < bits.phases; ++p) {
      std::int32_t begin[64];
      std::uint64_t before = 0, sample_before = 0, inside = 0;  // inside: what began after the sample had
      for (std::int64_t i = 0; i <= table.along; ++i) {
        const std::int64_t y = along_z ? other : i, z = along_z ? i : other;
        const std::uint64_t now = i == table.along ? 0 : bits.row(p, y, z)[w];
        const std::uint64_t sample_now = i == table.along ? 0 : sample.word(w, y, z);
        const std::uint64_t begins = now & ~before;
        inside = (inside & ~begins) | (begins & sample_before);
        for (std::uint64_t left = begins; left; left &= left - 1)
          begin[lowest_bit64(left)] = static_cast<std::int32_t>(i);
        for (std::uint64_t left = before & ~now; left; left &= left - 1) {
          const int bit = lowest_bit64(left);
          table.of(p).add(begin[bit], i, ((inside & sample_now) >> bit & 1u) != 0);
        }
        before = now;
        sample_before = sample_now;
      }
    }
  }
};

struct CountCorrelation {  // one call for some rows of a layer
  PhaseBitsView bits;
  RowBlocks blocks;
  int axis;
  std::int64_t lags;
  std::int64_t* table;  // [phase][lag]

  TAUVOX_HD std::int64_t in_row(const std::uint64_t* row, std::int64_t lag) const {
    const std::int64_t skip = lag >> 6;
    const int s = static_cast<int>(lag & 63);
    std::int64_t count = 0;
    for (std::int64_t w = 0; w + skip < bits.row_words; ++w)
      count += bit_count64(row[w] & shifted(row + skip, w, s));
    return count;
  }
  TAUVOX_HD std::int64_t between(const std::uint64_t* a, const std::uint64_t* b) const {
    std::int64_t count = 0;
    for (std::int64_t w = 0; w < bits.row_words; ++w) count += bit_count64(a[w] & b[w]);
    return count;
  }
  TAUVOX_HD void operator()(std::int64_t task) const {
    const std::int64_t z = blocks.z(task);
    for (int p = 0; p < bits.phases; ++p)
      for (std::int64_t lag = 0; lag < lags; ++lag) {
        std::int64_t count = 0;
        for (std::int64_t y = blocks.begin(task); y < blocks.end(task); ++y) {
          const std::uint64_t* row = bits.row(p, y, z);
          if (axis == 2)
            count += in_row(row, lag);
          else if (axis == 1 ? y + lag < bits.extent.ny : z + lag < bits.extent.nz)
            count += between(row, bits.row(p, axis == 1 ? y + lag : y, axis == 0 ? z + lag : z));
        }
        if (count) atomic_add(table + p * lags + lag, count);
      }
  }
};

}  // namespace

std::vector<ChordCounts> count_chords(const PhaseBits& bits, Axis axis, const PhaseBits* sample) {
  const PhaseBitsView view = bits.view();
  const SampleBits within{sample ? sample->view() : PhaseBitsView()};
  const Extent& e = bits.extent();
  const std::int64_t along = e.along(axis), lengths = along + 1;
  Buffer<std::int64_t> counts(bits.device(), 2 * lengths * bits.phases());
  counts.zero();
  const ChordTable table{counts.data(), along};
  if (axis == Axis::x) {
    const RowBlocks blocks{e.ny, e.nz};
    for_each_task(bits.device(), blocks.count(), ChordsAlongX{view, within, blocks, table});
  } else {
    const bool along_z = axis == Axis::z;
    for_each_task(bits.device(), view.row_words * (along_z ? e.ny : e.nz),
                  ChordsAcrossRows{view, within, along_z, table});
  }
  const std::vector<std::int64_t> host = counts.to_host();
  std::vector<ChordCounts> found;
  for (auto at = host.begin(); at != host.end(); at += 2 * lengths)
    found.push_back({{at, at + lengths}, {at + lengths, at + 2 * lengths}});
  return found;
}

std::vector<std::vector<std::int64_t>> count_correlation(const PhaseBits& bits, Axis axis,
                                                         std::int64_t lags) {
  Buffer<std::int64_t> table(bits.device(), bits.phases() * lags);
  table.zero();
  const RowBlocks blocks{bits.extent().ny, bits.extent().nz};
  for_each_task(bits.device(), blocks.count(),
                CountCorrelation{bits.view(), blocks, static_cast<int>(axis), lags, table.data()});
  const std::vector<std::int64_t> host = table.to_host();
  std::vector<std::vector<std::int64_t>> found;
  for (auto at = host.begin(); at != host.end(); at += lags) found.emplace_back(at, at + lags);
  return found;
}

}  // namespace tauvox
