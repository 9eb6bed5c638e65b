// Eight values at a time, and what is done to them: the arithmetic of every pass over octets (octets.hpp).
//
// One text, two forms. `plain` is an array of eight, which a GPU keeps in registers; it is the reference.
// `vectors` is a vector register of a CPU, by the vector extensions of GCC and Clang; sources for CPUs alone
// define TAUVOX_VECTORS to get it. Same operations in the same order, so the same bits.
#pragma once

#include <type_traits>

#include "kernels/base/extent.hpp"
#ifdef __AVX2__
#include <immintrin.h>
#endif

#ifdef TAUVOX_VECTORS
#define TAUVOX_FORM vectors
#else
#define TAUVOX_FORM plain
#endif

// All of a pass is one piece of code, lambdas included. Not under a sanitizer, which takes minutes for it.
#ifdef __CUDACC__
#define TAUVOX_OCTET TAUVOX_HD
#define TAUVOX_INLINE
#elif defined(__SANITIZE_ADDRESS__)
#define TAUVOX_OCTET inline
#define TAUVOX_INLINE
#else
#define TAUVOX_OCTET TAUVOX_HD
#define TAUVOX_INLINE __attribute__((always_inline))
#endif

// The eight slots stay in registers only where their loop is unrolled. nvcc and GCC spell that differently,
// and what nvcc prepares for GCC may hold neither spelling.
#if defined(__CUDA_ARCH__)
#define TAUVOX_UNROLL _Pragma("unroll")
#elif defined(__CUDACC__)
#define TAUVOX_UNROLL
#else
#define TAUVOX_UNROLL _Pragma("GCC unroll 8")
#endif

namespace tauvox::TAUVOX_FORM {

/// Slots before the middle of a block across an axis; the bit of the axis in a slot's number.
template <int axis>
inline constexpr std::uint32_t low_slots = axis == 2   ? 0x55u
                                           : axis == 1 ? 0x33u
                                                       : 0x0fu;
template <int axis>
inline constexpr int axis_bit = 4 >> axis;

#ifdef TAUVOX_VECTORS

// Eight floats are one register of 32 bytes, eight doubles two.
typedef float Floats __attribute__((vector_size(32)));
typedef std::int32_t FloatBits __attribute__((vector_size(32)));
typedef float HalfFloats __attribute__((vector_size(16)));
typedef double HalfDoubles __attribute__((vector_size(32)));
typedef std::int64_t HalfDoubleBits __attribute__((vector_size(32)));

struct Doubles {
  HalfDoubles half[2];
  TAUVOX_OCTET double operator[](int slot) const { return half[slot >> 2][slot & 3]; }
};
/// Elements of a, then of b, by number.
template <int... element, class V>
TAUVOX_OCTET V shuffle(const V& a, const V& b) {
#if __has_builtin(__builtin_shufflevector)
  return __builtin_shufflevector(a, b, element...);
#else  // GCC before 12
  using Bits = std::conditional_t<sizeof(V{}[0]) == 4, FloatBits, HalfDoubleBits>;
  return __builtin_shuffle(a, b, Bits{element...});
#endif
}

template <class F>
TAUVOX_OCTET Doubles each_half(const F& f) {
  return {{f(0), f(1)}};
}
TAUVOX_OCTET Doubles operator+(const Doubles& a, const Doubles& b) {
  return {{a.half[0] + b.half[0], a.half[1] + b.half[1]}};
}
TAUVOX_OCTET Doubles operator-(const Doubles& a, const Doubles& b) {
  return {{a.half[0] - b.half[0], a.half[1] - b.half[1]}};
}
TAUVOX_OCTET Doubles operator-(const Doubles& a) { return {{-a.half[0], -a.half[1]}}; }
TAUVOX_OCTET Doubles operator*(const Doubles& a, const Doubles& b) {
  return {{a.half[0] * b.half[0], a.half[1] * b.half[1]}};
}
TAUVOX_OCTET Doubles operator*(double a, const Doubles& b) { return {{a * b.half[0], a * b.half[1]}}; }
TAUVOX_OCTET Doubles& operator+=(Doubles& a, const Doubles& b) { return a = a + b; }

template <class W>
using Octet = std::conditional_t<std::is_same_v<W, float>, Floats, Doubles>;

template <class W>
TAUVOX_OCTET Octet<W> splat(W value) {
  if constexpr (std::is_same_v<W, float>)
    return Floats{} + value;
  else
    return {{HalfDoubles{} + value, HalfDoubles{} + value}};
}
// Registers are loaded, stored, widened and joined as such: copied as bytes, or element by element, they go
// through the stack in smaller parts, and reading them back as a whole waits until all of these are written.
typedef float LooseFloats __attribute__((vector_size(32), aligned(4), may_alias));
typedef float LooseHalfFloats __attribute__((vector_size(16), aligned(4), may_alias));
typedef double LooseHalfDoubles __attribute__((vector_size(32), aligned(8), may_alias));

TAUVOX_OCTET HalfDoubles widened(const HalfFloats& four) {
#ifdef __AVX2__
  return reinterpret_cast<HalfDoubles>(_mm256_cvtps_pd(reinterpret_cast<__m128>(four)));
#else
  return __builtin_convertvector(four, HalfDoubles);
#endif
}
template <class W, class O>
TAUVOX_OCTET Octet<W> convert(const O& octet) {
  if constexpr (std::is_same_v<O, Octet<W>>) {
    return octet;
  } else if constexpr (std::is_same_v<W, double>) {
#ifdef __AVX2__
    const auto all = reinterpret_cast<__m256>(octet);
    return {{widened(reinterpret_cast<HalfFloats>(_mm256_castps256_ps128(all))),
             widened(reinterpret_cast<HalfFloats>(_mm256_extractf128_ps(all, 1)))}};
#else
    HalfFloats half[2];
    __builtin_memcpy(half, &octet, sizeof half);
    return {{widened(half[0]), widened(half[1])}};
#endif
  } else {
    const HalfFloats half[2] = {__builtin_convertvector(octet.half[0], HalfFloats),
                                __builtin_convertvector(octet.half[1], HalfFloats)};
#ifdef __AVX2__
    return reinterpret_cast<Floats>(
        _mm256_set_m128(reinterpret_cast<__m128>(half[1]), reinterpret_cast<__m128>(half[0])));
#else
    Floats joined;
    __builtin_memcpy(&joined, half, sizeof joined);
    return joined;
#endif
  }
}
template <class W, class T>
TAUVOX_OCTET Octet<W> load(const T* from) {
  if constexpr (std::is_same_v<T, double>)
    return convert<W>(Doubles{{*reinterpret_cast<const LooseHalfDoubles*>(from),
                               *reinterpret_cast<const LooseHalfDoubles*>(from + 4)}});
  else if constexpr (std::is_same_v<W, double>)
    return {{widened(*reinterpret_cast<const LooseHalfFloats*>(from)),
             widened(*reinterpret_cast<const LooseHalfFloats*>(from + 4))}};
  else
    return *reinterpret_cast<const LooseFloats*>(from);
}
template <class W>
TAUVOX_OCTET void store(W* to, const Octet<W>& octet) {
  if constexpr (std::is_same_v<W, float>)
    *reinterpret_cast<LooseFloats*>(to) = octet;
  else
    for (int h = 0; h < 2; ++h) *reinterpret_cast<LooseHalfDoubles*>(to + 4 * h) = octet.half[h];
}
TAUVOX_OCTET FloatBits spread(std::uint32_t bits) {
  constexpr FloatBits each{1, 2, 4, 8, 16, 32, 64, 128};
  return ((FloatBits{} + static_cast<std::int32_t>(bits)) & each) == each;
}
TAUVOX_OCTET HalfDoubleBits spread(std::uint32_t bits, int half) {
  constexpr HalfDoubleBits each[2] = {{1, 2, 4, 8}, {16, 32, 64, 128}};
  return ((HalfDoubleBits{} + static_cast<std::int64_t>(bits)) & each[half]) == each[half];
}
/// Octet where a bit is set, else `other`.
template <class W>
TAUVOX_OCTET Octet<W> choose(std::uint32_t bits, const Octet<W>& octet, const Octet<W>& other) {
  if constexpr (std::is_same_v<W, float>)
    return spread(bits) ? octet : other;
  else
    return {
        {spread(bits, 0) ? octet.half[0] : other.half[0], spread(bits, 1) ? octet.half[1] : other.half[1]}};
}
/// Octet where a bit is set, else 0.
template <class W>
TAUVOX_OCTET Octet<W> where(std::uint32_t bits, const Octet<W>& octet) {
  if constexpr (std::is_same_v<W, float>)
    return reinterpret_cast<Floats>(spread(bits) & reinterpret_cast<FloatBits>(octet));
  else
    return {
        {reinterpret_cast<HalfDoubles>(spread(bits, 0) & reinterpret_cast<HalfDoubleBits>(octet.half[0])),
         reinterpret_cast<HalfDoubles>(spread(bits, 1) & reinterpret_cast<HalfDoubleBits>(octet.half[1]))}};
}
/// Each slot gets the value on the other side of the middle.
template <int axis>
TAUVOX_OCTET Floats across(const Floats& o) {
  if constexpr (axis == 2) return shuffle<1, 0, 3, 2, 5, 4, 7, 6>(o, o);
  if constexpr (axis == 1) return shuffle<2, 3, 0, 1, 6, 7, 4, 5>(o, o);
  if constexpr (axis == 0) return shuffle<4, 5, 6, 7, 0, 1, 2, 3>(o, o);
}
template <int axis>
TAUVOX_OCTET Doubles across(const Doubles& o) {
  if constexpr (axis == 2)
    return each_half([&](int h) TAUVOX_INLINE { return shuffle<1, 0, 3, 2>(o.half[h], o.half[h]); });
  if constexpr (axis == 1)
    return each_half([&](int h) TAUVOX_INLINE { return shuffle<2, 3, 0, 1>(o.half[h], o.half[h]); });
  if constexpr (axis == 0) return {{o.half[1], o.half[0]}};
}
/// Slots before the middle from one octet, those behind it from another.
template <int axis>
TAUVOX_OCTET Floats halves(const Floats& a, const Floats& b) {
  if constexpr (axis == 2) return shuffle<0, 9, 2, 11, 4, 13, 6, 15>(a, b);
  if constexpr (axis == 1) return shuffle<0, 1, 10, 11, 4, 5, 14, 15>(a, b);
  if constexpr (axis == 0) return shuffle<0, 1, 2, 3, 12, 13, 14, 15>(a, b);
}
template <int axis>
TAUVOX_OCTET Doubles halves(const Doubles& a, const Doubles& b) {
  if constexpr (axis == 2)
    return each_half([&](int h) TAUVOX_INLINE { return shuffle<0, 5, 2, 7>(a.half[h], b.half[h]); });
  if constexpr (axis == 1)
    return each_half([&](int h) TAUVOX_INLINE { return shuffle<0, 1, 6, 7>(a.half[h], b.half[h]); });
  if constexpr (axis == 0) return {{a.half[0], b.half[1]}};
}
/// a / b where b > 0, else 0.
template <class W>
TAUVOX_OCTET Octet<W> divide(const Octet<W>& a, const Octet<W>& b) {
  if constexpr (std::is_same_v<W, float>)
    return b > 0 ? a / b : Floats{};
  else
    return each_half([&](int h)
                         TAUVOX_INLINE { return b.half[h] > 0 ? a.half[h] / b.half[h] : HalfDoubles{}; });
}
/// table[index of each slot]
/// @param few no index is above 7; the table has eight entries at least
template <class W>
TAUVOX_OCTET Octet<W> look_up(const W* table, const std::uint8_t* index, [[maybe_unused]] bool few) {
#ifdef __AVX2__
  if (few) {
    const __m256i at = _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(index)));
    if constexpr (std::is_same_v<W, float>) return _mm256_permutevar8x32_ps(_mm256_loadu_ps(table), at);
    // Of doubles, both halves: element 2 i and 2 i + 1 of what are then sixteen.
    if constexpr (std::is_same_v<W, double>)
      return each_half([&](int h) TAUVOX_INLINE {
        const __m128i four = h == 0 ? _mm256_castsi256_si128(at) : _mm256_extracti128_si256(at, 1);
        const __m256i wide = _mm256_cvtepi32_epi64(four);  // index of a double
        const __m256i both = _mm256_or_si256(
            _mm256_and_si256(_mm256_slli_epi64(wide, 1), _mm256_set1_epi64x(7)),
            _mm256_slli_epi64(
                _mm256_or_si256(_mm256_and_si256(_mm256_slli_epi64(wide, 1), _mm256_set1_epi64x(7)),
                                _mm256_set1_epi64x(1)),
                32));
        const __m256 first = _mm256_loadu_ps(reinterpret_cast<const float*>(table)),
                     second = _mm256_loadu_ps(reinterpret_cast<const float*>(table + 4));
        const __m256 low = _mm256_permutevar8x32_ps(first, both),
                     high = _mm256_permutevar8x32_ps(second, both);
        return reinterpret_cast<HalfDoubles>(
            _mm256_blendv_pd(reinterpret_cast<__m256d>(low), reinterpret_cast<__m256d>(high),
                             reinterpret_cast<__m256d>(_mm256_slli_epi64(wide, 61))));
      });
  }
#endif
  W of_slot[8];
  for (int s = 0; s < 8; ++s) of_slot[s] = table[index[s]];
  return load<W>(of_slot);
}

#else

template <class W>
struct Octet {
  W v[8] = {};
  TAUVOX_OCTET W operator[](int slot) const { return v[slot]; }
};
template <class W, class F>
TAUVOX_OCTET Octet<W> each_slot(const F& f) {
  Octet<W> out;
  TAUVOX_UNROLL
  for (int s = 0; s < 8; ++s) out.v[s] = f(s);
  return out;
}
template <class W>
TAUVOX_OCTET Octet<W> splat(W value) {
  return each_slot<W>([&](int) { return value; });
}
template <class W>
TAUVOX_OCTET Octet<W> operator+(const Octet<W>& a, const Octet<W>& b) {
  return each_slot<W>([&](int s) TAUVOX_INLINE { return a.v[s] + b.v[s]; });
}
template <class W>
TAUVOX_OCTET Octet<W> operator-(const Octet<W>& a, const Octet<W>& b) {
  return each_slot<W>([&](int s) TAUVOX_INLINE { return a.v[s] - b.v[s]; });
}
template <class W>
TAUVOX_OCTET Octet<W> operator-(const Octet<W>& a) {
  return each_slot<W>([&](int s) TAUVOX_INLINE { return -a.v[s]; });
}
template <class W>
TAUVOX_OCTET Octet<W> operator*(const Octet<W>& a, const Octet<W>& b) {
  return each_slot<W>([&](int s) TAUVOX_INLINE { return a.v[s] * b.v[s]; });
}
template <class W>
TAUVOX_OCTET Octet<W> operator*(W a, const Octet<W>& b) {
  return each_slot<W>([&](int s) TAUVOX_INLINE { return a * b.v[s]; });
}
template <class W>
TAUVOX_OCTET Octet<W>& operator+=(Octet<W>& a, const Octet<W>& b) {
  return a = a + b;
}
template <class W, class T>
TAUVOX_OCTET Octet<W> convert(const Octet<T>& octet) {
  return each_slot<W>([&](int s) TAUVOX_INLINE { return static_cast<W>(octet.v[s]); });
}
template <class W, class T>
TAUVOX_OCTET Octet<W> load(const T* from) {
  return each_slot<W>([&](int s) TAUVOX_INLINE { return static_cast<W>(from[s]); });
}
template <class W>
TAUVOX_OCTET void store(W* to, const Octet<W>& octet) {
  TAUVOX_UNROLL
  for (int s = 0; s < 8; ++s) to[s] = octet.v[s];
}
template <class W>
TAUVOX_OCTET Octet<W> choose(std::uint32_t bits, const Octet<W>& octet, const Octet<W>& other) {
  return each_slot<W>([&](int s) TAUVOX_INLINE { return (bits >> s) & 1u ? octet.v[s] : other.v[s]; });
}
template <class W>
TAUVOX_OCTET Octet<W> where(std::uint32_t bits, const Octet<W>& octet) {
  return each_slot<W>([&](int s) TAUVOX_INLINE { return (bits >> s) & 1u ? octet.v[s] : W(0); });
}
template <int axis, class W>
TAUVOX_OCTET Octet<W> across(const Octet<W>& o) {
  return each_slot<W>([&](int s) TAUVOX_INLINE { return o.v[s ^ axis_bit<axis>]; });
}
template <int axis, class W>
TAUVOX_OCTET Octet<W> halves(const Octet<W>& before, const Octet<W>& behind) {
  return each_slot<W>([&](int s) TAUVOX_INLINE { return s & axis_bit<axis> ? behind.v[s] : before.v[s]; });
}
template <class W>
TAUVOX_OCTET Octet<W> divide(const Octet<W>& a, const Octet<W>& b) {
  return each_slot<W>([&](int s) TAUVOX_INLINE { return b.v[s] > 0 ? a.v[s] / b.v[s] : W(0); });
}
template <class W>
TAUVOX_OCTET Octet<W> look_up(const W* table, const std::uint8_t* index, bool /*few*/) {
  return each_slot<W>([&](int s) TAUVOX_INLINE { return table[index[s]]; });
}

#endif

/// f(a, b) of each slot, with scalars: for what is to be written without a thought of octets.
template <class W, class F>
TAUVOX_OCTET Octet<W> slot_by_slot(const Octet<W>& a, const Octet<W>& b, const F& f) {
  W x[8], y[8];
  store<W>(x, a);
  store<W>(y, b);
  for (int s = 0; s < 8; ++s) x[s] = f(x[s], y[s]);
  return load<W>(x);
}

/// Sum of the eight, in a fixed order.
template <class O>
TAUVOX_OCTET auto sum_of(const O& octet) {
  O sum = octet + across<2>(octet);
  sum += across<1>(sum);
  sum += across<0>(sum);
  return sum[0];
}

/// f(constant of the axis) for x, y, z in this order.
template <class F>
TAUVOX_OCTET void for_axes(const F& f) {
  f(std::integral_constant<int, 2>{});
  f(std::integral_constant<int, 1>{});
  f(std::integral_constant<int, 0>{});
}

}  // namespace tauvox::TAUVOX_FORM
