// The coarse levels of the multigrid solver: graphs whose nodes are aggregates of the level below.
//
// Level 0 lies in blocks of 2x2x2 (transport/blocks.hpp), these in blocks of 2x2x2 of blocks, and so on.
// Inside a block the connected components of its strong links are the aggregates, so a wall stays a wall on
// every level, and a poorly conducting phase is not mixed with a good one. The nodes of a block have
// consecutive numbers. A link is strong where its conductance exceeds 0.1 of the largest at both ends; a node
// without a strong link joins its best neighbour in the block if that link has more than 0.3 of its largest.
// The conductance between two aggregates is the sum of those it gathers (Galerkin with piecewise constants).
//
// Bytes: 12 per node and 6 per link; 16 per node of level 1 whose links follow from the lattice. Conductances
// are sums of the rounded ones of the level below, rounded again, and diagonals are sums of what is stored:
// each level is a resistor network.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "kernels/base/bfloat16.hpp"
#include "kernels/base/device.hpp"
#include "kernels/base/extent.hpp"

namespace tauvox {

inline constexpr float strong_share = 0.1f, orphan_share = 0.3f;
inline constexpr float damping = 0.8f;  // of the Jacobi steps, on every level

struct Link {
  std::uint32_t neighbour;
  float weight;
  std::int64_t index = -1;  // in the rows, if it is in one
};

struct GraphView {
  Extent lattice;                             // of the blocks whose nodes are numbered together
  std::int64_t nodes = 0, links = 0;          // links: those in rows
  const std::uint32_t* first_node = nullptr;  // per block, and the total
  const std::uint32_t* row_start = nullptr;   // per row, and the total; node i has row i, but for `faces`
  const std::uint32_t* neighbour = nullptr;   // per link
  const Bfloat16* weight = nullptr;           // per link: conductance, the same from both sides
  const Bfloat16* plate = nullptr;  // per node: conductance to potential 0, that of plates and shift
  const Bfloat16* inverse_diagonal = nullptr;  // per node
  const std::uint32_t* aggregate = nullptr;    // per node: its node on the next level, if there is one
  // Null, or the nodes of the finer level: those of node c, ascending, from first_member[c + 1] on.
  const std::uint32_t *first_member = nullptr, *member = nullptr;
  // Null, or per node: faces towards the blocks of its links at x - 1, x + 1, y - 1, ..., z + 1, three bits
  // each, all of these of one node. Or has_row, and the number of the row.
  const std::uint32_t* faces = nullptr;
  const std::uint32_t* block = nullptr;  // then: per node
  const float* face_weight = nullptr;    // and: [axis x, y, z][faces], eight an axis
  static constexpr std::uint32_t has_row = 0x80000000u;

  /// Of the rows and of what hangs on the nodes: what a product with the matrix has to read.
  std::int64_t matrix_bytes() const { return 6 * links + (faces ? 12 : 8) * nodes; }

  TAUVOX_HD bool in_lattice(std::int64_t i) const { return faces && !(faces[i] & has_row); }
  /// @pre it is not in the lattice
  TAUVOX_HD std::int64_t row(std::int64_t i) const { return faces ? faces[i] & ~has_row : i; }
  /// Of a node in the lattice, towards x - 1, x + 1, ..., where it has faces.
  TAUVOX_HD Link link_across(std::int64_t i, int direction) const {
    const std::int64_t step = direction < 4 ? lattice.nx : lattice.nx * lattice.ny,
                       sign = direction % 2 ? 1 : -1,
                       j = direction < 2 ? i + sign : first_node[block[i] + sign * step];
    return {static_cast<std::uint32_t>(j),
            face_weight[8 * (direction / 2) + (faces[i] >> (3 * direction) & 7u)]};
  }
  /// f(link) for each of a node.
  template <class F>
  TAUVOX_HD void for_each_link(std::int64_t i, const F& f) const {
    if (in_lattice(i)) return for_each_across(i, f, std::make_integer_sequence<int, 6>{});
    const std::int64_t k = row(i);
    for (std::int64_t n = row_start[k]; n < row_start[k + 1]; ++n) f(Link{neighbour[n], weight[n], n});
  }
  template <class F, int... direction>
  TAUVOX_HD void for_each_across(std::int64_t i, const F& f, std::integer_sequence<int, direction...>) const {
    ((faces[i] >> (3 * direction) & 7u ? f(link_across(i, direction)) : void()), ...);
  }
  /// f(i) for the nodes of `fine` that a node gathers, ascending.
  template <class F>
  TAUVOX_HD void for_each_member(const GraphView& fine, std::uint32_t node, const F& f) const;
};

struct Graph {
  Extent lattice;
  std::int64_t nodes = 0;
  std::shared_ptr<const Buffer<std::uint32_t>> first_node;
  Buffer<std::uint32_t> row_start, neighbour;
  Buffer<Bfloat16> weight, plate, inverse_diagonal;
  Buffer<std::uint32_t> aggregate, first_member, member, faces, block;
  Buffer<float> face_weight;
  std::int64_t links() const { return neighbour.size(); }
  std::int64_t rows() const { return row_start.size() - 1; }
  /// With those that follow from the lattice, and those of the next level.
  std::int64_t most_links() const { return links() + 6 * (nodes - rows()); }
  /// What the device lends for so many nodes and rows, and to make them with room for so many links.
  static std::int64_t bytes(std::int64_t nodes, std::int64_t rows, std::int64_t links) {
    return (rows < nodes ? 16 : 8) * nodes + 4 * rows + 6 * links + 1600;
  }
  static std::int64_t bytes_to_make(std::int64_t nodes, std::int64_t rows, std::int64_t room,
                                    std::int64_t links) {
    return (rows < nodes ? 16 : 8) * nodes + 12 * rows + 8 * room + 6 * links + 2400;
  }
  GraphView view() const {
    return {lattice,
            nodes,
            neighbour.size(),
            first_node->data(),
            row_start.data(),
            neighbour.data(),
            weight.data(),
            plate.data(),
            inverse_diagonal.data(),
            aggregate.data(),
            first_member.data(),
            member.data(),
            faces.data(),
            block.data(),
            face_weight.data()};
  }
};

/// The nodes of the eight blocks that make up block (bx, by, bz) of the next level, ascending: two neighbours
/// along x have consecutive ones, so they are four ranges.
struct Members {
  static constexpr int ranges = 4;
  std::uint32_t begin[ranges], end[ranges];
  TAUVOX_HD Members(const GraphView& fine, std::int64_t bx, std::int64_t by, std::int64_t bz) {
    const std::int64_t first = 2 * bx, last = first + 1 < fine.lattice.nx ? first + 1 : first;
    for (int r = 0; r < ranges; ++r) {
      const std::int64_t y = 2 * by + (r & 1), z = 2 * bz + (r >> 1);
      begin[r] = end[r] = 0;
      if (y >= fine.lattice.ny || z >= fine.lattice.nz) continue;
      const std::int64_t row = fine.lattice.nx * (y + fine.lattice.ny * z);
      begin[r] = fine.first_node[row + first];
      end[r] = fine.first_node[row + last + 1];
    }
  }
  TAUVOX_HD bool contain(std::uint32_t j) const {
    for (int r = 0; r < ranges; ++r)
      if (j >= begin[r] && j < end[r]) return true;
    return false;
  }
  TAUVOX_HD std::int64_t count() const {
    std::int64_t sum = 0;
    for (int r = 0; r < ranges; ++r) sum += end[r] - begin[r];
    return sum;
  }
  /// f(i) for each of them.
  template <class F>
  TAUVOX_HD void for_each(const F& f) const {
    for (int r = 0; r < ranges; ++r)
      for (std::uint32_t i = begin[r]; i < end[r]; ++i) f(i);
  }
};

template <class F>
TAUVOX_HD void GraphView::for_each_member(const GraphView& fine, std::uint32_t node, const F& f) const {
  if (member) {
    for (std::uint32_t k = first_member[node + 1]; k < first_member[node + 2]; ++k) f(member[k]);
    return;
  }
  std::int64_t b = 0;  // its block: the last that does not begin behind it
  for (std::int64_t end = lattice.cells(); end - b > 1;) {
    const std::int64_t middle = (b + end) / 2;
    (first_node[middle] <= node ? b : end) = middle;
  }
  const std::int64_t row = b / lattice.nx;
  Members(fine, b - row * lattice.nx, row % lattice.ny, row / lattice.ny).for_each([&](std::uint32_t i) {
    if (fine.aggregate[i] == node) f(i);
  });
}

/// Whether a GPU keeps the members of each node: where a block has few, they are found in it quickly.
inline bool lists_members(std::int64_t fine_nodes, const Extent& lattice) {
  return fine_nodes > 64 * lattice.cells();
}

/// Aggregates the nodes of `fine` (fills fine.aggregate) and returns their graph. With `all_links` every link
/// counts as strong: for the end of the hierarchy, where weakly attached nodes would remain for ever.
/// @param lists whether members are listed, as a GPU wants it (lists_members)
Graph coarsen_graph(const Device& device, Graph& fine, bool all_links, bool lists);

/// The same values on another device: one of the two is a CPU.
template <class T>
Buffer<T> copied(const Device& device, const Buffer<T>& from) {
  Buffer<T> to(device, from.size());
  if (device.is_cuda())
    to.copy_from({from.data(), static_cast<std::size_t>(from.size())});
  else
    from.copy_to({to.data(), static_cast<std::size_t>(to.size())});
  return to;
}

/// The same graph on another device: one of the two is a CPU.
Graph copied(const Device& device, const Graph& graph);

}  // namespace tauvox
