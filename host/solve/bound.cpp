#include "host/solve/bound.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/bound/repair.hpp"

namespace tauvox {
namespace {

/// Relative error allowed to FP64 sums of 1e9 terms in tree order (measured: below 1e-15).
constexpr double sum_margin = 1e-14;

}  // namespace

template <class T>
EnergyBounds bound_energy(const TransportOperator<T>& A, const Hierarchy& hierarchy, const Buffer<T>& v) {
  const Device& device = A.device();
  const std::vector<Graph>& graphs = hierarchy.levels();
  const std::size_t coarsest = graphs.size() - 1;
  // The bounds of electrodes lay up to 2.4 times as far apart as the error with one phase and 3 sweeps; with
  // several phases up to 25 times with 3, and up to 5.3 with 10.
  const int sweeps = hierarchy.blocks().view().all_links_join() ? 3 : 10;
  // Small levels are gone through on the host, but for the finest, whose flux the voxels ask for.
  const std::size_t first_on_host = std::max<std::size_t>(1, hierarchy.first_on_host());
  const auto where = [&](std::size_t l) -> const Device& {
    return l < first_on_host ? device : hierarchy.host();
  };
  const auto graph = [&](std::size_t l, std::size_t with) {
    return (with < first_on_host ? graphs[l] : hierarchy.on_host(l)).view();
  };
  const auto comes_to_host = [&](std::size_t l) { return device.is_cuda() && l == first_on_host; };
  std::vector<RepairLevel> levels(graphs.size());
  levels[0].rest = Buffer<double>(device, graphs[0].nodes);

  EnergyBounds bounds;
  bounds.at = A.evaluate(v, hierarchy.blocks(), levels[0].rest);
  for (std::size_t l = 0; l < coarsest; ++l) {
    Buffer<double>& rest = levels[l + 1].rest;
    rest = Buffer<double>(where(l), graphs[l + 1].nodes);
    smooth_and_restrict(where(l), graph(l, l), graph(l + 1, l), levels[l], rest);
    if (comes_to_host(l + 1)) rest = copied(hierarchy.host(), rest);
  }
  const CoarsestFlux solution = hierarchy.coarsest_flux(levels[coarsest].rest);
  LinkValues values{Buffer<double>(where(coarsest), graphs[coarsest].links()),
                    Buffer<double>(where(coarsest), graphs[coarsest].nodes)};
  values.link.copy_from(solution.link);
  values.plate.copy_from(solution.plate);
  FluxView flux;
  flux.graph = graphs[coarsest].view();
  flux.link = values.link.data();
  flux.plate = values.plate.data();
  for (std::size_t l = coarsest; l-- > 0;) {
    if (comes_to_host(l + 1)) values = {copied(device, values.link), copied(device, values.plate)};
    const GraphView fine = graph(l, l), coarse = graph(l + 1, l);
    RepairLevel& level = levels[l];
    flux_to_drops(where(l), fine, coarse, values);
    balance(where(l), fine, coarse, values, sweeps, level);
    flux = {fine,
            nullptr,
            nullptr,
            level.e.data(),
            level.y.data(),
            level.rest.data(),
            level.parent.data(),
            coarse,
            values.link.data(),
            values.plate.data()};
    if (l > 0) values = store_flux(where(l), flux);
  }
  const RepairEnergy repair = repair_voxels(device, A.potential_of(v), hierarchy.blocks().view(), flux);

  // What rounding left unbalanced could at worst take one path through every unknown.
  const Problem& problem = A.problem();
  const double stray =
      repair.unbalanced * std::sqrt(static_cast<double>(A.unknowns()) / problem.least_conductance());
  const double distance = std::sqrt(repair.energy) + stray;
  // With a load E = a - 2 b of terms that are up to three times as large.
  const double margin = sum_margin * std::abs(bounds.at.energy) * (problem.load ? 3 : 1);
  bounds.upper = bounds.at.energy + margin;
  bounds.lower = bounds.at.energy - margin - distance * distance * (1 + sum_margin);
  if (!problem.load) bounds.lower = std::max(0.0, bounds.lower);
  return bounds;
}

template EnergyBounds bound_energy(const TransportOperator<float>&, const Hierarchy&, const Buffer<float>&);
template EnergyBounds bound_energy(const TransportOperator<double>&, const Hierarchy&, const Buffer<double>&);

}  // namespace tauvox
