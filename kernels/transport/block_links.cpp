// The graph of the aggregates of the voxels.
#include "kernels/multigrid/graph_rows.hpp"
#include "kernels/transport/block_contact.hpp"

namespace tauvox {
namespace {

/// Links between aggregates of voxels.
template <class Rows>
struct LinkVoxels {
  Medium<float> medium;
  BlockView blocks;
  Rows rows;

  /// Aggregates of the neighbouring blocks that those of a block have met: counting needs each once only.
  struct Met {
    std::uint8_t by_direction[8][7] = {};  // [aggregate of the block][direction; 6: the block itself]
    TAUVOX_HD bool again(int here, int direction, int there) {
      std::uint8_t& seen = by_direction[here][direction];
      const bool known = (seen >> there) & 1u;
      seen = static_cast<std::uint8_t>(seen | (1u << there));
      return known;
    }
  };
  static constexpr bool counts = std::is_same_v<Rows, RoomView>;

  TAUVOX_HD void operator()(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    const std::int64_t b = blocks.block(bx, by, bz);
    const std::uint32_t code = blocks.code(b);
    if (code >> 24 == 0) return;
    const std::int64_t octet = medium.octets.find(bx, by, bz);
    if (medium.shift > 0)
      for (int s = 0; s < 8; ++s)
        if (BlockView::conducts(code, s))
          rows.link_plate(number(b, BlockView::local(code, s)), medium.shift_of(8 * octet + s));
    if (rows.graph.in_lattice(blocks.first_node[b])) return;
    if (blocks.inside(bx, by, bz) && (blocks.all_links_join() || BlockView::one_aggregate(code)))
      return interfaces(bx, by, bz, octet);
    Met met;
    for (int s = 0; s < 8; ++s) {
      if (!BlockView::conducts(code, s)) continue;
      const Voxel v = Voxel::of_block(bx, by, bz, s);
      for (int axis = 2; axis >= 0; --axis)
        for (int sign = -1; sign <= 1; sign += 2) face(v, s, b, octet, axis, sign, met);
    }
  }
  TAUVOX_HD void face(const Voxel& v, int s, std::int64_t b, std::int64_t octet, int axis, int sign,
                      Met& met) const {
    const int here = BlockView::local(blocks.code(b), s);
    Voxel w = v.next(axis, sign);
    if (w.at[axis] < 0 || w.at[axis] >= medium.length(axis)) {  // a plate, a wall, or the opposite side
      const std::uint8_t c = medium.class_of(w);
      if (c == plate_class) rows.link_plate(number(b, here), face_conductance(medium, v, axis, sign));
      if (c < first_conducting_class) return;
      w = medium.wrapped(w);
    }
    const std::int64_t other = blocks.block_of(w);
    const std::uint32_t code = blocks.code(other);
    const int t = BlockView::position(w), there = BlockView::local(code, t);
    if (!BlockView::conducts(code, t) || (other == b && there == here)) return;
    if constexpr (counts)
      if (met.again(here, other == b ? 6 : 2 * axis + (sign > 0), there)) return;
    // Without a look at the classes where there is one only, or where links are counted.
    float g = medium.scale[axis];
    if (!medium.one_class && !counts) {
      const OctetsView& octets = medium.octets;
      const std::int64_t beyond = other == b ? octet : octets.find(w.x() >> 1, w.y() >> 1, w.z() >> 1);
      g *= conductance(medium.law, medium.material[octets.classes[8 * octet + s]],
                       medium.material[octets.classes[8 * beyond + t]]);
    }
    rows.link(number(b, here), number(other, there), g);
  }
  /// Without boundaries, and without links inside the block: each pair of aggregates meets in one direction
  /// only.
  TAUVOX_HD void interfaces(std::int64_t bx, std::int64_t by, std::int64_t bz, std::int64_t octet) const {
    const std::int64_t b = blocks.block(bx, by, bz), at[3] = {bz, by, bx};
    for (int axis = 2; axis >= 0; --axis)
      for (int sign = -1; sign <= 1; sign += 2) {
        const BlockContact<float> to_other(medium, octet, at, axis, sign);
        const std::int64_t other = b + sign * blocks.step(axis);
        std::uint32_t faces = to_other.slots;
        if (faces != 0 && blocks.one_node(b) && blocks.one_node(other)) {
          rows.link_new(blocks.first_node[b], blocks.first_node[other],
                        counts ? 0 : to_other.conductance_of_all());
          continue;
        }
        const std::uint32_t code = blocks.code(b), there = faces == 0 ? 0 : blocks.code(other);
        while (faces != 0) {
          const int s = lowest_bit(faces);
          const int from = BlockView::local(code, s), to = BlockView::local(there, s ^ (4 >> axis));
          float g = 0;
          for (std::uint32_t rest = faces; rest != 0; rest &= rest - 1) {
            const int t = lowest_bit(rest);
            if (BlockView::local(code, t) != from || BlockView::local(there, t ^ (4 >> axis)) != to) continue;
            faces &= ~(1u << t);
            if constexpr (!counts) g += to_other.conductance_of(t);
          }
          rows.link_new(number(b, from), number(other, to), g);
        }
      }
  }
  TAUVOX_HD std::uint32_t number(std::int64_t b, int local) const {
    return blocks.first_node[b] + static_cast<std::uint32_t>(local);
  }
};

/// The links of the nodes that need no row for them (GraphView).
struct FindFaces {
  Medium<float> medium;
  BlockView blocks;
  std::uint32_t *faces, *block, *row;  // row: 1 where there is one
  TAUVOX_HD void operator()(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    const std::int64_t b = blocks.block(bx, by, bz);
    const std::uint32_t links = in_lattice(bx, by, bz, b);
    for (std::uint32_t i = blocks.first_node[b]; i < blocks.first_node[b + 1]; ++i) {
      faces[i] = links;
      block[i] = static_cast<std::uint32_t>(b);
      row[i] = links == GraphView::has_row;
    }
  }
  TAUVOX_HD std::uint32_t in_lattice(std::int64_t bx, std::int64_t by, std::int64_t bz,
                                     std::int64_t b) const {
    if (!blocks.inside(bx, by, bz) || !blocks.one_node(b)) return GraphView::has_row;
    const std::int64_t octet = medium.octets.find(bx, by, bz), at[3] = {bz, by, bx};
    std::uint32_t links = 0;
    for (int axis = 0; axis < 3; ++axis)
      for (int sign = 1; sign >= -1; sign -= 2) {
        const BlockContact<float> to_other(medium, octet, at, axis, sign);
        if (to_other.slots != 0 && !blocks.one_node(b + sign * blocks.step(axis))) return GraphView::has_row;
        links = links << 3 | static_cast<std::uint32_t>(bit_count(to_other.slots));
      }
    return links;
  }
};

struct NumberRow {
  const std::uint32_t* row;
  std::uint32_t* faces;
  TAUVOX_HD void operator()(std::int64_t i) const {
    if (faces[i] == GraphView::has_row) faces[i] |= row[i];
  }
};

/// @return how many nodes need a row
std::int64_t find_faces(const Device& device, const Medium<float>& medium, const Blocks& blocks,
                        Graph& graph) {
  graph.faces = Buffer<std::uint32_t>(device, graph.nodes);
  graph.block = Buffer<std::uint32_t>(device, graph.nodes);
  Buffer<std::uint32_t> row(device, graph.nodes + 1);
  for_each_cell(device, graph.lattice,
                FindFaces{medium, blocks.view(), graph.faces.data(), graph.block.data(), row.data()});
  const std::int64_t rows = exclusive_scan(device, row.data(), graph.nodes);
  for_each_index(device, graph.nodes, NumberRow{row.data(), graph.faces.data()});
  std::vector<float> weight;
  for (const int axis : {2, 1, 0})
    for (int count = 0; count < 8; ++count)
      weight.push_back(Bfloat16::round_up(static_cast<float>(count) * medium.scale[axis]));
  graph.face_weight = Buffer<float>(device, static_cast<std::int64_t>(weight.size()));
  graph.face_weight.copy_from(weight);
  if (rows == graph.nodes) graph.faces = {}, graph.block = {};
  return rows;
}

/// The graph without its links, and how many rows it has.
std::pair<Graph, std::int64_t> without_links(const Device& device, const Medium<float>& medium,
                                             const Blocks& blocks, std::int64_t most_rows) {
  Graph graph;
  graph.lattice = blocks.lattice;
  graph.nodes = blocks.nodes;
  graph.first_node = blocks.first_node;
  const bool alike = medium.one_class && graph.nodes > most_rows && graph.nodes < GraphView::has_row;
  const std::int64_t rows = alike ? find_faces(device, medium, blocks, graph) : graph.nodes;
  return {std::move(graph), rows};
}

}  // namespace

std::array<std::int64_t, 2> count_rows(const Device& device, const Medium<float>& medium,
                                       const Blocks& blocks, std::int64_t most_rows) {
  const auto [graph, rows] = without_links(device, medium, blocks, most_rows);
  return {rows, count_room<LinkVoxels>(device, graph.view(), rows, 0, medium, blocks.view()).second};
}

Graph coarsen_voxels(const Device& device, const Medium<float>& medium, const Blocks& blocks,
                     std::int64_t most_rows) {
  auto [graph, rows] = without_links(device, medium, blocks, most_rows);
  fill_rows<LinkVoxels>(device, graph, rows, 0, medium, blocks.view());
  return std::move(graph);
}

}  // namespace tauvox
