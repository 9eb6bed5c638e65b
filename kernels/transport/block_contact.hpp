// Where two neighbouring octets touch: what the links between their aggregates are made of.
#pragma once

#include "kernels/transport/blocks.hpp"

namespace tauvox {

/// Faces of an octet towards one of the octets around it, none of which is across a side of the volume.
template <class W>
struct BlockContact {
  const Medium<W>& m;
  std::int64_t here, there;  // octets
  int axis;
  std::uint32_t slots;  // of `here`, that have such a face

  /// @param at block of the octet, which is inside the lattice
  TAUVOX_HD BlockContact(const Medium<W>& medium, std::int64_t octet, const std::int64_t (&at)[3], int along,
                         int sign)
      : m(medium), here(octet), axis(along) {
    const std::uint32_t low = axis == 2 ? 0x55u : axis == 1 ? 0x33u : 0x0fu;
    slots = m.octets.codes[here] >> (24 - 8 * axis) & (sign < 0 ? low : 0xffu & ~low);
    std::int64_t next[3] = {at[0], at[1], at[2]};
    next[axis] += sign;
    there = slots == 0 ? m.octets.count : m.octets.find(next[2], next[1], next[0]);
  }
  /// g of the face of a slot.
  TAUVOX_HD W conductance_of(int s) const {
    if (m.one_class) return m.scale[axis];
    const std::uint8_t* classes = m.octets.classes;
    return m.scale[axis] * conductance(m.law, m.material[classes[8 * here + s]],
                                       m.material[classes[8 * there + (s ^ (4 >> axis))]]);
  }
  /// Of all of them together.
  TAUVOX_HD W conductance_of_all() const {
    if (m.one_class) return static_cast<W>(bit_count(slots)) * m.scale[axis];
    W sum = 0;
    for (std::uint32_t left = slots; left != 0; left &= left - 1) sum += conductance_of(lowest_bit(left));
    return sum;
  }
};

}  // namespace tauvox
