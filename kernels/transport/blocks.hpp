// Level 0 of the multigrid solver: blocks of 2x2x2 voxels, their aggregates (multigrid/graph.hpp says which
// voxels belong together), and the graph of these.
//
// Bytes per voxel: 1, and 0.63 where the masks of the blocks say it all.
#pragma once

#include <memory>

#include "kernels/multigrid/graph.hpp"
#include "kernels/transport/medium.hpp"

namespace tauvox {

/// Aggregates of the voxels, by blocks of 2x2x2. Voxel s = 4 (z & 1) + 2 (y & 1) + (x & 1) of a block.
struct BlockView {
  Extent lattice;
  const std::uint32_t* codes = nullptr;  // per block; null where aggregates follow from the mask alone
  const std::uint8_t* masks = nullptr;   // then: per block, bit s: s conducts
  const std::uint32_t* code_of_mask = nullptr;
  const std::uint32_t* first_node = nullptr;  // per block, and the total behind the last
  std::int64_t nodes = 0;

  /// Bits 3s..3s+2: aggregate of voxel s in the block; bit 24+s: s conducts.
  TAUVOX_HD std::uint32_t code(std::int64_t b) const { return codes ? codes[b] : code_of_mask[masks[b]]; }
  TAUVOX_HD std::int64_t block(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    return bx + lattice.nx * (by + lattice.ny * bz);
  }
  TAUVOX_HD static int local(std::uint32_t code, int s) { return static_cast<int>((code >> (3 * s)) & 7u); }
  TAUVOX_HD static bool conducts(std::uint32_t code, int s) { return (code >> (24 + s)) & 1u; }
  TAUVOX_HD static bool one_aggregate(std::uint32_t code) { return (code & 0xffffffu) == 0; }
  /// Whether all blocks that share faces with block (bx, by, bz) are there, so that no face is a boundary.
  TAUVOX_HD bool inside(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    return bx > 0 && by > 0 && bz > 0 && bx + 1 < lattice.nx && by + 1 < lattice.ny && bz + 1 < lattice.nz;
  }
  TAUVOX_HD std::int64_t step(int axis) const {
    return axis == 2 ? 1 : axis == 1 ? lattice.nx : lattice.nx * lattice.ny;
  }
  TAUVOX_HD static int position(std::int64_t x, std::int64_t y, std::int64_t z) {
    return static_cast<int>(4 * (z & 1) + 2 * (y & 1) + (x & 1));
  }
  /// Whether a block that holds an unknown has one aggregate.
  TAUVOX_HD bool one_node(std::int64_t b) const { return first_node[b + 1] == first_node[b] + 1; }
  std::int64_t bytes() const { return (codes ? 8 : 5) * lattice.voxels(); }
  TAUVOX_HD std::int64_t block_of(const Voxel& v) const { return block(v.x() >> 1, v.y() >> 1, v.z() >> 1); }
  TAUVOX_HD static int position(const Voxel& v) { return position(v.x(), v.y(), v.z()); }
  /// Aggregate of a conducting voxel.
  TAUVOX_HD std::int64_t node(const Voxel& v) const {
    const std::int64_t b = block_of(v);
    return std::int64_t{first_node[b]} + local(code(b), position(v));
  }
  /// Whether no link stays inside a block, so that the faces between blocks are all there is to say of one:
  /// the aggregates are the components of the masks.
  TAUVOX_HD bool all_links_join() const { return masks != nullptr; }
};

struct Blocks {
  Extent lattice;
  Buffer<std::uint32_t> codes;  // or masks and a table
  Buffer<std::uint8_t> masks;
  Buffer<std::uint32_t> code_of_mask;
  std::shared_ptr<const Buffer<std::uint32_t>> first_node;  // shared with the graph of the aggregates
  std::int64_t nodes = 0;
  /// What the device lends for those of a volume, by their masks or by codes.
  static std::int64_t bytes(const Extent& extent, bool by_mask) {
    const std::int64_t blocks = (extent.nx + 1) / 2 * ((extent.ny + 1) / 2) * ((extent.nz + 1) / 2);
    const std::size_t which = by_mask
                                  ? Buffer<std::uint8_t>::bytes(blocks) + Buffer<std::uint32_t>::bytes(256)
                                  : Buffer<std::uint32_t>::bytes(blocks);
    return static_cast<std::int64_t>(which + Buffer<std::uint32_t>::bytes(blocks + 1));
  }
  BlockView view() const {
    return {lattice, codes.data(), masks.data(), code_of_mask.data(), first_node->data(), nodes};
  }
};

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

/// Aggregates of the voxels.
/// @throws Error(input_invalid) beyond 2^32 aggregates
Blocks aggregate_voxels(const Device& device, const Medium<float>& medium);
/// Room for the links of their graph: no fewer than it has.
std::int64_t count_links(const Device& device, const Medium<float>& medium, const Blocks& blocks);
/// The graph of those aggregates.
Graph coarsen_voxels(const Device& device, const Medium<float>& medium, const Blocks& blocks);
}  // namespace tauvox
