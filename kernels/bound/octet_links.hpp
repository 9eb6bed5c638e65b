// What the links of an octet's nodes amount to on the faces of its voxels (repair.hpp).
#pragma once

#include "kernels/bound/repair_pass.hpp"
#include "kernels/transport/passes_at.hpp"

namespace tauvox::TAUVOX_FORM {

/// The slots on the other side of the middle.
template <int axis>
TAUVOX_OCTET std::uint32_t other_half(std::uint32_t mask) {
  return (mask & low_slots<axis>) << axis_bit<axis> | (mask >> axis_bit<axis> & low_slots<axis>);
}

/// The aggregates of an octet, as masks of slots.
struct Aggregates {
  std::uint32_t first, count, all;
  std::uint64_t masks = 0;  // eight bits each

  TAUVOX_OCTET Aggregates(const BlockView& blocks, std::int64_t b, std::uint32_t unknowns)
      : first(blocks.first_node[b]), count(blocks.first_node[b + 1] - first), all(unknowns) {
    if (count == 1) return;
    const std::uint32_t code = blocks.code(b);
    for (int s = 0; s < 8; ++s)
      if (BlockView::conducts(code, s)) masks |= std::uint64_t{1} << (8 * BlockView::local(code, s) + s);
  }
  TAUVOX_OCTET std::uint32_t mask(std::uint32_t local) const {
    return count == 1 ? all : static_cast<std::uint32_t>(masks >> (8 * local)) & 0xffu;
  }
  /// The one that holds a slot.
  TAUVOX_OCTET std::uint32_t of(int slot) const {
    std::uint32_t local = 0;
    while (!(mask(local) >> slot & 1u)) ++local;
    return local;
  }
};

/// Least energy of a flux that balances `rest` inside the aggregates of an octet. Each slot in turn hands on
/// what it has in proportion to the conductances, and its star becomes a mesh: first those that are in the
/// second half along an odd number of axes, whose neighbours all are others; then the four that are left.
/// @param g of the faces inside, by axis; none between aggregates
TAUVOX_OCTET double flow_inside(const Octet<double> (&g)[3], const Octet<double>& rest) {
  constexpr std::uint32_t odd = 0x96u;
  const Octet<double> resistance = divide<double>(splat<double>(1), g[0] + g[1] + g[2]),
                      potential = where<double>(odd, rest * resistance);
  const Octet<double> left =
      rest + across<2>(g[2] * potential) + across<1>(g[1] * potential) + across<0>(g[0] * potential);
  // Between a slot and the one across both axes of a pair.
  const auto mesh = [&](auto first, auto second) TAUVOX_INLINE {
    constexpr int a = decltype(first)::value, b = decltype(second)::value;
    const Octet<double> through = g[a] * g[b] * resistance;
    return across<a>(through) + across<b>(through);
  };
  using X = std::integral_constant<int, 2>;
  using Y = std::integral_constant<int, 1>;
  using Z = std::integral_constant<int, 0>;
  const Octet<double> xy = mesh(X{}, Y{}), xz = mesh(X{}, Z{}), yz = mesh(Y{}, Z{});
  const auto inverse = [](double sum) TAUVOX_INLINE { return sum > 0 ? 1 / sum : 0; };
  const double r6 = left[6], g60 = yz[0], g63 = xz[3], g65 = xy[5], of6 = inverse(g60 + g63 + g65),
               u6 = r6 * of6, r5 = left[5] + g65 * u6, g50 = xz[0] + g60 * g65 * of6,
               g53 = yz[3] + g63 * g65 * of6, of5 = inverse(g50 + g53), u5 = r5 * of5,
               r3 = left[3] + g63 * u6 + g53 * u5,
               u3 = r3 * inverse(xy[0] + g60 * g63 * of6 + g50 * g53 * of5);
  return sum_of(rest * potential) + r6 * u6 + r5 * u5 + r3 * u3;
}

/// Takes the flux of the links, and of the shift, out of what is left in an octet.
template <class Kind, class T>
struct LinksOfOctet {
  const RepairVoxels<T>& pass;
  const Place& p;
  typename Kind::template Faces<double> g;
  std::int64_t block;
  Aggregates own;
  Octet<double> rest, inside[3] = {};  // inside: what faces inside the aggregates conduct
  double energy = 0;

  /// Whether each link of an octet is all of the faces between two aggregates, and its node gives to no
  /// plate.
  TAUVOX_OCTET static bool can_take(const Medium<double>& m, const Place& p) {
    bool away = !p.at_end;
    for (int a = 0; a < 3; ++a)
      away = away && !(m.joined(a) && (p.at[a] == 0 || p.at[a] == m.octets.length(a) - 1));
    return away;
  }
  /// @pre can_take
  TAUVOX_OCTET LinksOfOctet(const RepairVoxels<T>& of, const Place& place, const Octet<double>& left)
      : pass(of),
        p(place),
        g(of.u.m, p),
        block(of.blocks.block(p.at[2], p.at[1], p.at[0])),
        own(of.blocks, block, g.mask),
        rest(left) {
    for_axes([&](auto axis) TAUVOX_INLINE { take_outer<decltype(axis)::value>(); });
    if (own.count > 1) take_inner();
    if (pass.u.m.shift != 0) take_shift();
  }
  /// What no flux inside the aggregates can balance.
  TAUVOX_OCTET double unbalanced() const {
    double sum = 0;
    for (std::uint32_t i = 0; i < own.count; ++i) {
      const double of_one = sum_of(where<double>(own.mask(i), rest));
      sum += of_one < 0 ? -of_one : of_one;
    }
    return sum;
  }

 private:
  /// @pre there is one
  TAUVOX_OCTET Link link_to(std::uint32_t from, std::uint32_t to) const {
    const GraphView& graph = pass.flux.graph;
    if (!graph.in_lattice(from)) return find_link(graph, from, to);
    Link found{};
    graph.for_each_link(from, [&](const Link& link) TAUVOX_INLINE {
      if (link.neighbour == to) found = link;
    });
    return found;
  }
  TAUVOX_OCTET double drop_of_link(std::uint32_t from, std::uint32_t to, double conductance) {
    const double q = pass.flux.of_link(from, link_to(from, to)), drop = q / conductance;
    energy += 0.5 * q * drop;  // the other half is the other side's
    return drop;
  }
  template <int axis>
  TAUVOX_OCTET void take_outer() {
    const OctetsView& octets = pass.u.m.octets;
    const auto along = g.template along<axis>();
    const Octet<double> none = splat<double>(0), one = splat<double>(1), conducts = along.sum(none, one);
    const std::uint32_t out = octets.codes[p.octet] >> (24 - 8 * axis) & 0xffu;
    Octet<double> drops = none;
    for (int k = 0; k < 2; ++k) {
      std::uint32_t faces = out & (k == 0 ? low_slots<axis> : ~low_slots<axis>);
      if (faces == 0) continue;
      const Aggregates there(pass.blocks, block + (2 * k - 1) * pass.blocks.step(axis),
                             octets.codes[p.around[2 * axis + k]] & 0xffu);
      while (faces != 0) {
        const int s = lowest_bit(faces);
        const std::uint32_t from = own.of(s), to = there.of(s ^ axis_bit<axis>),
                            link = faces & own.mask(from) & other_half<axis>(there.mask(to));
        const double drop =
            drop_of_link(own.first + from, there.first + to, sum_of(where<double>(link, conducts)));
        drops = choose<double>(link, splat<double>(drop), drops);
        faces &= ~link;
      }
    }
    rest = rest - conducts * drops;
    inside[axis] = along.sum(one, none);
  }
  /// Between the aggregates of the octet.
  TAUVOX_OCTET void take_inner() {
    for (std::uint32_t i = 0; i < own.count; ++i)
      for (std::uint32_t j = 0; j < own.count; ++j) {
        double conductance = 0;
        const auto touching = [&](auto axis) TAUVOX_INLINE {
          return i == j ? 0u : own.mask(i) & other_half<decltype(axis)::value>(own.mask(j));
        };
        for_axes([&](auto axis)
                     TAUVOX_INLINE { conductance += sum_of(where<double>(touching(axis), inside[axis])); });
        if (conductance == 0) continue;
        const double drop = drop_of_link(own.first + i, own.first + j, conductance);
        for_axes([&](auto axis)
                     TAUVOX_INLINE { rest = rest - drop * where<double>(touching(axis), inside[axis]); });
      }
    for_axes([&](auto axis) TAUVOX_INLINE {
      std::uint32_t together = 0;
      for (std::uint32_t i = 0; i < own.count; ++i)
        together |= own.mask(i) & other_half<decltype(axis)::value>(own.mask(i));
      inside[axis] = where<double>(together, inside[axis]);
    });
  }
  TAUVOX_OCTET void take_shift() {
    const Octet<double> shift = g.shift();
    for (std::uint32_t i = 0; i < own.count; ++i) {
      const Octet<double> of_one = where<double>(own.mask(i), shift);
      const double held = sum_of(of_one), drop = held > 0 ? pass.flux.to_plate(own.first + i) / held : 0;
      energy += held * drop * drop;
      rest = rest - drop * of_one;
    }
  }
};

}  // namespace tauvox::TAUVOX_FORM
