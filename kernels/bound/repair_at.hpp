// What repair_voxels (repair.hpp) does to an octet.
#pragma once

#include "kernels/bound/octet_links.hpp"

namespace tauvox::TAUVOX_FORM {

/// An octet whose node finds its links in the lattice, as nearly every one does.
struct InLattice {
  bool holds = false;
  std::uint32_t node = 0, faces[6] = {};  // slots with a face to each octet around

  template <class T>
  TAUVOX_OCTET InLattice(const RepairVoxels<T>& pass, const Place& p) {
    const Medium<double>& m = pass.u.m;
    node = pass.blocks.first_node[pass.blocks.block(p.at[2], p.at[1], p.at[0])];
    holds = pass.flux.graph.in_lattice(node);
    for_axes([&](auto axis) TAUVOX_INLINE {
      constexpr int a = axis;
      const std::uint32_t beyond = m.octets.codes[p.octet] >> (24 - 8 * a) & 0xffu;
      faces[2 * a] = beyond & low_slots<a>;
      faces[2 * a + 1] = beyond & ~low_slots<a>;
    });
  }
};

/// Takes the flux of the links, and of the shift, out of what is left in such an octet, and lets the rest
/// flow inside it. It touches no side: what its node gives to potential 0 goes through the shift.
template <class T>
TAUVOX_OCTET void repair(const RepairVoxels<T>& pass, const Place& p, const InLattice& one,
                         Octet<double> rest, Totals<2>& totals) {
  const Medium<double>& m = pass.u.m;
  double energy = 0;
  for_axes([&](auto axis) TAUVOX_INLINE {
    constexpr int a = axis;
    double drop[2] = {};
    for (int k = 0; k < 2; ++k) {
      const std::uint32_t faces = one.faces[2 * a + k];
      if (faces == 0) continue;
      const double q = pass.flux.of_link(one.node, pass.flux.graph.link_across(one.node, 2 * (2 - a) + k));
      drop[k] = q / (static_cast<double>(bit_count(faces)) * m.scale[a]);
      energy += 0.5 * q * drop[k];  // the other half is the other octet's
    }
    rest = rest - m.scale[a] * where<double>(one.faces[2 * a] | one.faces[2 * a + 1],
                                             halves<a>(splat<double>(drop[0]), splat<double>(drop[1])));
  });
  const Octet<double> shift = typename Alike::template Faces<double>(m, p).shift();
  const double held = sum_of(shift), drop = held > 0 ? pass.flux.to_plate(one.node) / held : 0;
  energy += held * drop * drop;
  rest = rest - drop * shift;
  double left[8];
  store<double>(left, rest);
  const double* form = pass.forms + 64 * (m.octets.codes[p.octet] & 0xffu);
  Octet<double> potential = splat<double>(0);
  for (int s = 0; s < 8; ++s) potential += left[s] * load<double>(form + 8 * s);
  const double unbalanced = sum_of(rest);
  totals.add(0, rest * potential + where<double>(1, splat<double>(energy)));
  totals.add(1, where<double>(1, splat<double>(unbalanced < 0 ? -unbalanced : unbalanced)));
}

/// The same for any octet away from the sides.
template <class Kind, class T>
TAUVOX_OCTET void repair_links(const RepairVoxels<T>& pass, const Place& p, const Octet<double>& rest,
                               Totals<2>& totals) {
  const LinksOfOctet<Kind, T> links(pass, p, rest);
  totals.add(0, where<double>(1, splat<double>(links.energy + flow_inside(links.inside, links.rest))));
  totals.add(1, where<double>(1, splat<double>(links.unbalanced())));
}

/// And for any at all.
template <class Kind, class T>
TAUVOX_OCTET void repair_any(const RepairVoxels<T>& pass, const Place& p, const Octet<double>& rest,
                             Totals<2>& totals) {
  if (LinksOfOctet<Kind, T>::can_take(pass.u.m, p)) return repair_links<Kind>(pass, p, rest, totals);
  BlockNetwork network;
  store<double>(network.rest, rest);
  const Sums<2> of_block = RepairBlock{pass.u.m, pass.blocks, pass.flux}(p.at[2], p.at[1], p.at[0], network);
  for (int n = 0; n < 2; ++n) totals.add(n, where<double>(1, splat<double>(of_block[n])));
}

template <class Kind, class T>
TAUVOX_OCTET Octet<double> rest_of(const RepairVoxels<T>& pass, const Place& p) {
  Totals<4> not_wanted;
  return -Residual<Kind, T>(pass.u, p, not_wanted).out;
}

template <class Kind, class T>
TAUVOX_OCTET void visit(const RepairVoxels<T>& pass, const Place& p, Totals<2>& totals) {
  const Octet<double> rest = rest_of<Kind>(pass, p);
  if constexpr (std::is_same_v<Kind, Alike>) {
    const InLattice one(pass, p);
    if (one.holds) return repair(pass, p, one, rest, totals);
  }
  repair_any<Kind>(pass, p, rest, totals);
}

// On a GPU, and in the same order elsewhere: apart, since hardly a warp has none of the others.
template <class Kind, class T>
TAUVOX_OCTET bool set_aside(const RepairVoxels<T>& pass, const Place& p) {
  if constexpr (std::is_same_v<Kind, Alike>) return !InLattice(pass, p).holds;
  return !LinksOfOctet<Kind, T>::can_take(pass.u.m, p);
}
template <class Kind, class T>
TAUVOX_OCTET void visit_common(const RepairVoxels<T>& pass, const Place& p, Totals<2>& totals) {
  const Octet<double> rest = rest_of<Kind>(pass, p);
  if constexpr (std::is_same_v<Kind, Alike>)
    repair(pass, p, InLattice(pass, p), rest, totals);
  else
    repair_links<Kind>(pass, p, rest, totals);
}
template <class Kind, class T>
TAUVOX_OCTET void visit_aside(const RepairVoxels<T>& pass, const Place& p, Totals<2>& totals) {
  repair_any<Kind>(pass, p, rest_of<Kind>(pass, p), totals);
}

}  // namespace tauvox::TAUVOX_FORM
