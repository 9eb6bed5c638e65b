// The last level of equilibrate.hpp: the faces of the voxels.
#include "kernels/equilibrate.hpp"
#include "kernels/launch.hpp"
#include "kernels/potential.hpp"

namespace tauvox {
namespace {

/// The faces between the voxels of a block of 2x2x2, as a small dense network.
struct BlockNetwork {
  double g[8][8] = {};  // conductance, lower triangle: s > t
  double rest[8] = {};  // unbalanced

  /// Least energy that balances `rest` inside the aggregates of `code`; adds what no flux can balance.
  /// Takes out one voxel after the other: its rest goes to its neighbours in proportion to the conductances,
  /// and star becomes mesh. The first voxel of each aggregate is left over.
  TAUVOX_HD double eliminate(std::uint32_t code, double& unbalanced) {
    double energy = 0;
    for (int s = 7; s >= 0; --s) {
      if (!BlockView::conducts(code, s)) continue;
      double sum = 0;
      for (int t = 0; t < s; ++t) sum += g[s][t];
      if (sum == 0) {
        unbalanced += rest[s] < 0 ? -rest[s] : rest[s];
        continue;
      }
      energy += rest[s] * rest[s] / sum;
      for (int t = 0; t < s; ++t) {
        if (g[s][t] == 0) continue;
        const double share = g[s][t] / sum;
        rest[t] += share * rest[s];
        for (int q = 0; q < t; ++q) g[t][q] += share * g[s][q];
      }
    }
    return energy;
  }
};

template <class T>
struct RepairBlock {  // one call a block; returns energy and what is left
  PotentialOf<T> u;
  BlockView blocks;
  FluxView flux;

  static constexpr int most_links = 48;  // one for each face of the eight voxels

  TAUVOX_HD Sums<2> operator()(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    Sums<2> sums;
    const std::int64_t b = blocks.block(bx, by, bz);
    const std::uint32_t code = blocks.code[b];
    if (code >> 24 == 0) return sums;
    BlockNetwork network;
    for (int s = 0; s < 8; ++s)
      if (BlockView::conducts(code, s)) network.rest[s] = residual_at(u, Voxel::of_block(bx, by, bz, s));
    sums.value[0] = outer_faces(b, code, bx, by, bz, network);
    sums.value[0] += network.eliminate(code, sums.value[1]);
    return sums;
  }
  /// Lets the flux of the links through; fills the conductances inside the aggregates.
  /// @return its energy, half of that of each link: the other half is the other block's
  TAUVOX_HD double outer_faces(std::int64_t b, std::uint32_t code, std::int64_t bx, std::int64_t by,
                               std::int64_t bz, BlockNetwork& network) const {
    const Medium<double>& m = u.m;
    const std::uint32_t first = blocks.first_node[b];
    const auto nodes = static_cast<int>(blocks.first_node[b + 1] - first);
    const std::int64_t row = flux.graph.row_start[first];
    double link_g[most_links] = {}, plate_g[8] = {}, face_g[8][6];
    int face_slot[8][6];
    for (int s = 0; s < 8; ++s) {
      if (!BlockView::conducts(code, s)) continue;
      const Voxel v = Voxel::of_block(bx, by, bz, s);
      const int here = BlockView::local(code, s);
      for (int side = 0; side < 6; ++side) {
        const int axis = side / 2, sign = side % 2 ? 1 : -1;
        face_slot[s][side] = -1;
        const Voxel beyond = v.next(axis, sign);
        const std::uint8_t c = beyond.material_class(m);
        if (c == wall_class) continue;
        const double g = face_conductance(m, v, axis, sign);
        face_g[s][side] = g;
        if (c == plate_class) {
          plate_g[here] += g;
          face_slot[s][side] = most_links + here;
          continue;
        }
        const Voxel w = beyond.wrapped(m);
        const std::int64_t other = blocks.block(w.at[2] >> 1, w.at[1] >> 1, w.at[0] >> 1);
        const int t = BlockView::position(w.at[2], w.at[1], w.at[0]),
                  there = BlockView::local(blocks.code[other], t);
        if (other == b && there == here) {
          if (t < s) network.g[s][t] += g;
          continue;
        }
        const std::uint32_t to = blocks.first_node[other] + static_cast<std::uint32_t>(there);
        const auto slot =
            static_cast<int>(find_link(flux.graph, first + static_cast<std::uint32_t>(here), to) - row);
        link_g[slot] += g;
        face_slot[s][side] = slot;
      }
    }
    double link_drop[most_links], plate_drop[8], energy = 0;
    for (int local = 0, k = 0; local < nodes; ++local) {
      const std::int64_t i = first + static_cast<std::uint32_t>(local);
      for (; row + k < flux.graph.row_start[i + 1]; ++k) {
        const double q = flux.of_link(i, row + k);
        link_drop[k] = q / link_g[k];
        energy += 0.5 * q * link_drop[k];
      }
      const double q = flux.to_plate(i);
      plate_drop[local] = plate_g[local] > 0 ? q / plate_g[local] : 0;
      energy += q * plate_drop[local];
    }
    for (int s = 0; s < 8; ++s) {
      if (!BlockView::conducts(code, s)) continue;
      for (int side = 0; side < 6; ++side) {
        const int slot = face_slot[s][side];
        if (slot >= most_links) network.rest[s] -= face_g[s][side] * plate_drop[slot - most_links];
        if (slot >= 0 && slot < most_links) network.rest[s] -= face_g[s][side] * link_drop[slot];
      }
    }
    return energy;
  }
};

}  // namespace

template <class T>
RepairEnergy repair_voxels(const Device& device, const Medium<double>& medium, const BlockView& blocks,
                           const T* v, const FluxView& flux) {
  const Sums<2> sums = sum_over_voxels<2>(device, blocks.lattice, RepairBlock<T>{{medium, v}, blocks, flux});
  return {sums[0], sums[1]};
}

template RepairEnergy repair_voxels(const Device&, const Medium<double>&, const BlockView&, const float*,
                                    const FluxView&);
template RepairEnergy repair_voxels(const Device&, const Medium<double>&, const BlockView&, const double*,
                                    const FluxView&);

}  // namespace tauvox
