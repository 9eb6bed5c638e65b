// A segmented volume as one bit a voxel and phase, 64 voxels of a row in a word. What is counted on
// neighbours (faces, pairs, edges, Euler numbers, correlations) is a few operations on words and a bit count,
// and exact.
//
// Bytes per voxel: 1/8 a phase, and a word a row and phase.
#pragma once

#include <vector>

#include "kernels/volume/codes.hpp"
#include "kernels/volume/unknowns.hpp"

namespace tauvox {

inline constexpr int most_phases = 8;
/// For labels that belong to no phase.
inline constexpr std::uint8_t no_phase = most_phases;

TAUVOX_HD int bit_count64(std::uint64_t bits) {
#ifdef __CUDA_ARCH__
  return __popcll(bits);
#else
  return __builtin_popcountll(bits);
#endif
}

/// Trivially copyable window on PhaseBits. Behind the last word of every row follows a word of zeros, and one
/// stands before the first row: a row may be read one word too far on both sides.
struct PhaseBitsView {
  const std::uint64_t* first = nullptr;     // first word of the first row of the first phase
  const std::uint64_t* no_voxel = nullptr;  // a row of zeros
  std::int64_t row_words = 0;               // that hold voxels
  int phases = 0;
  Extent extent;

  /// Bit x % 64 of word x / 64 is voxel x.
  TAUVOX_HD const std::uint64_t* row(int phase, std::int64_t y, std::int64_t z) const {
    return first + ((y + extent.ny * z) * phases + phase) * (row_words + 1);
  }
  TAUVOX_HD bool inside(std::int64_t y, std::int64_t z) const {
    return y >= 0 && y < extent.ny && z >= 0 && z < extent.nz;
  }
  /// The same, zeros beyond the volume.
  TAUVOX_HD const std::uint64_t* row_or_zeros(int phase, std::int64_t y, std::int64_t z) const {
    return inside(y, z) ? row(phase, y, z) : no_voxel;
  }
  TAUVOX_HD bool holds(int phase, std::int64_t x, std::int64_t y, std::int64_t z) const {
    return (row(phase, y, z)[x >> 6] >> (x & 63)) & 1u;
  }
};

/// Word w of a row moved so that bit x is what was bit x + s.   @pre -64 < s < 64
TAUVOX_HD std::uint64_t shifted(const std::uint64_t* row, std::int64_t w, int s) {
  if (s == 0) return row[w];
  return s > 0 ? row[w] >> s | row[w + 1] << (64 - s) : row[w] << -s | row[w - 1] >> (64 + s);
}

class PhaseBits {
 public:
  /// @param phase_of_code below `phases`, or no_phase; one for every code that occurs
  /// @throws Error(input_invalid) with more than most_phases phases
  PhaseBits(const Codes& codes, const std::vector<std::uint8_t>& phase_of_code, int phases);

  /// Sets of voxels of one volume, none empty of a device; a voxel may be in several.
  explicit PhaseBits(const std::vector<const Unknowns*>& sets);

  const Extent& extent() const { return extent_; }
  const Device& device() const { return words_.device(); }
  int phases() const { return phases_; }
  PhaseBitsView view() const;
  /// What the device lends.
  static std::int64_t bytes(const Extent& extent, int phases);

 private:
  void make_words(const Device& device);
  static std::int64_t row_words(const Extent& extent) { return (extent.nx + 63) / 64; }
  static std::int64_t words(const Extent& extent, int phases) {
    return 1 + (extent.rows() * phases + 1) * (row_words(extent) + 1);
  }
  Extent extent_;
  int phases_;
  Buffer<std::uint64_t> words_;
};

}  // namespace tauvox
