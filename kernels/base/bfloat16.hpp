// The upper half of a float: its range, 8 bits of mantissa. For what only steers a preconditioner.
#pragma once

#include <bit>
#include <cstdint>

#include "kernels/base/extent.hpp"

namespace tauvox {

struct Bfloat16 {
  std::uint16_t bits = 0;

  TAUVOX_HD operator float() const { return as_float(std::uint32_t{bits} << 16); }
  /// Away from zero. Whole numbers up to 256 are exact.   @pre value is finite
  TAUVOX_HD static Bfloat16 round_up(float value) {
    return {static_cast<std::uint16_t>((as_bits(value) + 0xffffu) >> 16)};
  }

 private:
#ifdef __CUDA_ARCH__
  TAUVOX_HD static float as_float(std::uint32_t b) { return __uint_as_float(b); }
  TAUVOX_HD static std::uint32_t as_bits(float f) { return __float_as_uint(f); }
#else
  TAUVOX_HD static float as_float(std::uint32_t b) { return std::bit_cast<float>(b); }
  TAUVOX_HD static std::uint32_t as_bits(float f) { return std::bit_cast<std::uint32_t>(f); }
#endif
};

}  // namespace tauvox
