// Level 0 of the multigrid solver: blocks of 2x2x2 voxels, their aggregates (multigrid/graph.hpp says which
// voxels belong together), and the graph of these.
//
// Bytes per voxel: 1, and 0.63 where the masks of the blocks say it all.
#pragma once

#include <array>
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

/// Aggregates of the voxels.
/// @throws Error(input_invalid) beyond 2^32 aggregates
Blocks aggregate_voxels(const Device& device, const Medium<float>& medium);
/// Rows that the graph of those aggregates has, and room for the links in them: no fewer than there are.
std::array<std::int64_t, 2> count_rows(const Device& device, const Medium<float>& medium,
                                       const Blocks& blocks, std::int64_t most_rows);
/// The graph of those aggregates. Of at most `most_rows` nodes each has a row, of more those that need one.
Graph coarsen_voxels(const Device& device, const Medium<float>& medium, const Blocks& blocks,
                     std::int64_t most_rows);
}  // namespace tauvox
