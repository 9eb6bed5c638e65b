// Two voxels a look-up: a face table indexed by the class pairs of two neighbours along x holds both their g,
// so that one load of a code and one of a vector replace four dependent loads. Gathers took 2.5 times as
// long, and 28 pairs in registers need 8 permutes a face: benchmarks/README.md.
#include "kernels/transport_rows.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <vector>
#define TAUVOX_AVX2 __attribute__((target("avx2")))
#endif

namespace tauvox {

#if defined(__x86_64__)
namespace {

constexpr std::int64_t block = 16;  // voxels whose codes are made at once

// One register of 16 bytes, with the few operations the rows need. `entry` is the logarithm of the bytes of
// two g.
template <class T>
struct Simd;

template <>
struct Simd<double> {
  static constexpr int width = 2, entry = 4;
  using Register = __m128d;
  TAUVOX_AVX2 static Register zero() { return _mm_setzero_pd(); }
  TAUVOX_AVX2 static Register load(const double* p) { return _mm_loadu_pd(p); }
  TAUVOX_AVX2 static void store(double* p, Register v) { _mm_storeu_pd(p, v); }
  TAUVOX_AVX2 static Register add(Register a, Register b) { return _mm_add_pd(a, b); }
  TAUVOX_AVX2 static Register sub(Register a, Register b) { return _mm_sub_pd(a, b); }
  TAUVOX_AVX2 static Register mul(Register a, Register b) { return _mm_mul_pd(a, b); }
  TAUVOX_AVX2 static Register divide_or_zero(Register a, Register b) {
    return _mm_and_pd(_mm_cmpgt_pd(b, zero()), _mm_div_pd(a, b));
  }
  TAUVOX_AVX2 static Register look_up(const double* table, const std::uint16_t* at) {
    return _mm_loadu_pd(reinterpret_cast<const double*>(reinterpret_cast<const char*>(table) + *at));
  }
};

template <>
struct Simd<float> {
  static constexpr int width = 4, entry = 3;
  using Register = __m128;
  TAUVOX_AVX2 static Register zero() { return _mm_setzero_ps(); }
  TAUVOX_AVX2 static Register load(const float* p) { return _mm_loadu_ps(p); }
  TAUVOX_AVX2 static void store(float* p, Register v) { _mm_storeu_ps(p, v); }
  TAUVOX_AVX2 static Register add(Register a, Register b) { return _mm_add_ps(a, b); }
  TAUVOX_AVX2 static Register sub(Register a, Register b) { return _mm_sub_ps(a, b); }
  TAUVOX_AVX2 static Register mul(Register a, Register b) { return _mm_mul_ps(a, b); }
  TAUVOX_AVX2 static Register divide_or_zero(Register a, Register b) {
    return _mm_and_ps(_mm_cmpgt_ps(b, zero()), _mm_div_ps(a, b));
  }
  TAUVOX_AVX2 static Register look_up(const float* table, const std::uint16_t* at) {
    const char* bytes = reinterpret_cast<const char*>(table);
    const __m128 low = _mm_castsi128_ps(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(bytes + at[0])));
    return _mm_loadh_pi(low, reinterpret_cast<const __m64*>(bytes + at[1]));
  }
};

TAUVOX_AVX2 __m128i load16(const std::uint8_t* c) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(c));
}
/// Nothing conducts in a block of walls: what a structure of 60 % solid saves is worth a test a block.
TAUVOX_AVX2 bool all_walls(const std::uint8_t* c) { return _mm_testz_si128(load16(c), load16(c)); }

/// g of two voxels by the code k = (n a + b) + n^2 (n a' + b') of their class pairs (a, b) and (a', b').
/// n^4 entries an axis; only the lines of pairs that occur are touched. Equal axes share one table.
template <class T>
class Avx2Rows final : public TunedRows<T> {
  using S = Simd<T>;

 public:
  explicit Avx2Rows(const FaceTable& faces) : n_(faces.classes) {
    const int pairs = n_ * n_;
    for (const Axis axis : all_axes) {
      const auto a = static_cast<std::size_t>(axis);
      for (int second = 0; second < pairs; ++second)
        for (int first = 0; first < pairs; ++first) {
          g_[a].push_back(static_cast<T>(faces(axis, first / n_, first % n_)));
          g_[a].push_back(static_cast<T>(faces(axis, second / n_, second % n_)));
        }
      table_[a] = a > 0 && g_[a] == g_[a - 1] ? table_[a - 1] : g_[a].data();
    }
  }

  TAUVOX_AVX2 void apply(const std::uint8_t* c, const T* u, T* q, std::int64_t nx, std::int64_t row_stride,
                         std::int64_t plane_stride) const override {
    const T* const table[3] = {table_[0], table_[1], table_[2]};
    const std::int64_t step[6] = {-1, 1, -row_stride, row_stride, -plane_stride, plane_stride};
    for (std::int64_t begin = 0; begin < nx; begin += block) {
      const std::int64_t x = std::min(begin, nx - block);  // the last block may redo voxels of the one before
      if (all_walls(c + x)) {
        for (std::int64_t i = 0; i < block; i += S::width) S::store(q + x + i, S::zero());
        continue;
      }
      alignas(16) std::uint16_t at[6][block / 2];
      codes(c + x, step, at);
      for (std::int64_t i = 0; i < block; i += S::width) {
        const auto here = S::load(u + x + i);
        auto sum = S::zero();
        for (int f = 0; f < 6; ++f) {
          const auto g = S::look_up(table[2 - f / 2], at[f] + i / 2);
          sum = S::add(sum, S::mul(S::sub(here, S::load(u + x + i + step[f])), g));
        }
        S::store(q + x + i, sum);
      }
    }
  }

  TAUVOX_AVX2 void jacobi(const std::uint8_t* c, const T* r, T* z, std::int64_t nx, std::int64_t row_stride,
                          std::int64_t plane_stride) const override {
    const T* const table[3] = {table_[0], table_[1], table_[2]};
    const std::int64_t step[6] = {-1, 1, -row_stride, row_stride, -plane_stride, plane_stride};
    for (std::int64_t begin = 0; begin < nx; begin += block) {
      const std::int64_t x = std::min(begin, nx - block);
      if (all_walls(c + x)) {
        for (std::int64_t i = 0; i < block; i += S::width) S::store(z + x + i, S::zero());
        continue;
      }
      alignas(16) std::uint16_t at[6][block / 2];
      codes(c + x, step, at);
      for (std::int64_t i = 0; i < block; i += S::width) {
        auto diagonal = S::zero();
        for (int f = 0; f < 6; ++f) diagonal = S::add(diagonal, S::look_up(table[2 - f / 2], at[f] + i / 2));
        S::store(z + x + i, S::divide_or_zero(S::load(r + x + i), diagonal));
      }
    }
  }

 private:
  /// Offsets in bytes into the tables, for the faces x-, x+, y-, y+, z-, z+ of the voxels of a block.
  TAUVOX_AVX2 void codes(const std::uint8_t* c, const std::int64_t (&step)[6],
                         std::uint16_t (&at)[6][block / 2]) const {
    const char n = static_cast<char>(n_);
    const __m128i times_n = _mm_mullo_epi16(_mm_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7), _mm_set1_epi16(n));
    const __m128i here = _mm_shuffle_epi8(_mm_packus_epi16(times_n, times_n), load16(c));
    const __m128i weights = _mm_set1_epi16(static_cast<short>(1 | n_ * n_ << 8));
    for (int f = 0; f < 6; ++f) {
      const __m128i pair = _mm_add_epi8(here, load16(c + step[f]));  // < 64
      const __m128i code = _mm_slli_epi16(_mm_maddubs_epi16(pair, weights), S::entry);
      _mm_store_si128(reinterpret_cast<__m128i*>(at[f]), code);
    }
  }

  int n_;
  std::vector<T> g_[3];
  const T* table_[3];
};

}  // namespace

template <class T>
std::unique_ptr<const TunedRows<T>> avx2_rows(const FaceTable& faces, std::int64_t nx) {
  if (faces.classes > TunedRows<T>::max_classes || nx < block || !__builtin_cpu_supports("avx2"))
    return nullptr;
  return std::make_unique<Avx2Rows<T>>(faces);
}
#else
template <class T>
std::unique_ptr<const TunedRows<T>> avx2_rows(const FaceTable&, std::int64_t) {
  return nullptr;
}
#endif

template std::unique_ptr<const TunedRows<float>> avx2_rows(const FaceTable&, std::int64_t);
template std::unique_ptr<const TunedRows<double>> avx2_rows(const FaceTable&, std::int64_t);

}  // namespace tauvox
