// Paints balls into a tile of a volume, the largest first: the inner loop of local thickness. One text, two
// forms as with the passes (kernels/transport/octet.hpp): `plain` is the reference, `vectors` has four rows
// in a register. Included by paint_cpu.cpp, paint_vectors.cpp and their test only; what both compile is in
// the namespace of its form or has no code, for a CPU without those registers must never meet the other's.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

#ifdef __AVX2__
#include <immintrin.h>
#endif

#ifdef TAUVOX_VECTORS
#define TAUVOX_PAINT vectors
#else
#define TAUVOX_PAINT plain
#endif

namespace tauvox {

struct Ball {
  std::uint32_t order;  // as its squared radius: its bits
  std::uint16_t x, y, z;
};

/// Half lengths of the rows of a ball: row (dz, dy) holds the voxels -half .. half.
class BallRows {
 public:
  /// @param weights squares of the voxel's edges z, y, x
  /// @param most steps along z and y that the volume has room for: rows further away are left out
  BallRows(const double (&weights)[3], const std::int64_t (&most)[2])
      : w_{weights[0], weights[1], weights[2]}, most_{most[0], most[1]} {}

  /// Rows of the ball with this squared radius, > 0.
  void set(double value);

  double value = 0;
  std::int64_t half_z = 0, half_y = 0;
  /// Of the row at (0, 0); dy lie beside each other, with 4 empty rows before the first and behind the last,
  /// and dz are `stride` apart.
  const std::int32_t* middle = nullptr;
  std::int64_t stride = 0;

 private:
  static constexpr std::int32_t empty = -(1 << 20);  // ends before it begins, wherever its middle is
  double w_[3];
  std::int64_t most_[2];
  std::vector<std::int32_t> rows_;
};

/// What is still to be painted of a tile of 64^3 voxels: a bit a voxel, a word a row.
struct Unpainted {
  static constexpr std::int64_t edge = 64, group = 4, groups = edge / group;
  std::uint64_t rows[edge * edge];      // [z][y]
  std::uint64_t any[edge * groups];     // bits that one of the four rows of a group has
  std::uint64_t near[groups * groups];  // and one of four layers of groups
  std::int64_t voxels;
};

/// Where a tile lies, z, y, x; `high` is behind its last voxel. `first` is its first voxel in the volume.
template <class Value>
struct Tile {
  std::int64_t low[3], high[3];
  Value* first;
  std::int64_t row, layer;  // from one to the next
};

namespace TAUVOX_PAINT {

/// Bits x - half .. x + half, as far as a word has them.
inline __attribute__((always_inline)) std::uint64_t span(std::int64_t x, std::int64_t half) {
  constexpr std::uint64_t all = ~std::uint64_t{0};
  const std::int64_t low = x - half, high = 63 - x - half;
  return (low <= 0 ? all : low > 63 ? 0 : all << low) & (high <= 0 ? all : high > 63 ? 0 : all >> high);
}

/// Takes from four words what the spans x - half .. x + half of their rows hold.   @return whether that is
/// anything
inline __attribute__((always_inline)) bool take_spans(std::uint64_t* rows, const std::int32_t* half,
                                                      std::int64_t x, std::uint64_t* taken) {
#if defined(TAUVOX_VECTORS) && defined(__AVX2__)
  const __m128i halves = _mm_loadu_si128(reinterpret_cast<const __m128i*>(half));
  const __m128i low = _mm_sub_epi32(_mm_set1_epi32(static_cast<int>(x)), halves);
  const __m128i high = _mm_sub_epi32(_mm_set1_epi32(static_cast<int>(63 - x)), halves);
  const __m256i all = _mm256_set1_epi64x(-1);
  // A shift by more than 63 gives 0.
  const __m256i from = _mm256_sllv_epi64(all, _mm256_cvtepi32_epi64(_mm_max_epi32(low, _mm_setzero_si128())));
  const __m256i to = _mm256_srlv_epi64(all, _mm256_cvtepi32_epi64(_mm_max_epi32(high, _mm_setzero_si128())));
  const __m256i here = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(rows));
  const __m256i span = _mm256_and_si256(from, to);
  if (_mm256_testz_si256(here, span)) return false;
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(taken), _mm256_and_si256(here, span));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(rows), _mm256_andnot_si256(span, here));
  return true;
#else
  std::uint64_t any = 0;
  for (std::int64_t i = 0; i < Unpainted::group; ++i) {
    taken[i] = rows[i] & span(x, half[i]);
    rows[i] ^= taken[i];
    any |= taken[i];
  }
  return any != 0;
#endif
}

/// Paints balls in their order as long as anything of the tile is left: each voxel by the first that holds
/// it.
template <class Value>
void paint_balls(const Ball* balls, std::int64_t count, BallRows& rows, Unpainted& left,
                 const Tile<Value>& tile) {
  constexpr std::int64_t edge = Unpainted::edge, group = Unpainted::group, groups = Unpainted::groups;
  const std::int64_t last_row = tile.high[1] - tile.low[1] - 1, last_layer = tile.high[0] - tile.low[0] - 1;
  for (const Ball* ball = balls; ball < balls + count && left.voxels > 0; ++ball) {
    Value value{};
    if constexpr (std::is_integral_v<Value>)
      value = static_cast<Value>(ball->order);
    else
      std::memcpy(&value, &ball->order, sizeof value);
    if (static_cast<double>(value) != rows.value) rows.set(static_cast<double>(value));
    const std::int64_t x = ball->x - tile.low[2], y = ball->y - tile.low[1], z = ball->z - tile.low[0];
    const std::int64_t z0 = z > rows.half_z ? z - rows.half_z : 0, y0 = y > rows.half_y ? y - rows.half_y : 0;
    const std::int64_t z1 = z + rows.half_z < last_layer ? z + rows.half_z : last_layer;
    const std::int64_t y1 = y + rows.half_y < last_row ? y + rows.half_y : last_row;
    if (y1 < y0) continue;
    const std::int64_t stride = rows.stride;
    const std::uint64_t widest = span(x, *rows.middle);
    for (std::int64_t z4 = z0 & ~3; z4 <= z1; z4 += group)
      for (std::int64_t y4 = y0 & ~3; y4 <= y1; y4 += group) {
        std::uint64_t& near = left.near[groups * (z4 / group) + y4 / group];
        if (!(near & widest)) continue;
        const std::int64_t end = z4 + group <= z1 ? z4 + group : z1 + 1;
        std::int64_t painted = 0, layer = z4 > z0 ? z4 : z0;
        const std::int32_t* half = rows.middle + stride * (layer - z) + y4 - y;
        for (; layer < end; ++layer, half += stride) {
          std::uint64_t &any = left.any[groups * layer + y4 / group], taken[group];
          std::uint64_t* here = left.rows + edge * layer + y4;
          if (!(any & widest) || !take_spans(here, half, x, taken)) continue;
          any = here[0] | here[1] | here[2] | here[3];
          for (std::int64_t r = 0; r < group; ++r) {
            painted += __builtin_popcountll(taken[r]);
            Value* to = tile.first + tile.layer * layer + tile.row * (y4 + r);
            for (std::uint64_t word = taken[r]; word; word &= word - 1) to[__builtin_ctzll(word)] = value;
          }
        }
        if (painted == 0) continue;
        left.voxels -= painted;
        const std::uint64_t* of = left.any + groups * z4 + y4 / group;
        near = of[0] | of[groups] | of[2 * groups] | of[3 * groups];
      }
  }
}

}  // namespace TAUVOX_PAINT

#ifndef TAUVOX_VECTORS
namespace vectors {
template <class Value>
void paint_balls(const Ball* balls, std::int64_t count, BallRows& rows, Unpainted& left,
                 const Tile<Value>& tile);
}
#endif
}  // namespace tauvox
