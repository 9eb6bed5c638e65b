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
    A.for_each_link(
        i, [&](const Link& link) { flow += link.weight * (here - static_cast<double>(e[link.neighbour])); });
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
    members.for_each([&](std::uint32_t i) { coarse_rest[fine.aggregate[i]] += rest[i]; });
  }
};

struct StoreFlux {
  FluxView flux;
  double *link, *plate;
  std::int64_t bytes() const { return flux.bytes() + 8 * (flux.graph.links + flux.graph.nodes); }
  TAUVOX_HD void operator()(std::int64_t i) const {
    flux.graph.for_each_link(i, [&](const Link& one) { link[one.index] = flux.of_link(i, one); });
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
    members.for_each([&](std::uint32_t i) {
      const std::uint32_t here = fine.aggregate[i];
      plate[here] += fine.plate[i];
      fine.for_each_link(i, [&](const Link& one) {
        if (const std::uint32_t there = fine.aggregate[one.neighbour]; there != here)
          link[find_link(coarse, here, there).index] += one.weight;
      });
    });
  }
};

struct Divide {  // links, then plates
  static constexpr std::int64_t bytes_per_element = 24;
  std::int64_t links;
  double *link, *plate;
  const double *of_link, *of_plate;
  TAUVOX_HD void operator()(std::int64_t i) const {
    double& a = i < links ? link[i] : plate[i - links];
    const double b = i < links ? of_link[i] : of_plate[i - links];
    a = b > 0 ? a / b : 0;
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
  for_each_index(device, coarse.links + coarse.nodes,
                 Divide{coarse.links, values.link.data(), values.plate.data(), conductance.link.data(),
                        conductance.plate.data()});
}

}  // namespace tauvox
