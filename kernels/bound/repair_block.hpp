// The faces of one block of 2x2x2 voxels in the repairing flux (repair.hpp), one by one: for blocks at the
// sides of the volume.
#pragma once

#include <vector>

#include "kernels/base/launch.hpp"
#include "kernels/bound/repair.hpp"
#include "kernels/transport/blocks.hpp"

namespace tauvox {

/// The inner faces of a block as a small dense network.
struct BlockNetwork {
  double g[8][8];       // conductance, lower triangle: s > t; for `eliminate` only
  double rest[8] = {};  // unbalanced

  TAUVOX_HD void clear_conductances() {
    for (int s = 0; s < 8; ++s)
      for (int t = 0; t < s; ++t) g[s][t] = 0;
  }

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

/// Of each of the 256 masks of a block, where all conducts alike: F, so that r.F r is the energy that
/// `eliminate` finds for the rests r, balanced in each aggregate. 64 numbers a mask.
/// @param scale conductance of the faces across z, y, x
std::vector<double> least_energy_forms(const double* scale);
inline constexpr std::int64_t least_energy_form_values = 256 * 64;

struct RepairBlock {
  Medium<double> m;
  BlockView blocks;
  FluxView flux;

  /// Energy of the flux through the block's faces, and what it leaves unbalanced. A link's energy counts half
  /// here and half in the other block.
  /// @param network with the rest of the potential in each conducting voxel
  TAUVOX_HD Sums<2> operator()(std::int64_t bx, std::int64_t by, std::int64_t bz,
                               BlockNetwork& network) const {
    Sums<2> sums;
    const std::uint32_t code = blocks.code(blocks.block(bx, by, bz));
    network.clear_conductances();
    sums.value[0] = all_faces(bx, by, bz, code, network);
    sums.value[0] += network.eliminate(code, sums.value[1]);
    return sums;
  }

 private:
  /// Face by face.
  TAUVOX_HD double all_faces(std::int64_t bx, std::int64_t by, std::int64_t bz, std::uint32_t code,
                             BlockNetwork& network) const {
    constexpr int most_links = 48;  // one for each face of the eight voxels
    const std::int64_t b = blocks.block(bx, by, bz);
    const std::uint32_t first = blocks.first_node[b];
    const std::int64_t slots = 8 * std::int64_t{m.octets.find(bx, by, bz)};
    const auto nodes = static_cast<int>(blocks.first_node[b + 1] - first);
    double link_g[most_links] = {}, plate_g[8] = {}, face_g[8][6];
    int face_slot[8][6], link_of_node[9] = {};
    std::uint32_t neighbour[most_links];
    for (int local = 0, k = 0; local < nodes; link_of_node[++local] = k)
      flux.graph.for_each_link(first + static_cast<std::uint32_t>(local),
                               [&](const Link& link) { neighbour[k++] = link.neighbour; });
    for (int s = 0; s < 8; ++s) {
      if (!BlockView::conducts(code, s)) continue;
      const Voxel v = Voxel::of_block(bx, by, bz, s);
      const int here = BlockView::local(code, s);
      plate_g[here] += m.shift_of(slots + s);  // one more face to potential 0
      for (int side = 0; side < 6; ++side) {
        const int axis = side / 2, sign = side % 2 ? 1 : -1;
        face_slot[s][side] = -1;
        const Voxel beyond = v.next(axis, sign);
        const std::uint8_t c = m.class_of(beyond);
        if (c == wall_class) continue;
        const double g = face_conductance(m, v, axis, sign);
        face_g[s][side] = g;
        if (c == plate_class) {
          plate_g[here] += g;
          face_slot[s][side] = most_links + here;
          continue;
        }
        const Voxel w = m.wrapped(beyond);
        const std::int64_t other = blocks.block_of(w);
        const int t = BlockView::position(w), there = BlockView::local(blocks.code(other), t);
        if (other == b && there == here) {
          if (t < s) network.g[s][t] += g;
          continue;
        }
        const std::uint32_t to = blocks.first_node[other] + static_cast<std::uint32_t>(there);
        int slot = link_of_node[here];
        while (neighbour[slot] != to) ++slot;
        link_g[slot] += g;
        face_slot[s][side] = slot;
      }
    }
    double link_drop[most_links], plate_drop[8], energy = 0;
    for (int local = 0, k = 0; local < nodes; ++local) {
      const std::int64_t i = first + static_cast<std::uint32_t>(local);
      flux.graph.for_each_link(i, [&](const Link& link) {
        const double q = flux.of_link(i, link);
        link_drop[k] = q / link_g[k];
        energy += 0.5 * q * link_drop[k++];
      });
      const double q = flux.to_plate(i);
      plate_drop[local] = plate_g[local] > 0 ? q / plate_g[local] : 0;
      energy += q * plate_drop[local];
    }
    for (int s = 0; s < 8; ++s) {
      if (!BlockView::conducts(code, s)) continue;
      network.rest[s] -= m.shift_of(slots + s) * plate_drop[BlockView::local(code, s)];
      for (int side = 0; side < 6; ++side) {
        const int slot = face_slot[s][side];
        if (slot >= most_links) network.rest[s] -= face_g[s][side] * plate_drop[slot - most_links];
        if (slot >= 0 && slot < most_links) network.rest[s] -= face_g[s][side] * link_drop[slot];
      }
    }
    return energy;
  }
};

}  // namespace tauvox
