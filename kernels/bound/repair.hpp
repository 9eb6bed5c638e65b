// A flux that repairs what a potential leaves unbalanced, for a lower bound on the energy.
//
// For a potential u with residual r = b - A u, every flux d on the faces with div d = r bounds the distance
// to the energy of the solution (Prager & Synge 1947, doi 10.1090/qam/25902):
//
//   E(u) - sum of d^2 / g  <=  E*  <=  E(u)
//
// A good d is found on the levels of the multigrid hierarchy. Down: one Jacobi step e takes the flux
// w (e_i - e_j) out of the residual, the rest is summed over aggregates. The coarsest level is solved. Up:
// the flux between two aggregates is shared out over the links it stands for, in proportion to their
// conductance, and what is left unbalanced flows inside each aggregate: by sweeps of Gauss-Seidel, and
// exactly, to the last digit, along a tree. Voxels come last: inside their aggregates, of at most 8,
// elimination gives the least energy.
//
// Conductances of links are the same rounded numbers from both sides; fluxes and sums are FP64, so div d = r
// holds to FP64 rounding. What is left all the same is measured and bounded too.
#pragma once

#include "kernels/transport/blocks.hpp"
#include "kernels/transport/potential.hpp"

namespace tauvox {

/// Per link, and per node for what goes to the plates: fluxes, or the drops they correspond to.
struct LinkValues {
  Buffer<double> link, plate;
};

/// The part of the repairing flux that one level adds to what the next one hands up.
struct RepairLevel {
  Buffer<float> e, y;            // Jacobi step, and potential inside the aggregates
  Buffer<double> rest;           // unbalanced; in the end the flux of a node to its parent in the tree
  Buffer<std::uint32_t> parent;  // a node of the same aggregate, itself at the root
};

/// Trivially copyable; the flux of the links of one level.
struct FluxView {
  GraphView graph;
  // Stored fluxes, of rows: those of the coarsest level. Else from what follows.
  const double *link = nullptr, *plate = nullptr;
  const float *e = nullptr, *y = nullptr;
  const double* tree = nullptr;
  const std::uint32_t* parent = nullptr;
  GraphView next;
  const double *next_link = nullptr, *next_plate = nullptr;  // drops

  TAUVOX_HD double of_link(std::int64_t i, const Link& of) const;
  TAUVOX_HD double to_plate(std::int64_t i) const;
  /// Of the arrays that say what flows, once each.
  std::int64_t bytes() const {
    if (link) return graph.matrix_bytes() + 8 * (graph.links + graph.nodes);
    return graph.matrix_bytes() + 24 * graph.nodes + next.matrix_bytes() + 8 * (next.links + next.nodes);
  }
};

/// The link from i to j.   @pre there is one, and i has a row
TAUVOX_HD Link find_link(const GraphView& g, std::uint32_t i, std::uint32_t j) {
  std::int64_t k = g.row_start[g.row(i)];
  while (g.neighbour[k] != j) ++k;
  return {j, g.weight[k], k};
}

TAUVOX_HD double FluxView::of_link(std::int64_t i, const Link& of) const {
  if (link) return link[of.index];
  const std::uint32_t j = of.neighbour, here = graph.aggregate[i], there = graph.aggregate[j];
  const double w = of.weight, drop = static_cast<double>(e[i]) - static_cast<double>(e[j]);
  if (here != there) return w * (drop + next_link[find_link(next, here, there).index]);
  double flux = w * (drop + (static_cast<double>(y[i]) - static_cast<double>(y[j])));
  if (parent[i] == j) flux += tree[i];
  if (parent[j] == i) flux -= tree[j];
  return flux;
}

TAUVOX_HD double FluxView::to_plate(std::int64_t i) const {
  if (plate) return plate[i];
  if (graph.plate[i] == 0) return 0;
  return static_cast<double>(graph.plate[i]) * (static_cast<double>(e[i]) + next_plate[graph.aggregate[i]]);
}

/// level.e = damping rest / diagonal; takes its flux out of level.rest; coarse_rest = sums over the
/// aggregates.
void smooth_and_restrict(const Device& device, const GraphView& A, const GraphView& coarse,
                         RepairLevel& level, Buffer<double>& coarse_rest);
/// Fluxes of the links of `flux.graph`, and of its nodes to the plates.
LinkValues store_flux(const Device& device, const FluxView& flux);
/// Fluxes between the aggregates of `fine`, in place, to the drops that its links between aggregates see.
void flux_to_drops(const Device& device, const GraphView& fine, const GraphView& coarse, LinkValues& values);
/// Balances every aggregate of `fine`: fills y, parent and the tree's flux (rest) of its level.
/// @param sweeps of symmetric Gauss-Seidel before the tree does the rest
void balance(const Device& device, const GraphView& fine, const GraphView& coarse, const LinkValues& drops,
             int sweeps, RepairLevel& level);

/// The energy of the repairing flux on the faces of the voxels, and what it left unbalanced (sum of absolute
/// values over the aggregates: rounding).
struct RepairEnergy {
  double energy = 0, unbalanced = 0;
};
/// @param flux of the graph of the voxels' aggregates
template <class T>
RepairEnergy repair_voxels(const Device& device, const PotentialOf<T>& u, const BlockView& blocks,
                           const FluxView& flux, KernelForm form = KernelForm::tuned);

}  // namespace tauvox
