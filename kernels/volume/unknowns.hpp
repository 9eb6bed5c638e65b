// A set of voxels, such as the unknowns of a problem, numbered along x, then y, then z, without gaps.
//
// Vectors hold unknowns only, which at a porosity of 0.4 is 0.4 of the memory and of the traffic of a full
// grid. A word of 32 voxels of a row knows which of them conduct and how many did before it in the row, so
// the number of a voxel is a look-up and a bit count. Bytes per voxel: 0.25.
#pragma once

#include <vector>

#include "kernels/base/device.hpp"
#include "kernels/base/extent.hpp"
#include "kernels/volume/codes.hpp"

namespace tauvox {

struct UnknownsWord {
  std::uint32_t mask = 0;  // bit b: voxel 32 w + b of the row conducts
  std::uint32_t rank = 0;  // conducting voxels of the row before this word
};

TAUVOX_HD int bit_count(std::uint32_t bits) {
#ifdef __CUDA_ARCH__
  return __popc(bits);
#else
  return __builtin_popcount(bits);
#endif
}

/// Position of the lowest bit that is set.   @pre bits != 0
TAUVOX_HD int lowest_bit(std::uint32_t bits) {
#ifdef __CUDA_ARCH__
  return __ffs(static_cast<int>(bits)) - 1;
#else
  return __builtin_ctz(bits);
#endif
}

/// Trivially copyable window on an Unknowns.
struct UnknownsView {
  const UnknownsWord* words = nullptr;      // [row][word of the row]
  const std::int64_t* row_start = nullptr;  // number of the first unknown of a row; row = y + ny z
  std::int64_t words_per_row = 0;
  Extent extent;

  TAUVOX_HD std::int64_t row(std::int64_t y, std::int64_t z) const { return y + extent.ny * z; }
  TAUVOX_HD const UnknownsWord& word(std::int64_t x, std::int64_t y, std::int64_t z) const {
    return words[row(y, z) * words_per_row + (x >> 5)];
  }
  TAUVOX_HD bool conducts(std::int64_t x, std::int64_t y, std::int64_t z) const {
    return (word(x, y, z).mask >> (x & 31)) & 1u;
  }
  /// @pre conducts(x, y, z)
  TAUVOX_HD std::int64_t number(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const UnknownsWord w = word(x, y, z);
    return row_start[row(y, z)] + w.rank + bit_count(w.mask & ((1u << (x & 31)) - 1u));
  }
};

class Unknowns {
 public:
  Unknowns() = default;
  /// The voxels whose bits are set in `masks`, [row][word of the row]; ranks are counted here.
  /// @pre no bit is set behind the end of a row
  Unknowns(const Extent& extent, Buffer<UnknownsWord> masks);

  static std::int64_t words_per_row(const Extent& extent) { return (extent.nx + 31) / 32; }
  static std::int64_t words(const Extent& extent) { return words_per_row(extent) * extent.ny * extent.nz; }
  /// What the device lends, whatever the set.
  static std::int64_t bytes(const Extent& extent);

  std::int64_t count() const { return count_; }
  const Extent& extent() const { return extent_; }
  const Device& device() const { return words_.device(); }
  UnknownsView view() const { return {words_.data(), row_start_.data(), words_per_row(extent_), extent_}; }

 private:
  Extent extent_;
  Buffer<UnknownsWord> words_;
  Buffer<std::int64_t> row_start_;
  std::int64_t count_ = 0;
};

/// The voxels whose code is in a set.
/// @param in_set 1 or 0 for every code that occurs
Unknowns unknowns_of(const Codes& codes, const std::vector<std::uint8_t>& in_set);

/// The voxels that are in both sets of one volume.
Unknowns in_both(const Unknowns& first, const Unknowns& second);

/// Number of voxels of each code in the set.   @pre on the device of the codes
std::vector<std::int64_t> histogram(const Codes& codes, const Unknowns& set);

}  // namespace tauvox
