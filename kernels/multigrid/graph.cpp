// The graphs of the coarse levels: aggregates of nodes, and Galerkin sums of conductances.
#include "kernels/multigrid/graph.hpp"

#include <algorithm>

#include "kernels/multigrid/graph_rows.hpp"

namespace tauvox {
namespace {

struct LargestLink {
  GraphView g;
  float* largest;
  TAUVOX_HD void operator()(std::int64_t i) const {
    float most = 0;
    g.for_each_link(i, [&](const Link& link) { most = link.weight > most ? link.weight : most; });
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
    fine.for_each_link(i, [&](const Link& link) {
      const std::uint32_t j = link.neighbour;
      if (j < i && members.contain(j) && strong(i, j, link.weight)) join(i, j);
    });
  }
  TAUVOX_HD void join_orphan(const Members& members, std::uint32_t i) const {
    float best = orphan_share * largest[i];
    std::uint32_t partner = i;
    bool orphan = true;
    fine.for_each_link(i, [&](const Link& link) {
      orphan = orphan && !strong(i, link.neighbour, link.weight);
      if (link.weight > best && members.contain(link.neighbour)) best = link.weight, partner = link.neighbour;
    });
    if (orphan) join(i, partner);
  }
  TAUVOX_HD void operator()(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    const Members members(fine, bx, by, bz);
    members.for_each([&](std::uint32_t i) { parent[i] = i; });
    members.for_each([&](std::uint32_t i) { join_strong(members, i); });
    members.for_each([&](std::uint32_t i) { join_orphan(members, i); });
    std::uint32_t count = 0;
    members.for_each([&](std::uint32_t i) {
      parent[i] = root(i);
      count += parent[i] == i;
    });
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
    members.for_each([&](std::uint32_t i) {
      const std::uint32_t root = aggregate[i];
      aggregate[i] = root == i ? next++ : aggregate[root];  // the root comes first
    });
  }
};

/// Sorts the nodes by aggregate. Counts first; then `end`, where each begins, has become where it ends.
struct SortMembers {
  GraphView fine;
  std::uint32_t *end, *member;
  TAUVOX_HD void operator()(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    const Members members(fine, bx, by, bz);
    if (!member) return members.for_each([&](std::uint32_t i) { ++end[fine.aggregate[i]]; });
    for (int r = Members::ranges; r-- > 0;)
      for (std::uint32_t i = members.end[r]; i-- > members.begin[r];) member[--end[fine.aggregate[i]]] = i;
  }
};

/// Links between aggregates of nodes.
template <class Rows>
struct LinkNodes {
  GraphView fine;
  Rows rows;
  TAUVOX_HD void operator()(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    Members(fine, bx, by, bz).for_each([&](std::uint32_t i) { link_member(fine.aggregate[i], i); });
  }
  /// The same for one node, in the same order.
  TAUVOX_HD void operator()(std::int64_t node) const {
    const auto own = static_cast<std::uint32_t>(node);
    rows.graph.for_each_member(fine, own, [&](std::uint32_t i) { link_member(own, i); });
  }
  TAUVOX_HD void link_member(std::uint32_t node, std::uint32_t i) const {
    rows.link_plate(node, fine.plate[i]);
    fine.for_each_link(i, [&](const Link& link) {
      const std::uint32_t other = fine.aggregate[link.neighbour];
      if (other != node) rows.link(node, other, link.weight);
    });
  }
};

/// To the host, `bytes` from an array of a device.
struct CopyOut {
  const void* from;
  void* to;
  std::int64_t bytes;
};
/// Arrays one behind the other, by words of 4 bytes; the padding of a Buffer bears the last one.
struct Pack {
  const std::uint32_t* from[16];
  std::int64_t end[16];
  std::uint32_t* to;
  TAUVOX_HD void operator()(std::int64_t i) const {
    int k = 0;
    while (i >= end[k]) ++k;
    to[i] = from[k][k == 0 ? i : i - end[k - 1]];
  }
};

/// Copies several arrays together: a GPU stops the host once, not once for each.
void copy_out(const Device& device, const std::vector<CopyOut>& copies) {
  Pack pack{};
  std::int64_t words = 0;
  for (std::size_t k = 0; k < copies.size(); ++k) {
    pack.from[k] = static_cast<const std::uint32_t*>(copies[k].from);
    pack.end[k] = words += (copies[k].bytes + 3) / 4;
  }
  const Buffer<std::uint32_t> packed(device, words);
  pack.to = packed.data();
  for_each_index(device, words, pack);
  const std::vector<std::uint32_t> all = packed.to_host();
  const std::uint32_t* from = all.data();
  for (const CopyOut& copy : copies) {
    std::copy_n(reinterpret_cast<const char*>(from), copy.bytes, static_cast<char*>(copy.to));
    from += (copy.bytes + 3) / 4;
  }
}

}  // namespace

Graph coarsen_graph(const Device& device, Graph& fine, bool all_links, bool lists) {
  Graph graph;
  graph.lattice = fine.lattice.halved();
  const std::int64_t blocks = graph.lattice.cells();
  Buffer<std::uint32_t> first_node(device, blocks + 1);
  fine.aggregate = Buffer<std::uint32_t>(device, fine.nodes);
  {
    Buffer<float> largest(device, fine.nodes);
    for_each_index(device, fine.nodes, LargestLink{fine.view(), largest.data()});
    for_each_cell(device, graph.lattice,
                  FindAggregates{fine.view(), largest.data(), all_links ? 0 : strong_share, graph.lattice,
                                 fine.aggregate.data(), first_node.data()});
  }
  graph.nodes = exclusive_scan(device, first_node.data(), blocks);
  for_each_cell(device, graph.lattice,
                NumberAggregates{fine.view(), graph.lattice, first_node.data(), fine.aggregate.data()});
  graph.first_node = std::make_shared<Buffer<std::uint32_t>>(std::move(first_node));
  if (lists && lists_members(fine.nodes, graph.lattice)) {
    Buffer<std::uint32_t> begin(device, graph.nodes + 2);
    begin.zero();
    for_each_cell(device, graph.lattice, SortMembers{fine.view(), begin.data(), nullptr});
    scan_in_place(device, begin.data(), graph.nodes + 1);
    graph.member = Buffer<std::uint32_t>(device, fine.nodes);
    for_each_cell(device, graph.lattice, SortMembers{fine.view(), begin.data() + 1, graph.member.data()});
    graph.first_member = std::move(begin);
  }
  fill_rows<LinkNodes>(device, graph, graph.nodes, fine.most_links(), fine.view());
  return graph;
}

Graph copied(const Device& device, const Graph& graph) {
  Graph copy;
  std::vector<CopyOut> copies;
  const auto add = [&]<class T>(Buffer<T>& to, const Buffer<T>& from) {
    if (!from.data()) return;
    if (device.is_cuda()) {
      to = copied(device, from);
    } else {
      to = Buffer<T>(device, from.size());
      copies.push_back({from.data(), to.data(), from.size() * std::int64_t{sizeof(T)}});
    }
  };
  copy.lattice = graph.lattice;
  copy.nodes = graph.nodes;
  Buffer<std::uint32_t> first_node;
  add(first_node, *graph.first_node);
  add(copy.row_start, graph.row_start);
  add(copy.neighbour, graph.neighbour);
  add(copy.weight, graph.weight);
  add(copy.plate, graph.plate);
  add(copy.inverse_diagonal, graph.inverse_diagonal);
  add(copy.aggregate, graph.aggregate);
  add(copy.first_member, graph.first_member);
  add(copy.member, graph.member);
  add(copy.faces, graph.faces);
  add(copy.block, graph.block);
  add(copy.face_weight, graph.face_weight);
  if (!device.is_cuda()) copy_out(graph.first_node->device(), copies);
  copy.first_node = std::make_shared<Buffer<std::uint32_t>>(std::move(first_node));
  return copy;
}

}  // namespace tauvox
