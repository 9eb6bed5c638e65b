#include "kernels/bound/repair.hpp"

#include "kernels/base/launch.hpp"

namespace tauvox {
namespace {

struct JacobiStep {
  static constexpr std::int64_t bytes_per_element = 14;
  GraphView A;
  const double* rest;
  float* e;
  TAUVOX_HD void operator()(std::int64_t i) const {
    e[i] = damping * static_cast<float>(rest[i]) * A.inverse_diagonal[i];
  }
};

struct TakeOut {  // rest -= A e
  GraphView A;
  const float* e;
  double* rest;
  std::int64_t bytes() const { return A.matrix_bytes() + 20 * A.nodes; }
  TAUVOX_HD void operator()(std::int64_t i) const {
    const auto here = static_cast<double>(e[i]);
    double flow = A.plate[i] * here;
    for (std::int64_t k = A.row_start[i]; k < A.row_start[i + 1]; ++k)
      flow += A.weight[k] * (here - static_cast<double>(e[A.neighbour[k]]));
    rest[i] -= flow;
  }
};

struct SumAggregates {  // one call a block of the coarse level
  GraphView fine, coarse;
  const double* rest;
  double* coarse_rest;
  std::int64_t bytes() const { return 12 * fine.nodes + 8 * coarse.nodes; }
  TAUVOX_HD void operator()(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    const std::int64_t b = bx + coarse.lattice.nx * (by + coarse.lattice.ny * bz);
    for (std::uint32_t node = coarse.first_node[b]; node < coarse.first_node[b + 1]; ++node)
      coarse_rest[node] = 0;
    const Members members(fine, bx, by, bz);
    for (int s = 0; s < 8; ++s)
      for (std::uint32_t i = members.begin[s]; i < members.end[s]; ++i)
        coarse_rest[fine.aggregate[i]] += rest[i];
  }
};

struct StoreFlux {
  FluxView flux;
  double *link, *plate;
  std::int64_t bytes() const { return flux.bytes() + 8 * (flux.graph.links + flux.graph.nodes); }
  TAUVOX_HD void operator()(std::int64_t i) const {
    for (std::int64_t k = flux.graph.row_start[i]; k < flux.graph.row_start[i + 1]; ++k)
      link[k] = flux.of_link(i, k);
    plate[i] = flux.to_plate(i);
  }
};

/// What the links between aggregates, and those to the plates, conduct: sums of the FP32 conductances in
/// FP64.
struct SumConductances {  // one call a block of the coarse level
  GraphView fine, coarse;
  double *link, *plate;
  /// The sums are cleared, then written.
  std::int64_t bytes() const {
    return fine.matrix_bytes() + 4 * fine.nodes + 4 * coarse.links + 16 * (coarse.links + coarse.nodes);
  }
  TAUVOX_HD void operator()(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    const Members members(fine, bx, by, bz);
    for (int s = 0; s < 8; ++s)
      for (std::uint32_t i = members.begin[s]; i < members.end[s]; ++i) {
        const std::uint32_t here = fine.aggregate[i];
        plate[here] += fine.plate[i];
        for (std::int64_t k = fine.row_start[i]; k < fine.row_start[i + 1]; ++k)
          if (const std::uint32_t there = fine.aggregate[fine.neighbour[k]]; there != here)
            link[find_link(coarse, here, there)] += fine.weight[k];
      }
  }
};

struct Divide {
  static constexpr std::int64_t bytes_per_element = 24;
  double* a;
  const double* b;
  TAUVOX_HD void operator()(std::int64_t i) const { a[i] = b[i] > 0 ? a[i] / b[i] : 0; }
};

constexpr std::uint32_t no_node = 0xffffffffu;

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
    for (int s = 0; s < 8; ++s)
      for (std::uint32_t i = members.begin[s]; i < members.end[s]; ++i) take_outer_flux(i);
    for (int sweep = 0; sweep < sweeps; ++sweep) {
      for (int s = 0; s < 8; ++s)
        for (std::uint32_t i = members.begin[s]; i < members.end[s]; ++i) relax(i);
      for (int s = 7; s >= 0; --s)
        for (std::uint32_t i = members.end[s]; i-- > members.begin[s];) relax(i);
    }
    std::uint32_t next_root = coarse.first_node[bx + coarse.lattice.nx * (by + coarse.lattice.ny * bz)];
    for (int s = 0; s < 8; ++s)
      for (std::uint32_t i = members.begin[s]; i < members.end[s]; ++i) {
        take_inner_flux(i);
        const bool root = fine.aggregate[i] == next_root;  // aggregates are numbered by their first nodes
        next_root += root;
        parent[i] = root ? i : no_node;
      }
    flow_along_tree(grow_tree(members));
  }
  TAUVOX_HD void take_outer_flux(std::uint32_t i) const {
    const std::uint32_t here = fine.aggregate[i];
    double out = fine.plate[i] * plate_drop[here];
    for (std::int64_t k = fine.row_start[i]; k < fine.row_start[i + 1]; ++k)
      if (const std::uint32_t there = fine.aggregate[fine.neighbour[k]]; there != here)
        out += fine.weight[k] * drop[find_link(coarse, here, there)];
    rest[i] -= out;
    y[i] = 0;
  }
  /// y_i such that node i is balanced
  TAUVOX_HD void relax(std::uint32_t i) const {
    double sum = rest[i], diagonal = 0;
    for (std::int64_t k = fine.row_start[i]; k < fine.row_start[i + 1]; ++k) {
      const std::uint32_t j = fine.neighbour[k];
      if (fine.aggregate[j] != fine.aggregate[i]) continue;
      diagonal += fine.weight[k];
      sum += fine.weight[k] * static_cast<double>(y[j]);
    }
    if (diagonal > 0) y[i] = static_cast<float>(sum / diagonal);
  }
  TAUVOX_HD void take_inner_flux(std::uint32_t i) const {
    double out = 0;
    for (std::int64_t k = fine.row_start[i]; k < fine.row_start[i + 1]; ++k)
      if (const std::uint32_t j = fine.neighbour[k]; fine.aggregate[j] == fine.aggregate[i])
        out += fine.weight[k] * (static_cast<double>(y[i]) - static_cast<double>(y[j]));
    rest[i] -= out;
  }
  /// Attaches nodes to neighbours that are attached, until all are; returns the last one.
  TAUVOX_HD std::uint32_t grow_tree(const Members& members) const {
    std::uint32_t last = no_node;
    for (bool grown = true; grown;) {
      grown = false;
      for (int s = 0; s < 8; ++s)
        for (std::uint32_t i = members.begin[s]; i < members.end[s]; ++i) {
          if (parent[i] != no_node || !attach(i)) continue;
          before[i] = last;
          last = i;
          grown = true;
        }
    }
    return last;
  }
  TAUVOX_HD bool attach(std::uint32_t i) const {
    for (std::int64_t k = fine.row_start[i]; k < fine.row_start[i + 1]; ++k) {
      const std::uint32_t j = fine.neighbour[k];
      if (fine.aggregate[j] != fine.aggregate[i] || parent[j] == no_node) continue;
      parent[i] = j;
      return true;
    }
    return false;
  }
  /// Children come behind their parents, so backwards each node has all its children's flux when it passes
  /// on.
  TAUVOX_HD void flow_along_tree(std::uint32_t last) const {
    for (; last != no_node; last = before[last]) rest[parent[last]] += rest[last];
  }
};

}  // namespace

void smooth_and_restrict(const Device& device, const GraphView& A, const GraphView& coarse,
                         RepairLevel& level, Buffer<double>& coarse_rest) {
  level.e = Buffer<float>(device, A.nodes);
  for_each_index(device, A.nodes, JacobiStep{A, level.rest.data(), level.e.data()});
  for_each_index(device, A.nodes, TakeOut{A, level.e.data(), level.rest.data()});
  for_each_cell(device, coarse.lattice, SumAggregates{A, coarse, level.rest.data(), coarse_rest.data()});
}

LinkValues store_flux(const Device& device, const FluxView& flux) {
  LinkValues values{Buffer<double>(device, flux.graph.links), Buffer<double>(device, flux.graph.nodes)};
  for_each_index(device, flux.graph.nodes, StoreFlux{flux, values.link.data(), values.plate.data()});
  return values;
}

void flux_to_drops(const Device& device, const GraphView& fine, const GraphView& coarse, LinkValues& values) {
  LinkValues conductance{Buffer<double>(device, coarse.links), Buffer<double>(device, coarse.nodes)};
  conductance.link.zero();
  conductance.plate.zero();
  for_each_cell(device, coarse.lattice,
                SumConductances{fine, coarse, conductance.link.data(), conductance.plate.data()});
  for_each_index(device, coarse.links, Divide{values.link.data(), conductance.link.data()});
  for_each_index(device, coarse.nodes, Divide{values.plate.data(), conductance.plate.data()});
}

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
