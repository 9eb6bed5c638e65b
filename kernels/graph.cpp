// The graphs of the coarse levels: aggregates of nodes, and Galerkin sums of conductances.
#include "kernels/graph.hpp"

#include "kernels/launch.hpp"
#include "kernels/scan.hpp"

namespace tauvox {
namespace {

struct LargestLink {
  GraphView g;
  float* largest;
  TAUVOX_HD void operator()(std::int64_t i) const {
    float most = 0;
    for (std::int64_t k = g.row_start[i]; k < g.row_start[i + 1]; ++k)
      most = g.weight[k] > most ? g.weight[k] : most;
    largest[i] = most;
  }
};

/// Leaves in `parent` the first node of each node's aggregate, in `sets` the aggregates of each block.
struct FindAggregates {
  GraphView fine;
  const float* largest;
  float share;
  Extent lattice;  // of the next level
  std::uint32_t *parent, *sets;

  TAUVOX_HD std::uint32_t root(std::uint32_t i) const {
    while (parent[i] != i) i = parent[i];
    return i;
  }
  TAUVOX_HD void join(std::uint32_t i, std::uint32_t j) const {
    i = root(i), j = root(j);
    if (i < j)
      parent[j] = i;
    else
      parent[i] = j;
  }
  TAUVOX_HD bool strong(std::uint32_t i, std::uint32_t j, float w) const {
    return w > share * largest[i] && w > share * largest[j];
  }
  TAUVOX_HD void join_strong(const Members& members, std::uint32_t i) const {
    for (std::int64_t k = fine.row_start[i]; k < fine.row_start[i + 1]; ++k) {
      const std::uint32_t j = fine.neighbour[k];
      if (j < i && members.contain(j) && strong(i, j, fine.weight[k])) join(i, j);
    }
  }
  TAUVOX_HD void join_orphan(const Members& members, std::uint32_t i) const {
    float best = orphan_share * largest[i];
    std::uint32_t partner = i;
    for (std::int64_t k = fine.row_start[i]; k < fine.row_start[i + 1]; ++k) {
      const std::uint32_t j = fine.neighbour[k];
      const float w = fine.weight[k];
      if (strong(i, j, w)) return;
      if (w > best && members.contain(j)) best = w, partner = j;
    }
    join(i, partner);
  }
  TAUVOX_HD void operator()(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    const Members members(fine, bx, by, bz);
    for (int s = 0; s < 8; ++s)
      for (std::uint32_t i = members.begin[s]; i < members.end[s]; ++i) parent[i] = i;
    for (int s = 0; s < 8; ++s)
      for (std::uint32_t i = members.begin[s]; i < members.end[s]; ++i) join_strong(members, i);
    for (int s = 0; s < 8; ++s)
      for (std::uint32_t i = members.begin[s]; i < members.end[s]; ++i) join_orphan(members, i);
    std::uint32_t count = 0;
    for (int s = 0; s < 8; ++s)
      for (std::uint32_t i = members.begin[s]; i < members.end[s]; ++i) {
        parent[i] = root(i);
        count += parent[i] == i;
      }
    sets[bx + lattice.nx * (by + lattice.ny * bz)] = count;
  }
};

/// Turns first nodes into numbers of aggregates, in the order of the nodes.
struct NumberAggregates {
  GraphView fine;
  Extent lattice;
  const std::uint32_t* first_node;  // of the next level
  std::uint32_t* aggregate;
  TAUVOX_HD void operator()(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    const Members members(fine, bx, by, bz);
    std::uint32_t next = first_node[bx + lattice.nx * (by + lattice.ny * bz)];
    for (int s = 0; s < 8; ++s)
      for (std::uint32_t i = members.begin[s]; i < members.end[s]; ++i) {
        const std::uint32_t root = aggregate[i];
        aggregate[i] = root == i ? next++ : aggregate[root];  // the root comes first
      }
  }
};

/// Rows under construction: each node has room for all links it may get; equal neighbours are added up.
struct RowsView {
  const std::int64_t* room;  // per node: begin of its part of the two arrays below
  std::uint32_t* neighbour;
  float* weight;
  std::uint32_t* degree;
  float* plate;

  TAUVOX_HD void link(std::uint32_t node, std::uint32_t to, float g) const {
    std::int64_t k = room[node];
    const std::int64_t end = k + degree[node];
    for (; k < end; ++k)
      if (neighbour[k] == to) {
        weight[k] += g;
        return;
      }
    neighbour[end] = to;
    weight[end] = g;
    ++degree[node];
  }
  /// The same for a neighbour that the row does not have yet.
  TAUVOX_HD void link_new(std::uint32_t node, std::uint32_t to, float g) const {
    const std::int64_t k = room[node] + degree[node]++;
    neighbour[k] = to;
    weight[k] = g;
  }
  TAUVOX_HD void link_plate(std::uint32_t node, float g) const { plate[node] += g; }
};

/// Counts links where RowsView would store them: an upper bound, since equal neighbours count again.
struct RoomView {
  std::int64_t* room;
  TAUVOX_HD void link(std::uint32_t node, std::uint32_t, float) const { ++room[node]; }
  TAUVOX_HD void link_new(std::uint32_t node, std::uint32_t, float) const { ++room[node]; }
  TAUVOX_HD void link_plate(std::uint32_t, float) const {}
};

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
    if (medium.shift > 0)
      for (int s = 0; s < 8; ++s)
        if (BlockView::conducts(code, s)) rows.link_plate(number(b, BlockView::local(code, s)), medium.shift);
    if (blocks.inside(bx, by, bz) && (medium.one_class || BlockView::one_aggregate(code)))
      return interfaces(bx, by, bz);
    Met met;
    for (int s = 0; s < 8; ++s) {
      if (!BlockView::conducts(code, s)) continue;
      const Voxel v = Voxel::of_block(bx, by, bz, s);
      for (int axis = 2; axis >= 0; --axis)
        for (int sign = -1; sign <= 1; sign += 2) face(v, s, b, axis, sign, met);
    }
  }
  TAUVOX_HD void face(const Voxel& v, int s, std::int64_t b, int axis, int sign, Met& met) const {
    const int here = BlockView::local(blocks.code(b), s);
    Voxel w = v.next(axis, sign);
    if (w.at[axis] < 0 || w.at[axis] >= medium.length(axis)) {  // a plate, a wall, or the opposite side
      const std::uint8_t c = w.material_class(medium);
      if (c == plate_class) rows.link_plate(number(b, here), face_conductance(medium, v, axis, sign));
      if (c < first_conducting_class) return;
      w = w.wrapped(medium);
    }
    const std::int64_t other = blocks.block(w.at[2] >> 1, w.at[1] >> 1, w.at[0] >> 1);
    const std::uint32_t code = blocks.code(other);
    const int t = BlockView::position(w.at[2], w.at[1], w.at[0]), there = BlockView::local(code, t);
    if (!BlockView::conducts(code, t) || (other == b && there == here)) return;
    if constexpr (counts)
      if (met.again(here, other == b ? 6 : 2 * axis + (sign > 0), there)) return;
    // Without a look at the classes where there is one only.
    rows.link(number(b, here), number(other, there),
              medium.one_class ? medium.scale[axis] : face_conductance(medium, v, axis, sign));
  }
  /// Without boundaries, and without links inside the block: each pair of aggregates meets in one direction
  /// only.
  TAUVOX_HD void interfaces(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    const std::int64_t b = blocks.block(bx, by, bz);
    const std::uint32_t code = blocks.code(b);
    for (int axis = 2; axis >= 0; --axis)
      for (int sign = -1; sign <= 1; sign += 2) {
        const std::int64_t other = b + sign * blocks.step(axis);
        const std::uint32_t there = blocks.code(other);
        std::uint32_t faces = BlockView::open_faces(code, there, axis, sign);
        while (faces != 0) {
          const int s = lowest_bit(faces);
          const int from = BlockView::local(code, s), to = BlockView::local(there, s ^ (4 >> axis));
          float g = 0;
          for (std::uint32_t rest = faces; rest != 0; rest &= rest - 1) {
            const int t = lowest_bit(rest);
            if (BlockView::local(code, t) != from || BlockView::local(there, t ^ (4 >> axis)) != to) continue;
            faces &= ~(1u << t);
            if constexpr (!counts)
              g += medium.one_class ? medium.scale[axis]
                                    : face_conductance(medium, Voxel::of_block(bx, by, bz, t), axis, sign);
          }
          rows.link_new(number(b, from), number(other, to), g);
        }
      }
  }
  TAUVOX_HD std::uint32_t number(std::int64_t b, int local) const {
    return blocks.first_node[b] + static_cast<std::uint32_t>(local);
  }
};

/// Links between aggregates of nodes.
template <class Rows>
struct LinkNodes {
  GraphView fine;
  Rows rows;
  TAUVOX_HD void operator()(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    const Members members(fine, bx, by, bz);
    for (int s = 0; s < 8; ++s)
      for (std::uint32_t i = members.begin[s]; i < members.end[s]; ++i) {
        const std::uint32_t node = fine.aggregate[i];
        rows.link_plate(node, fine.plate[i]);
        for (std::int64_t k = fine.row_start[i]; k < fine.row_start[i + 1]; ++k) {
          const std::uint32_t other = fine.aggregate[fine.neighbour[k]];
          if (other != node) rows.link(node, other, fine.weight[k]);
        }
      }
  }
};

struct PackRow {
  RowsView rows;
  const std::uint32_t* row_start;
  std::uint32_t* neighbour;
  TAUVOX_HD void operator()(std::int64_t i) const {
    const std::int64_t begin = row_start[i], count = row_start[i + 1] - begin;
    for (std::int64_t k = 0; k < count; ++k) neighbour[begin + k] = rows.neighbour[rows.room[i] + k];
  }
};

/// Rounds a row's conductances. Both sides of a link take the smaller node's: their sums may differ in the
/// last bit.
struct RoundRow {
  RowsView rows;
  const std::uint32_t* row_start;
  Bfloat16 *weight, *plate, *inverse_diagonal;
  TAUVOX_HD void operator()(std::int64_t i) const {
    const std::int64_t begin = row_start[i], count = row_start[i + 1] - begin;
    plate[i] = Bfloat16::round_up(rows.plate[i]);
    float diagonal = plate[i];
    for (std::int64_t k = 0; k < count; ++k) {
      const std::uint32_t j = rows.neighbour[rows.room[i] + k];
      const float g =
          j > i ? rows.weight[rows.room[i] + k] : rows.weight[from(j, static_cast<std::uint32_t>(i))];
      weight[begin + k] = Bfloat16::round_up(g);
      diagonal += weight[begin + k];
    }
    inverse_diagonal[i] = Bfloat16::round_up(diagonal > 0 ? 1 / diagonal : 0);
  }
  TAUVOX_HD std::int64_t from(std::uint32_t j, std::uint32_t i) const {
    std::int64_t k = rows.room[j];
    while (rows.neighbour[k] != i) ++k;
    return k;
  }
};

/// Fills the rows of `graph` by two runs of a linker over its blocks: for the room, and for the links.
template <template <class> class Linker, class... Source>
void fill_rows(const Device& device, Graph& graph, const Source&... source) {
  const std::int64_t n = graph.nodes;
  Buffer<std::int64_t> room(device, n + 1);
  room.zero();
  for_each_voxel(device, graph.lattice, Linker<RoomView>{source..., {room.data()}});
  const std::int64_t links = exclusive_scan(device, room.data(), n);
  if (links > std::int64_t{0xffffffff})
    throw Error(ExitCode::input_invalid, "volume is too large for the multigrid solver", "",
                std::to_string(links) + " links between aggregates",
                "at most 2^32 can be numbered; use --crop");
  Buffer<std::uint32_t> neighbour(device, links);
  Buffer<float> weight(device, links), plate(device, n);
  plate.zero();
  graph.row_start = Buffer<std::uint32_t>(device, n + 1);
  graph.row_start.zero();
  const RowsView rows{room.data(), neighbour.data(), weight.data(), graph.row_start.data(), plate.data()};
  for_each_voxel(device, graph.lattice, Linker<RowsView>{source..., rows});
  const std::int64_t kept = exclusive_scan(device, graph.row_start.data(), n);
  graph.weight = Buffer<Bfloat16>(device, kept);
  graph.plate = Buffer<Bfloat16>(device, n);
  graph.inverse_diagonal = Buffer<Bfloat16>(device, n);
  for_each_index(device, n,
                 RoundRow{rows, graph.row_start.data(), graph.weight.data(), graph.plate.data(),
                          graph.inverse_diagonal.data()});
  if (kept == links) {  // the rows are full: nothing to pack
    graph.neighbour = std::move(neighbour);
  } else {
    graph.neighbour = Buffer<std::uint32_t>(device, kept);
    for_each_index(device, n, PackRow{rows, graph.row_start.data(), graph.neighbour.data()});
  }
}

}  // namespace

Graph coarsen_voxels(const Device& device, const Medium<float>& medium, const Blocks& blocks) {
  Graph graph;
  graph.lattice = blocks.lattice;
  graph.nodes = blocks.nodes;
  graph.first_node = blocks.first_node;
  fill_rows<LinkVoxels>(device, graph, medium, blocks.view());
  return graph;
}

Graph coarsen_graph(const Device& device, Graph& fine, bool all_links) {
  Graph graph;
  graph.lattice = {(fine.lattice.nx + 1) / 2, (fine.lattice.ny + 1) / 2, (fine.lattice.nz + 1) / 2};
  const std::int64_t blocks = graph.lattice.voxels();
  Buffer<std::uint32_t> first_node(device, blocks + 1);
  fine.aggregate = Buffer<std::uint32_t>(device, fine.nodes);
  {
    Buffer<float> largest(device, fine.nodes);
    for_each_index(device, fine.nodes, LargestLink{fine.view(), largest.data()});
    for_each_voxel(device, graph.lattice,
                   FindAggregates{fine.view(), largest.data(), all_links ? 0 : strong_share, graph.lattice,
                                  fine.aggregate.data(), first_node.data()});
  }
  graph.nodes = exclusive_scan(device, first_node.data(), blocks);
  for_each_voxel(device, graph.lattice,
                 NumberAggregates{fine.view(), graph.lattice, first_node.data(), fine.aggregate.data()});
  graph.first_node = std::make_shared<Buffer<std::uint32_t>>(std::move(first_node));
  fill_rows<LinkNodes>(device, graph, fine.view());
  return graph;
}

}  // namespace tauvox
