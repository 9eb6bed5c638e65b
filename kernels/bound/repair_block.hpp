// The faces of one block of 2x2x2 voxels in the repairing flux (repair.hpp): shared by the form for
// every device and the rows of CPUs.
#pragma once

#include <vector>

#include "kernels/base/launch.hpp"
#include "kernels/bound/repair.hpp"
#include "kernels/transport/block_contact.hpp"

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
    const bool simple =
        blocks.inside(bx, by, bz) && (blocks.all_links_join() || BlockView::one_aggregate(code));
    network.clear_conductances();
    sums.value[0] = simple ? interfaces(bx, by, bz, code, network) : all_faces(bx, by, bz, code, network);
    sums.value[0] += network.eliminate(code, sums.value[1]);
    return sums;
  }

 private:
  TAUVOX_HD std::uint32_t number(std::int64_t b, int local) const {
    return blocks.first_node[b] + static_cast<std::uint32_t>(local);
  }

  /// A block without boundaries and without links inside: the faces to each of the six blocks around it, and
  /// the shift, all that its nodes give to potential 0.
  TAUVOX_HD double interfaces(std::int64_t bx, std::int64_t by, std::int64_t bz, std::uint32_t code,
                              BlockNetwork& network) const {
    const std::int64_t b = blocks.block(bx, by, bz), at[3] = {bz, by, bx};
    const std::int64_t octet = m.octets.find(bx, by, bz);
    const bool one = blocks.one_node(b);
    double energy = 0;
    for (int axis = 2; axis >= 0; --axis) {
      const int bit = 4 >> axis;
      for (int s = 0; s < 8; ++s)
        if (!(s & bit) && BlockView::conducts(code, s) && BlockView::conducts(code, s | bit))
          network.g[s | bit][s] = inner_conductance(octet, s, axis);
      for (int sign = -1; sign <= 1; sign += 2) {
        const BlockContact<double> to_other(m, octet, at, axis, sign);
        const std::int64_t other = b + sign * blocks.step(axis);
        std::uint32_t faces = to_other.slots;
        if (faces == 0) continue;
        const bool one_link = one && blocks.one_node(other);
        const std::uint32_t there = one_link ? 0 : blocks.code(other);
        while (faces != 0) {
          const int first = lowest_bit(faces);
          const int from = one_link ? 0 : BlockView::local(code, first),
                    to = one_link ? 0 : BlockView::local(there, first ^ bit);
          std::uint32_t link = one_link ? faces : 0;
          double g = one_link ? to_other.conductance_of_all() : 0;
          for (std::uint32_t left = one_link ? 0 : faces; left != 0; left &= left - 1) {
            const int s = lowest_bit(left);
            if (BlockView::local(code, s) != from || BlockView::local(there, s ^ bit) != to) continue;
            link |= 1u << s;
            g += to_other.conductance_of(s);
          }
          faces &= ~link;
          const std::uint32_t i = number(b, from);
          const double q = flux.of_link(i, link_to(i, number(other, to))), drop = q / g;
          energy += 0.5 * q * drop;
          for (; link != 0; link &= link - 1) {
            const int s = lowest_bit(link);
            network.rest[s] -= to_other.conductance_of(s) * drop;
          }
        }
      }
    }
    double held[8] = {};  // of each node
    for (int s = 0; m.shift != 0 && s < 8; ++s)
      if (BlockView::conducts(code, s)) held[BlockView::local(code, s)] += m.shift_of(8 * octet + s);
    for (int s = 0; s < 8; ++s) {
      const int here = BlockView::local(code, s);
      if (!BlockView::conducts(code, s) || held[here] == 0) continue;
      const double g = m.shift_of(8 * octet + s), drop = flux.to_plate(number(b, here)) / held[here];
      energy += g * drop * drop;
      network.rest[s] -= g * drop;
    }
    return energy;
  }
  /// @pre there is one
  TAUVOX_HD Link link_to(std::uint32_t i, std::uint32_t j) const {
    if (!flux.graph.in_lattice(i)) return find_link(flux.graph, i, j);
    Link found{};
    flux.graph.for_each_link(i, [&](const Link& link) {
      if (link.neighbour == j) found = link;
    });
    return found;
  }
  /// Of the face of a slot towards the other half of its block.   @pre both conduct
  TAUVOX_HD double inner_conductance(std::int64_t octet, int s, int axis) const {
    if (m.one_class) return m.scale[axis];
    const std::uint8_t* classes = m.octets.classes + 8 * octet;
    return m.scale[axis] * conductance(m.law, m.material[classes[s]], m.material[classes[s ^ (4 >> axis)]]);
  }

  /// Any block, face by face.
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
