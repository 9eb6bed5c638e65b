// Finds the octets of a set of voxels from its bits, a word of 32 blocks at a time.
#include "kernels/transport/octets.hpp"

#include "kernels/base/launch.hpp"
#include "kernels/base/scan.hpp"

namespace tauvox {
namespace {

/// 64 voxels of a row of the volume as bits; none outside.
struct RowBits {
  UnknownsView set;
  bool joined[3];

  TAUVOX_HD static bool inside(std::int64_t& i, std::int64_t n, bool joined) {
    if (joined) i = i < 0 ? i + n : i >= n ? i - n : i;
    return i >= 0 && i < n;
  }
  TAUVOX_HD std::uint64_t word(std::int64_t w, std::int64_t y, std::int64_t z) const {
    if (!inside(y, set.extent.ny, joined[1]) || !inside(z, set.extent.nz, joined[0])) return 0;
    const UnknownsWord* row = &set.word(0, y, z);
    const std::uint64_t low = row[2 * w].mask, high = 2 * w + 1 < set.words_per_row ? row[2 * w + 1].mask : 0;
    return low | high << 32;
  }
  TAUVOX_HD std::uint64_t bit(std::int64_t x, std::int64_t y, std::int64_t z) const {
    return inside(x, set.extent.nx, joined[2]) && set.conducts(x, y, z) ? 1 : 0;
  }
  /// Voxels of a word whose neighbour along x, away from their block, is in the set too.
  TAUVOX_HD std::uint64_t open_along_x(std::uint64_t own, std::int64_t w, std::int64_t y,
                                       std::int64_t z) const {
    constexpr std::uint64_t even = 0x5555555555555555u;
    if (own == 0) return 0;
    const std::int64_t x = 64 * w, last = set.extent.nx - 1 - x;
    std::uint64_t before = own << 1 | bit(x - 1, y, z), behind = own >> 1;
    const std::int64_t end = last < 63 ? last : 63;
    behind |= bit(x + end + 1, y, z) << end;
    return own & ((before & even) | (behind & ~even));
  }
};

/// Blocks of a word that hold a bit of `voxels`.
TAUVOX_HD std::uint32_t pairs(std::uint64_t voxels) {
  std::uint64_t p = (voxels | voxels >> 1) & 0x5555555555555555u;
  p = (p | p >> 1) & 0x3333333333333333u;
  p = (p | p >> 2) & 0x0f0f0f0f0f0f0f0fu;
  p = (p | p >> 4) & 0x00ff00ff00ff00ffu;
  p = (p | p >> 8) & 0x0000ffff0000ffffu;
  return static_cast<std::uint32_t>(p | p >> 16);
}

struct CountOctets {  // one call a word of blocks
  RowBits bits;
  OctetWord* words;
  std::uint32_t* counts;
  std::int64_t ny;
  TAUVOX_HD void operator()(std::int64_t w, std::int64_t by, std::int64_t bz) const {
    const std::int64_t i = w + (bits.set.words_per_row + 1) / 2 * (by + ny * bz);
    std::uint64_t any = 0;
    for (int k = 0; k < 4; ++k)  // a block at the end may have no second row: not one of the other side
      if (const std::int64_t y = 2 * by + (k & 1), z = 2 * bz + (k >> 1);
          y < bits.set.extent.ny && z < bits.set.extent.nz)
        any |= bits.word(w, y, z);
    const std::uint32_t mask = pairs(any);
    words[i].mask = mask;
    counts[i] = static_cast<std::uint32_t>(bit_count(mask));
  }
};

struct TotalOf {
  const std::uint32_t* counts;
  TAUVOX_HD Sums<1> operator()(std::int64_t i) const { return {{static_cast<double>(counts[i])}}; }
};

struct CodeOctets {  // one call a word of blocks
  RowBits bits;
  OctetWord* words;
  const std::uint32_t* first;
  Extent all;  // of words
  std::uint32_t *codes, *x;
  TAUVOX_HD void operator()(std::int64_t w, std::int64_t by, std::int64_t bz) const {
    const std::int64_t at = w + all.nx * (by + all.ny * bz);
    OctetWord& word = words[at];
    word.first = first[at];
    if (at + 1 == all.cells()) words[at + 1] = {0, first[at + 1]};
    if (word.mask == 0) return;
    std::uint64_t own[4], open[3][4];  // by axis: x, y, z, as the bytes of a code
    for (int k = 0; k < 4; ++k) {
      const std::int64_t y = 2 * by + (k & 1), z = 2 * bz + (k >> 1);
      own[k] = y < bits.set.extent.ny && z < bits.set.extent.nz ? bits.word(w, y, z) : 0;
      open[0][k] = bits.open_along_x(own[k], w, y, z);
      open[1][k] = own[k] == 0 ? 0 : own[k] & bits.word(w, y + (k & 1 ? 1 : -1), z);
      open[2][k] = own[k] == 0 ? 0 : own[k] & bits.word(w, y, z + (k >> 1 ? 1 : -1));
    }
    std::uint32_t i = word.first;
    for (std::uint32_t left = word.mask; left != 0; left &= left - 1, ++i) {
      const int b = lowest_bit(left);
      std::uint32_t code = 0;
      for (int k = 0; k < 4; ++k) {
        code |= static_cast<std::uint32_t>(own[k] >> (2 * b) & 3) << (2 * k);
        for (int axis = 0; axis < 3; ++axis)
          code |= static_cast<std::uint32_t>(open[axis][k] >> (2 * b) & 3) << (8 + 8 * axis + 2 * k);
      }
      codes[i] = code;
      if (x) x[i] = static_cast<std::uint32_t>(32 * w + b);
    }
  }
};

template <class Code>
struct ClassOctets {  // one call a block
  OctetsView octets;
  Extent extent;
  const Code* codes;
  const std::uint8_t* class_of_code;
  std::uint8_t* of_slot;
  TAUVOX_HD void operator()(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    const std::int64_t i = octets.find(bx, by, bz);
    if (i == octets.count) return;
    for (int s = 0; s < 8; ++s) {
      const Voxel v = Voxel::of_block(bx, by, bz, s);
      of_slot[8 * i + s] = (octets.codes[i] >> s) & 1u
                               ? class_of_code[codes[v.x() + extent.nx * (v.y() + extent.ny * v.z())]]
                               : wall_class;
    }
  }
};

}  // namespace

Octets::Octets(const Problem& problem) : lattice_(problem.unknowns->extent().halved()) {
  const Device& device = problem.unknowns->device();
  find(problem);
  if (problem.one_class()) return;
  classes_ = Buffer<std::uint8_t>(device, slots(count_));
  device.zero(classes_.data() + 8 * count_, 8);
  static_assert(wall_class == 0);
  Buffer<std::uint8_t> table(device, static_cast<std::int64_t>(problem.class_of_code.size()));
  table.copy_from(problem.class_of_code);
  problem.codes->visit([&]<class Code>(const Code* codes) {
    for_each_cell(
        device, lattice_,
        ClassOctets<Code>{view(), problem.unknowns->extent(), codes, table.data(), classes_.data()});
  });
}

void Octets::find(const Problem& problem) {
  const Unknowns& unknowns = *problem.unknowns;
  const Device& device = unknowns.device();
  RowBits bits{unknowns.view(), {}};
  for (const Axis axis : all_axes)
    bits.joined[static_cast<std::size_t>(axis)] = problem.sides.is_joined(axis);
  const std::int64_t words_per_row = (lattice_.nx + 31) / 32, words = words_per_row * lattice_.rows();
  const Extent all{words_per_row, lattice_.ny, lattice_.nz};
  words_ = Buffer<OctetWord>(device, words + 1);
  Buffer<std::uint32_t> first(device, words + 1);
  for_each_cell(device, all, CountOctets{bits, words_.data(), first.data(), lattice_.ny});
  if (lattice_.cells() >= std::int64_t{0xffffffff})  // a running total cannot say whether there are so many
    count_ = static_cast<std::int64_t>(sum_over_indices<1>(device, words, TotalOf{first.data()})[0]);
  constexpr std::int64_t longest = std::int64_t{1} << 31;  // an axis; places are 32 bits
  if (count_ >= std::int64_t{0xffffffff} || std::max({lattice_.nx, lattice_.ny, lattice_.nz}) >= longest)
    throw Error(ExitCode::input_invalid, "volume is too large for the solver", "",
                std::to_string(count_) + " blocks of 2x2x2 voxels conduct",
                "fewer than 2^32 can be numbered, and an axis may have 2^32 voxels; use --crop");
  count_ = exclusive_scan(device, first.data(), words);
  codes_ = Buffer<std::uint32_t>(device, count_ + 1);
  device.zero(codes_.data() + count_, sizeof(std::uint32_t));
  if (device.is_cuda()) x_ = Buffer<std::uint32_t>(device, count_);
  for_each_cell(device, all, CodeOctets{bits, words_.data(), first.data(), all, codes_.data(), x_.data()});
}

OctetsView Octets::view() const {
  return {lattice_,  (lattice_.nx + 31) / 32, count_, words_.data(), codes_.data(),
          x_.data(), classes_.data()};
}

std::int64_t Octets::bytes(const Device& device, const Extent& extent, std::int64_t octets, bool one_class) {
  const Extent lattice = extent.halved();
  const std::int64_t words = (lattice.nx + 31) / 32 * lattice.rows() + 1;
  std::size_t sum = Buffer<OctetWord>::bytes(words) + Buffer<std::uint32_t>::bytes(octets + 1);
  if (device.is_cuda()) sum += Buffer<std::uint32_t>::bytes(octets);
  if (!one_class) sum += Buffer<std::uint8_t>::bytes(slots(octets));
  return static_cast<std::int64_t>(sum);
}

}  // namespace tauvox
