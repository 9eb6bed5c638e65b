// What is left unbalanced inside the aggregates of a level flows inside them (repair.hpp).
#include "kernels/base/launch.hpp"
#include "kernels/bound/repair.hpp"

namespace tauvox {
namespace {

constexpr std::uint32_t no_node = 0xffffffffu;

/// How many members come before node j, which is one.
TAUVOX_HD std::int64_t place(const Members& members, std::uint32_t j) {
  std::int64_t before = 0;
  int r = 0;
  for (; j < members.begin[r] || j >= members.end[r]; ++r) before += members.end[r] - members.begin[r];
  return before + (j - members.begin[r]);
}

/// The links inside the aggregates of a block of few nodes: what is gone over again and again.
struct InnerLinks {
  static constexpr int most_nodes = 16, most_links = 64;
  std::uint32_t node[most_nodes];
  std::uint8_t start[most_nodes + 1], to[most_links];
  int nodes = 0;
  double weight[most_links];

  /// @return whether there are as few
  TAUVOX_HD bool gather(const GraphView& g, const Members& members) {
    if (members.count() > most_nodes) return false;
    int links = 0;
    bool few = true;
    members.for_each([&](std::uint32_t i) {
      node[nodes] = i;
      start[nodes++] = static_cast<std::uint8_t>(links);
      g.for_each_link(i, [&](const Link& link) {
        if (g.aggregate[link.neighbour] != g.aggregate[i]) return;
        few = few && links < most_links;
        if (!few) return;
        to[links] = static_cast<std::uint8_t>(place(members, link.neighbour));
        weight[links++] = link.weight;
      });
    });
    start[nodes] = static_cast<std::uint8_t>(links);
    return few;
  }
  /// Sum of f(weight, node at the other end) over the links of a node.
  template <class F>
  TAUVOX_HD double sum(int i, const F& f) const {
    double sum = 0;
    for (int k = start[i]; k < start[i + 1]; ++k) sum += f(weight[k], to[k]);
    return sum;
  }
};

struct Balance {  // one call a block of the coarse level
  GraphView fine, coarse;
  const double *drop, *plate_drop;
  int sweeps;
  double* rest;
  float* y;
  std::uint32_t *parent, *before;  // before: the node that was attached to its tree just before this one

  /// Once over what the sweeps work on; a block is small enough to stay in a cache meanwhile.
  std::int64_t bytes() const {
    return fine.matrix_bytes() + 32 * fine.nodes + 12 * coarse.links + 16 * coarse.nodes;
  }
  TAUVOX_HD void operator()(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    const Members members(fine, bx, by, bz);
    InnerLinks inner;
    if (inner.gather(fine, members)) return few(inner, bx, by, bz);
    members.for_each([&](std::uint32_t i) { take_outer_flux(i); });
    for (int sweep = 0; sweep < sweeps; ++sweep) {
      members.for_each([&](std::uint32_t i) { relax(i); });
      for (int r = Members::ranges - 1; r >= 0; --r)
        for (std::uint32_t i = members.end[r]; i-- > members.begin[r];) relax(i);
    }
    std::uint32_t next_root = coarse.first_node[bx + coarse.lattice.nx * (by + coarse.lattice.ny * bz)];
    members.for_each([&](std::uint32_t i) {
      take_inner_flux(i);
      const bool root = fine.aggregate[i] == next_root;  // aggregates are numbered by their first nodes
      next_root += root;
      parent[i] = root ? i : no_node;
    });
    flow_along_tree(grow_tree(members));
  }
  /// The same for a block of few nodes.
  TAUVOX_HD void few(const InnerLinks& in, std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    double left[InnerLinks::most_nodes], inverse[InnerLinks::most_nodes], v[InnerLinks::most_nodes] = {};
    for (int i = 0; i < in.nodes; ++i) {
      left[i] = rest[in.node[i]] - outer_flux(in.node[i]);
      const double diagonal = in.sum(i, [](double w, int) { return w; });
      inverse[i] = diagonal > 0 ? 1 / diagonal : 0;
    }
    const auto relax_one = [&](int i) {
      const double in_flow = in.sum(i, [&](double w, int j) { return w * v[j]; });
      v[i] = static_cast<float>((left[i] + in_flow) * inverse[i]);
    };
    for (int sweep = 0; sweep < sweeps; ++sweep) {
      for (int i = 0; i < in.nodes; ++i) relax_one(i);
      for (int i = in.nodes; i-- > 0;) relax_one(i);
    }
    std::uint32_t next_root = coarse.first_node[bx + coarse.lattice.nx * (by + coarse.lattice.ny * bz)];
    int up[InnerLinks::most_nodes], order[InnerLinks::most_nodes], attached = 0;
    for (int i = 0; i < in.nodes; ++i) {
      left[i] -= in.sum(i, [&](double w, int j) { return w * (v[i] - v[j]); });
      const bool root = fine.aggregate[in.node[i]] == next_root;
      next_root += root;
      up[i] = root ? i : -1;
    }
    for (bool grown = true; grown;) {
      grown = false;
      for (int i = 0; i < in.nodes; ++i)
        for (int k = in.start[i]; up[i] < 0 && k < in.start[i + 1]; ++k)
          if (up[in.to[k]] >= 0) up[i] = in.to[k], order[attached++] = i, grown = true;
    }
    while (attached-- > 0) left[up[order[attached]]] += left[order[attached]];
    for (int i = 0; i < in.nodes; ++i) {
      y[in.node[i]] = static_cast<float>(v[i]);
      rest[in.node[i]] = left[i];
      parent[in.node[i]] = in.node[up[i]];
    }
  }
  TAUVOX_HD double outer_flux(std::uint32_t i) const {
    const std::uint32_t here = fine.aggregate[i];
    double out = fine.plate[i] * plate_drop[here];
    fine.for_each_link(i, [&](const Link& link) {
      if (const std::uint32_t there = fine.aggregate[link.neighbour]; there != here)
        out += link.weight * drop[find_link(coarse, here, there).index];
    });
    return out;
  }
  TAUVOX_HD void take_outer_flux(std::uint32_t i) const {
    rest[i] -= outer_flux(i);
    y[i] = 0;
  }
  /// y_i such that node i is balanced
  TAUVOX_HD void relax(std::uint32_t i) const {
    double sum = rest[i], diagonal = 0;
    fine.for_each_link(i, [&](const Link& link) {
      if (fine.aggregate[link.neighbour] != fine.aggregate[i]) return;
      diagonal += link.weight;
      sum += link.weight * static_cast<double>(y[link.neighbour]);
    });
    if (diagonal > 0) y[i] = static_cast<float>(sum / diagonal);
  }
  TAUVOX_HD void take_inner_flux(std::uint32_t i) const {
    double out = 0;
    fine.for_each_link(i, [&](const Link& link) {
      if (const std::uint32_t j = link.neighbour; fine.aggregate[j] == fine.aggregate[i])
        out += link.weight * (static_cast<double>(y[i]) - static_cast<double>(y[j]));
    });
    rest[i] -= out;
  }
  /// Attaches nodes to neighbours that are attached, until all are; returns the last one.
  TAUVOX_HD std::uint32_t grow_tree(const Members& members) const {
    std::uint32_t last = no_node;
    for (bool grown = true; grown;) {
      grown = false;
      members.for_each([&](std::uint32_t i) {
        if (parent[i] != no_node || !attach(i)) return;
        before[i] = last;
        last = i;
        grown = true;
      });
    }
    return last;
  }
  TAUVOX_HD bool attach(std::uint32_t i) const {
    fine.for_each_link(i, [&](const Link& link) {
      const std::uint32_t j = link.neighbour;
      if (parent[i] == no_node && fine.aggregate[j] == fine.aggregate[i] && parent[j] != no_node)
        parent[i] = j;
    });
    return parent[i] != no_node;
  }
  /// Children come behind their parents, so backwards each node has all its children's flux when it passes
  /// on.
  TAUVOX_HD void flow_along_tree(std::uint32_t last) const {
    for (; last != no_node; last = before[last]) rest[parent[last]] += rest[last];
  }
};

}  // namespace

void balance(const Device& device, const GraphView& fine, const GraphView& coarse, const LinkValues& drops,
             int sweeps, RepairLevel& level) {
  level.y = Buffer<float>(device, fine.nodes);
  level.parent = Buffer<std::uint32_t>(device, fine.nodes);
  Buffer<std::uint32_t> before(device, fine.nodes);
  for_each_cell(device, coarse.lattice,
                Balance{fine, coarse, drops.link.data(), drops.plate.data(), sweeps, level.rest.data(),
                        level.y.data(), level.parent.data(), before.data()});
}

}  // namespace tauvox
