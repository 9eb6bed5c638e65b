// The coarse levels of the multigrid solver: graphs whose nodes are aggregates of the level below.
//
// Voxels lie in blocks of 2x2x2, these in blocks of 2x2x2 of blocks, and so on. Inside a block the connected
// components of its strong links are the aggregates, so a pore wall between two voxels stays a wall on every
// level, and a poorly conducting phase is not mixed with a good one. The nodes of a block have consecutive
// numbers. A link is strong where its conductance exceeds 0.1 of the largest at both ends; a node without a
// strong link joins its best neighbour in the block if that link has more than 0.3 of its largest. The
// conductance between two aggregates is the sum of those it gathers (Galerkin with piecewise constants).
//
// Bytes: 1 per voxel for the blocks of level 0, 0.63 where their masks say it all; 12 per node and 6 per
// link. Conductances are sums of the rounded ones of the level below, rounded again, and diagonals are sums
// of what is stored: each level is a resistor network.
#pragma once

#include <memory>
#include <vector>

#include "kernels/bfloat16.hpp"
#include "kernels/medium.hpp"

namespace tauvox {

inline constexpr float strong_share = 0.1f, orphan_share = 0.3f;
inline constexpr float damping = 0.8f;  // of the Jacobi steps, on every level

/// Aggregates of the voxels, by blocks of 2x2x2. Voxel s = 4 (z & 1) + 2 (y & 1) + (x & 1) of a block.
struct BlockView {
  Extent lattice;
  const std::uint32_t* codes = nullptr;  // per block; null where aggregates follow from the mask alone
  const std::uint8_t* masks = nullptr;   // then: per block, bit s: s conducts
  const std::uint32_t* code_of_mask = nullptr;
  const std::uint32_t* first_node = nullptr;  // per block, and the total behind the last

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
  /// Bits s of the voxels of a block that have a conducting voxel beyond their face towards (axis, sign), in
  /// the block whose code is `other`.
  TAUVOX_HD static std::uint32_t open_faces(std::uint32_t code, std::uint32_t other, int axis, int sign) {
    const int bit = 4 >> axis;  // x: 1, y: 2, z: 4; also how far a voxel's bit is from its neighbour's
    const std::uint32_t low = axis == 2   ? 0x55u
                              : axis == 1 ? 0x33u
                                          : 0x0fu,
                        mask = code >> 24, beyond = other >> 24;
    return sign < 0 ? mask & low & (beyond >> bit) : mask & (low << bit) & (beyond << bit);
  }
  TAUVOX_HD std::int64_t step(int axis) const {
    return axis == 2 ? 1 : axis == 1 ? lattice.nx : lattice.nx * lattice.ny;
  }
  TAUVOX_HD static int position(std::int64_t x, std::int64_t y, std::int64_t z) {
    return static_cast<int>(4 * (z & 1) + 2 * (y & 1) + (x & 1));
  }
  std::int64_t bytes() const { return (codes ? 8 : 5) * lattice.voxels(); }
  /// Aggregate of a conducting voxel.
  TAUVOX_HD std::int64_t node(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const std::int64_t b = block(x >> 1, y >> 1, z >> 1);
    return std::int64_t{first_node[b]} + local(code(b), position(x, y, z));
  }
};

struct Blocks {
  Extent lattice;
  Buffer<std::uint32_t> codes;  // or masks and a table
  Buffer<std::uint8_t> masks;
  Buffer<std::uint32_t> code_of_mask;
  std::shared_ptr<const Buffer<std::uint32_t>> first_node;  // shared with the graph of the aggregates
  std::int64_t nodes = 0;
  BlockView view() const {
    return {lattice, codes.data(), masks.data(), code_of_mask.data(), first_node->data()};
  }
};

struct GraphView {
  Extent lattice;  // of the blocks whose nodes are numbered together
  std::int64_t nodes = 0, links = 0;
  const std::uint32_t* first_node = nullptr;  // per block, and the total
  const std::uint32_t* row_start = nullptr;   // per node, and the total
  const std::uint32_t* neighbour = nullptr;   // per link
  const Bfloat16* weight = nullptr;           // per link: conductance, the same from both sides
  const Bfloat16* plate = nullptr;  // per node: conductance to potential 0, that of plates and shift
  const Bfloat16* inverse_diagonal = nullptr;  // per node
  const std::uint32_t* aggregate = nullptr;    // per node: its node on the next level, if there is one

  /// Of the rows and of what hangs on the nodes: what a product with the matrix has to read.
  std::int64_t matrix_bytes() const { return 6 * links + 8 * nodes; }
};

struct Graph {
  Extent lattice;
  std::int64_t nodes = 0;
  std::shared_ptr<const Buffer<std::uint32_t>> first_node;
  Buffer<std::uint32_t> row_start, neighbour;
  Buffer<Bfloat16> weight, plate, inverse_diagonal;
  Buffer<std::uint32_t> aggregate;
  std::int64_t links() const { return neighbour.size(); }
  GraphView view() const {
    return {lattice,          nodes,         neighbour.size(), first_node->data(),      row_start.data(),
            neighbour.data(), weight.data(), plate.data(),     inverse_diagonal.data(), aggregate.data()};
  }
};

/// Ranges of the nodes of the eight blocks that make up block (bx, by, bz) of the next level; ascending.
struct Members {
  std::uint32_t begin[8], end[8];
  TAUVOX_HD Members(const GraphView& fine, std::int64_t bx, std::int64_t by, std::int64_t bz) {
    for (int s = 0; s < 8; ++s) {
      const std::int64_t x = 2 * bx + (s & 1), y = 2 * by + ((s >> 1) & 1), z = 2 * bz + (s >> 2);
      begin[s] = end[s] = 0;
      if (x >= fine.lattice.nx || y >= fine.lattice.ny || z >= fine.lattice.nz) continue;
      const std::int64_t b = x + fine.lattice.nx * (y + fine.lattice.ny * z);
      begin[s] = fine.first_node[b];
      end[s] = fine.first_node[b + 1];
    }
  }
  TAUVOX_HD bool contain(std::uint32_t j) const {
    for (int s = 0; s < 8; ++s)
      if (j >= begin[s] && j < end[s]) return true;
    return false;
  }
};

/// Aggregates of the voxels.
/// @throws Error(input_invalid) beyond 2^32 aggregates
Blocks aggregate_voxels(const Device& device, const Medium<float>& medium);
/// The graph of those aggregates.
Graph coarsen_voxels(const Device& device, const Medium<float>& medium, const Blocks& blocks);
/// Aggregates the nodes of `fine` (fills fine.aggregate) and returns their graph. With `all_links` every link
/// counts as strong: for the end of the hierarchy, where weakly attached nodes would remain for ever.
Graph coarsen_graph(const Device& device, Graph& fine, bool all_links);

}  // namespace tauvox
