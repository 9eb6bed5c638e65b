// The pair of classes on a face becomes a code of 5 bits for 64 voxels at once (one byte permutation), and g
// is taken from registers by that code.
#include "kernels/transport_rows.hpp"

#if defined(__x86_64__)
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // g++ 12 warns about its own intrinsics
#endif
#include <immintrin.h>

#define TAUVOX_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi")))
#endif

namespace tauvox {

#if defined(__x86_64__)

namespace {

bool available() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vbmi");
}

// One register of double or float, with the few operations the rows need.
template <class T>
struct Simd;

template <>
struct Simd<double> {
  static constexpr int width = 8;
  using Register = __m512d;
  using Mask = __mmask8;
  TAUVOX_AVX512 static Register zero() { return _mm512_setzero_pd(); }
  TAUVOX_AVX512 static Register load(Mask m, const double* p) { return _mm512_maskz_loadu_pd(m, p); }
  TAUVOX_AVX512 static void store(Mask m, double* p, Register v) { _mm512_mask_storeu_pd(p, m, v); }
  TAUVOX_AVX512 static Register add(Register a, Register b) { return _mm512_add_pd(a, b); }
  TAUVOX_AVX512 static Register sub(Register a, Register b) { return _mm512_sub_pd(a, b); }
  TAUVOX_AVX512 static Register mul(Register a, Register b) { return _mm512_mul_pd(a, b); }
  TAUVOX_AVX512 static Register divide_or_zero(Register a, Register b) {
    return _mm512_maskz_div_pd(_mm512_cmp_pd_mask(b, zero(), _CMP_GT_OQ), a, b);
  }
  TAUVOX_AVX512 static Register look_up(const double* table,
                                        const std::uint8_t* codes) {  // 32 entries, by 5 bits
    const __m512i i = _mm512_cvtepu8_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(codes)));
    const Register low = _mm512_permutex2var_pd(_mm512_load_pd(table), i, _mm512_load_pd(table + 8));
    const Register high = _mm512_permutex2var_pd(_mm512_load_pd(table + 16), i, _mm512_load_pd(table + 24));
    return _mm512_mask_mov_pd(low, _mm512_test_epi64_mask(i, _mm512_set1_epi64(16)), high);
  }
};

template <>
struct Simd<float> {
  static constexpr int width = 16;
  using Register = __m512;
  using Mask = __mmask16;
  TAUVOX_AVX512 static Register zero() { return _mm512_setzero_ps(); }
  TAUVOX_AVX512 static Register load(Mask m, const float* p) { return _mm512_maskz_loadu_ps(m, p); }
  TAUVOX_AVX512 static void store(Mask m, float* p, Register v) { _mm512_mask_storeu_ps(p, m, v); }
  TAUVOX_AVX512 static Register add(Register a, Register b) { return _mm512_add_ps(a, b); }
  TAUVOX_AVX512 static Register sub(Register a, Register b) { return _mm512_sub_ps(a, b); }
  TAUVOX_AVX512 static Register mul(Register a, Register b) { return _mm512_mul_ps(a, b); }
  TAUVOX_AVX512 static Register divide_or_zero(Register a, Register b) {
    return _mm512_maskz_div_ps(_mm512_cmp_ps_mask(b, zero(), _CMP_GT_OQ), a, b);
  }
  TAUVOX_AVX512 static Register look_up(const float* table, const std::uint8_t* codes) {
    const __m512i i = _mm512_cvtepu8_epi32(_mm_load_si128(reinterpret_cast<const __m128i*>(codes)));
    return _mm512_permutex2var_ps(_mm512_load_ps(table), i, _mm512_load_ps(table + 16));
  }
};

// Codes of the 6 faces of up to 64 voxels; order x-, x+, y-, y+, z-, z+, axis of face f: 2 - f/2.
struct Faces {
  alignas(64) std::uint8_t code[6][64];
  TAUVOX_AVX512 Faces(__m512i pair_code, const std::uint8_t* c, const std::int64_t (&step)[6],
                      __mmask64 mask) {
    const __m512i here = _mm512_slli_epi16(_mm512_maskz_loadu_epi8(mask, c), 3);  // classes < 8: no carry
    for (int f = 0; f < 6; ++f) {
      const __m512i pair = _mm512_or_si512(here, _mm512_maskz_loadu_epi8(mask, c + step[f]));
      _mm512_store_si512(code[f], _mm512_permutexvar_epi8(pair, pair_code));
    }
  }
};

__mmask64 first(std::int64_t n) { return n >= 64 ? ~__mmask64{0} : (__mmask64{1} << n) - 1; }

template <class T>
class Avx512Rows final : public TunedRows<T> {
  using S = Simd<T>;

 public:
  explicit Avx512Rows(const FaceTable& faces) {
    std::uint8_t next = 1;
    for (int a = 1; a < faces.classes; ++a)
      for (int b = a; b < faces.classes; ++b, ++next) {
        code_[a * 8 + b] = code_[b * 8 + a] = next;
        for (Axis axis : all_axes) g_[static_cast<int>(axis)][next] = static_cast<T>(faces(axis, a, b));
      }
  }

  TAUVOX_AVX512 void apply(const std::uint8_t* c, const T* u, T* q, std::int64_t nx, std::int64_t row_stride,
                           std::int64_t plane_stride) const override {
    const std::int64_t step[6] = {-1, 1, -row_stride, row_stride, -plane_stride, plane_stride};
    const __m512i pair_code = _mm512_load_si512(code_);
    for (std::int64_t x = 0; x < nx; x += 64) {
      const Faces faces(pair_code, c + x, step, first(nx - x));
      for (std::int64_t i = 0; i < 64 && x + i < nx; i += S::width) {
        const auto mask = static_cast<typename S::Mask>(first(nx - x - i));
        const auto here = S::load(mask, u + x + i);
        auto sum = S::zero();
        for (int f = 0; f < 6; ++f) {
          const auto g = S::look_up(g_[2 - f / 2], faces.code[f] + i);
          sum = S::add(sum, S::mul(g, S::sub(here, S::load(mask, u + x + i + step[f]))));
        }
        S::store(mask, q + x + i, sum);
      }
    }
  }

  TAUVOX_AVX512 void jacobi(const std::uint8_t* c, const T* r, T* z, std::int64_t nx, std::int64_t row_stride,
                            std::int64_t plane_stride) const override {
    const std::int64_t step[6] = {-1, 1, -row_stride, row_stride, -plane_stride, plane_stride};
    const __m512i pair_code = _mm512_load_si512(code_);
    for (std::int64_t x = 0; x < nx; x += 64) {
      const Faces faces(pair_code, c + x, step, first(nx - x));
      for (std::int64_t i = 0; i < 64 && x + i < nx; i += S::width) {
        const auto mask = static_cast<typename S::Mask>(first(nx - x - i));
        auto diagonal = S::zero();
        for (int f = 0; f < 6; ++f) diagonal = S::add(diagonal, S::look_up(g_[2 - f / 2], faces.code[f] + i));
        S::store(mask, z + x + i, S::divide_or_zero(S::load(mask, r + x + i), diagonal));
      }
    }
  }

 private:
  // Pairs with a wall have code 0 and g = 0.
  alignas(64) std::uint8_t code_[64] = {};  // [a * 8 + b]
  alignas(64) T g_[3][32] = {};             // [axis z, y, x][code]
};

}  // namespace

template <class T>
std::unique_ptr<const TunedRows<T>> avx512_rows(const FaceTable& faces) {
  if (faces.classes > TunedRows<T>::max_classes || !available()) return nullptr;
  return std::make_unique<Avx512Rows<T>>(faces);
}
#else
template <class T>
std::unique_ptr<const TunedRows<T>> avx512_rows(const FaceTable&) {
  return nullptr;
}
#endif

template std::unique_ptr<const TunedRows<float>> avx512_rows(const FaceTable&);
template std::unique_ptr<const TunedRows<double>> avx512_rows(const FaceTable&);

}  // namespace tauvox
