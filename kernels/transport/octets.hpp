// The layout of a solver's vectors: eight values for each block of 2x2x2 voxels that holds an unknown.
//
// Such a block is an octet. Octets are numbered along x, then y, then z; slot s = 4 (z & 1) + 2 (y & 1) + (x
// & 1) of an octet is a voxel, and holds 0 where that is no unknown. One more octet, of zeros, stands for all
// that is not there. A neighbour is looked for once for eight voxels, and every pass works on eight values at
// a time.
//
// Bytes: 4 per octet and 0.03 per voxel; 8 more per octet with several classes; a vector 8 sizeof(T) per
// octet.
#pragma once

#include "kernels/transport/problem.hpp"

namespace tauvox {

/// 32 blocks of a row of blocks.
struct OctetWord {
  std::uint32_t mask = 0;   // bit b: block 32 w + b is an octet
  std::uint32_t first = 0;  // number of the first octet of the word, or of the next there is
};

/// An octet, where it is, and its neighbours: numbers of octets, that of the zeros where there is none.
struct Place {
  std::uint32_t octet;
  std::int32_t at[3];       // z, y, x in the lattice
  std::uint32_t around[6];  // before z, behind z, before y, ...
  bool at_end = false;      // whether it meets more at the sides of the volume than walls (Medium::at_end)
};

/// Trivially copyable window on Octets.
struct OctetsView {
  Extent lattice;  // of blocks
  std::int64_t words_per_row = 0, count = 0;
  const OctetWord* words = nullptr;  // [row][word of the row], and one more behind the last
  // Per octet: bit s: slot s is an unknown; bits 8 + s, 16 + s, 24 + s: and so is the voxel beyond its face
  // that leads out of the block along x, y, z.
  const std::uint32_t* codes = nullptr;
  const std::uint32_t* x = nullptr;       // per octet: its place in its row; on a GPU only
  const std::uint8_t* classes = nullptr;  // per slot; null where all unknowns conduct alike

  TAUVOX_HD const OctetWord* row(std::int64_t by, std::int64_t bz) const {
    return words + (by + lattice.ny * bz) * words_per_row;
  }
  TAUVOX_HD std::int64_t length(int axis) const {
    return axis == 0 ? lattice.nz : axis == 1 ? lattice.ny : lattice.nx;
  }
  /// Number of the octet at a place inside the lattice, or of the zeros.
  TAUVOX_HD std::uint32_t find(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    const OctetWord word = row(by, bz)[bx >> 5];
    const std::uint32_t bit = 1u << (bx & 31);
    return word.mask & bit ? word.first + static_cast<std::uint32_t>(bit_count(word.mask & (bit - 1)))
                           : none();
  }
  /// Number of the octet of zeros.
  TAUVOX_HD std::uint32_t none() const { return static_cast<std::uint32_t>(count); }
  /// Where the value of a voxel is in a vector.   @pre it is an unknown
  TAUVOX_HD std::int64_t slot(const Voxel& v) const {
    return 8 * std::int64_t{find(v.x() >> 1, v.y() >> 1, v.z() >> 1)} +
           (4 * (v.z() & 1) + 2 * (v.y() & 1) + (v.x() & 1));
  }
};

class Octets {
 public:
  /// Those of a problem's unknowns, with their classes.
  /// @throws Error(input_invalid) beyond 2^32
  explicit Octets(const Problem& problem);

  std::int64_t count() const { return count_; }
  /// Values of a vector, the octet of zeros included.
  std::int64_t slots() const { return slots(count_); }
  OctetsView view() const;
  /// What the device lends.
  static std::int64_t bytes(const Device& device, const Extent& extent, std::int64_t octets, bool one_class);
  static std::int64_t slots(std::int64_t octets) { return 8 * (octets + 1); }

 private:
  void find(const Problem& problem);

  Extent lattice_;
  std::int64_t count_ = 0;
  Buffer<OctetWord> words_;
  Buffer<std::uint32_t> codes_, x_;
  Buffer<std::uint8_t> classes_;
};

}  // namespace tauvox
