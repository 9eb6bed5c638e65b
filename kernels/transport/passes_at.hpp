// What each pass (passes.hpp) does to an octet.
#pragma once

#include "kernels/transport/octet_walk.hpp"
#include "kernels/transport/passes.hpp"

namespace tauvox::TAUVOX_FORM {

/// The octet of a vector at a neighbour of a place; 6: at the place itself.
template <class W, class T>
struct ValueOf {
  const Place& p;
  const T* vector;
  TAUVOX_OCTET Octet<W> operator()(int k) const {
    return load<W>(vector + 8 * std::int64_t{k == 6 ? p.octet : p.around[k]});
  }
};

/// Where an octet is in a vector.
TAUVOX_OCTET std::int64_t slots_of(const Place& p) { return 8 * std::int64_t{p.octet}; }

template <class Kind, class T>
TAUVOX_OCTET void visit(const Curvature<T>& pass, const Place& p, Totals<1>& totals) {
  const typename Kind::template Faces<T> faces(pass.m, p);
  const ValueOf<T, T> value{p, pass.p};
  const Octet<T> own = value(6);
  const Product<T> q(faces, own, value);
  totals.add(0, convert<double>(own) * convert<double>(q.Au));
}

template <class Kind, class T>
TAUVOX_OCTET void visit(const SubtractApplied<T>& pass, const Place& p, Totals<0>&) {
  const typename Kind::template Faces<T> faces(pass.m, p);
  const ValueOf<T, T> value{p, pass.p};
  const Product<T> q(faces, value(6), value);
  T* const s = pass.s + slots_of(p);
  store<T>(s, load<T>(s) - pass.alpha * divide<T>(q.Au, q.diagonal));
}

template <class Kind, class T>
TAUVOX_OCTET void visit(const JacobiDot<T>& pass, const Place& p, Totals<1>& totals) {
  const typename Kind::template Faces<T> faces(pass.m, p);
  const Octet<T> s = load<T>(pass.s + slots_of(p)), z = T(damping) * s;
  totals.add(0, convert<double>(diagonal_of<T>(faces)) * convert<double>(s) * convert<double>(z));
}

template <class Kind, class T>
TAUVOX_OCTET void visit(const WriteDiagonal<T>& pass, const Place& p, Totals<0>&) {
  store<T>(pass.d + slots_of(p), diagonal_of<T>(typename Kind::template Faces<T>(pass.m, p)));
}

/// Sums of the slots of an octet, over its aggregates.
template <class W, class O>
TAUVOX_OCTET void sum_aggregates(const BlockView& blocks, const Place& p, const O& octet, W* sums) {
  const std::int64_t b = blocks.block(p.at[2], p.at[1], p.at[0]);
  const std::uint32_t first = blocks.first_node[b], end = blocks.first_node[b + 1];
  if (end == first + 1) {
    sums[first] = static_cast<W>(sum_of(octet));
    return;
  }
  for (std::uint32_t node = first; node < end; ++node) sums[node] = 0;
  const std::uint32_t code = blocks.code(b);
  for (int s = 0; s < 8; ++s)
    if (BlockView::conducts(code, s))
      sums[first + static_cast<std::uint32_t>(BlockView::local(code, s))] += static_cast<W>(octet[s]);
}

template <class Kind, class T>
TAUVOX_OCTET void visit(const SmoothRestrict<T>& pass, const Place& p, Totals<1>& totals) {
  const typename Kind::template Faces<T> faces(pass.m, p);
  const ValueOf<T, T> value{p, pass.s};
  const Octet<T> s = value(6);
  const Product<T> of_s(faces, s, value);
  const Octet<T> r = of_s.diagonal * s, left = r - T(damping) * of_s.Au;
  sum_aggregates(pass.blocks, p, left, pass.coarse_b);
  totals.add(0, convert<double>(T(damping) * s) * (convert<double>(r) + convert<double>(left)));
}

/// e = damping s + factor coarse_x
template <class T>
struct CorrectedStep {
  const ProlongAdvance<T>& pass;
  const Place& p;
  std::int64_t block[7];     // of the neighbours, and of the octet
  T correction[7];           // of those whose block has one aggregate, which are nearly all
  std::uint32_t others = 0;  // bits of those that have several

  TAUVOX_OCTET CorrectedStep(const ProlongAdvance<T>& of, const Place& place) : pass(of), p(place) {
    block[6] = pass.blocks.block(p.at[2], p.at[1], p.at[0]);
    for_axes([&](auto axis) TAUVOX_INLINE {
      constexpr int a = axis;
      const std::int64_t last = pass.m.octets.length(a) - 1, step = pass.blocks.step(a);
      block[2 * a] = block[6] + (p.at[a] == 0 ? last : -1) * step;
      block[2 * a + 1] = block[6] + (p.at[a] == last ? -last : 1) * step;
    });
    for (int k = 0; k < 7; ++k) {
      const bool there = octet(k) != pass.m.octets.count;
      const std::uint32_t first = there ? pass.blocks.first_node[block[k]] : 0;
      correction[k] = there ? static_cast<T>(pass.factor * pass.coarse_x[first]) : T(0);
      if (there && pass.blocks.first_node[block[k] + 1] != first + 1) others |= 1u << k;
    }
  }
  TAUVOX_OCTET std::int64_t octet(int k) const { return k == 6 ? p.octet : p.around[k]; }
  TAUVOX_OCTET Octet<T> slot_by_slot_correction(std::int64_t b) const {
    const std::uint32_t first = pass.blocks.first_node[b], code = pass.blocks.code(b);
    T x[8];
    for (int s = 0; s < 8; ++s)
      x[s] =
          BlockView::conducts(code, s)
              ? static_cast<T>(pass.factor *
                               pass.coarse_x[first + static_cast<std::uint32_t>(BlockView::local(code, s))])
              : T(0);
    return load<T>(x);
  }
  TAUVOX_OCTET Octet<T> operator()(int k) const {
    const Octet<T> step = T(damping) * load<T>(pass.s + 8 * octet(k));
    return step + ((others >> k) & 1u ? slot_by_slot_correction(block[k]) : splat<T>(correction[k]));
  }
};

template <class Kind, class T>
TAUVOX_OCTET void visit(const ProlongAdvance<T>& pass, const Place& p, Totals<0>&) {
  const typename Kind::template Faces<T> faces(pass.m, p);
  const CorrectedStep<T> step(pass, p);
  const Octet<T> e = step(6), s = load<T>(pass.s + slots_of(p));
  const Product<T> of_e(faces, e, step);
  const Octet<T> z = where<T>(faces.mask, e + T(damping) * (s - divide<T>(of_e.Au, of_e.diagonal)));
  T *const to_x = pass.x + slots_of(p), *const to_p = pass.p + slots_of(p);
  const Octet<T> direction = load<T>(to_p);
  store<T>(to_x, load<T>(to_x) + pass.alpha * direction);
  store<T>(to_p, z + pass.beta * direction);
}

/// The reference of an octet's voxels (potential.hpp).
template <class T>
TAUVOX_OCTET Octet<double> reference_of(const PotentialOf<T>& u, const Place& p) {
  Octet<double> sum = splat<double>(0);
  for_axes([&](auto axis) TAUVOX_INLINE {
    constexpr int a = axis;
    if (u.drive.first[a] == 0 && u.drive.last[a] == 0) return;
    const auto n = static_cast<double>(u.m.length(a));
    sum += halves<a>(splat<double>(u.drive.reference(a, n, 2 * p.at[a])),
                     splat<double>(u.drive.reference(a, n, 2 * p.at[a] + 1)));
  });
  return sum;
}

/// By how much the reference falls from the voxels of an octet to those behind their faces inside the block;
/// beyond it rises by as much.
template <int axis, class T>
TAUVOX_OCTET Octet<double> fall_inside(const PotentialOf<T>& u) {
  const double step = (u.drive.first[axis] - u.drive.last[axis]) / static_cast<double>(u.m.length(axis));
  return halves<axis>(splat<double>(step), splat<double>(-step));
}

/// A u - b of an octet of a potential; adds what it amounts to.
template <class Kind, class T>
struct Residual {
  Octet<double> out, diagonal;

  TAUVOX_OCTET Residual(const PotentialOf<T>& u, const Place& p, Totals<4>& totals) {
    const Medium<double>& m = u.m;
    const typename Kind::template Faces<double> faces(m, p);
    const ValueOf<double, T> value{p, u.v};
    const Octet<double> v = value(6), one = splat<double>(1);
    out = splat<double>(0);
    diagonal = faces.shift();
    Octet<double> energy = splat<double>(0);  // a face between two unknowns is met from both
    for_axes([&](auto axis) TAUVOX_INLINE {
      constexpr int a = axis;
      const auto along = faces.template along<a>();
      const Behind<double> there = behind_faces<a, double>(p, faces.ends, v, value(2 * a), value(2 * a + 1));
      const Octet<double> fall = fall_inside<a>(u), in = v - there.inside + fall,
                          off = v - there.beyond - fall;
      out += along.sum(in, off);
      energy += along.sum(in * in, off * off);
      diagonal += along.sum(one, one);
    });
    totals.add(0, 0.5 * energy);
    if (m.shift != 0 || u.drive.load || p.at_end) outside(u, p, faces, v, totals);
    totals.add(3, out * out);
  }

 private:
  /// Plates, shift and load: here the potential itself counts.
  template <class Faces>
  TAUVOX_OCTET void outside(const PotentialOf<T>& u, const Place& p, const Faces& faces,
                            const Octet<double>& v, Totals<4>& totals) {
    const Octet<double> shift = faces.shift(), here = where<double>(faces.mask, v + reference_of(u, p)),
                        load_of = u.drive.load ? load<double>(u.drive.load + slots_of(p)) : splat<double>(0);
    out += shift * here - load_of;
    totals.add(0, (shift * here - 2.0 * load_of) * here);
    if (!p.at_end) return;
    for (int side = 0; side < 6; ++side) {
      if (faces.ends.plate[side] == 0) continue;
      const Octet<double> drop = here - splat<double>(u.drive.plate[side]), g = faces.plate(side),
                          q = g * drop;
      out += q;
      diagonal += g;
      totals.add(0, q * drop);
      totals.add(side % 2 ? 2 : 1, side % 2 ? q : -q);
    }
  }
};

template <class Kind, class T>
TAUVOX_OCTET void visit(const Evaluate<T>& pass, const Place& p, Totals<4>& totals) {
  const Residual<Kind, T> left(pass.u, p, totals);
  if (pass.s) store<T>(pass.s + slots_of(p), convert<T>(divide<double>(-left.out, left.diagonal)));
  if (pass.rest) sum_aggregates(pass.blocks, p, -left.out, pass.rest);
}

template <int axis, class Kind, class T>
TAUVOX_OCTET void flux_along(const AxisFlux<T>& pass, const Place& p, Totals<1>& totals) {
  const PotentialOf<T>& u = pass.u;
  const typename Kind::template Faces<double> faces(u.m, p);
  const ValueOf<double, T> value{p, u.v};
  const Octet<double> v = value(6), fall = fall_inside<axis>(u), none = splat<double>(0);
  const Behind<double> there =
      behind_faces<axis, double>(p, faces.ends, v, value(2 * axis), value(2 * axis + 1));
  const auto along = faces.template along<axis>();
  const Octet<double> in = along.sum(v - there.inside + fall, none),
                      off = along.sum(none, v - there.beyond - fall);
  double inside = sum_of(where<double>(low_slots<axis>, in)),
         ahead = sum_of(where<double>(0xffu & ~low_slots<axis>, off));
  if (p.at_end) {
    const Octet<double> here = v + reference_of(u, p);
    const auto to_plate = [&](int side) TAUVOX_INLINE {
      return sum_of(faces.plate(side) * (here - splat<double>(u.drive.plate[side])));
    };
    const bool thin = (faces.ends.plate[2 * axis + 1] & low_slots<axis>) != 0;
    (thin ? inside : ahead) += to_plate(2 * axis + 1);
    totals.add(0, where<double>(1, splat<double>(-to_plate(2 * axis))));
  }
  if (p.at[axis] == 0) totals.add(0, where<double>(low_slots<axis>, -off));
  pass.flux[2 * std::int64_t{p.octet}] = inside;
  pass.flux[2 * std::int64_t{p.octet} + 1] = ahead;
}

template <class Kind, class T>
TAUVOX_OCTET void visit(const AxisFlux<T>& pass, const Place& p, Totals<1>& totals) {
  for_axes([&](auto axis) TAUVOX_INLINE {
    if (pass.axis == axis) flux_along<decltype(axis)::value, Kind>(pass, p, totals);
  });
}

template <class Kind, class T>
TAUVOX_OCTET void visit(const WritePotential<T>& pass, const Place& p, Totals<0>&) {
  const PotentialOf<T>& u = pass.u;
  const Octet<double> here = load<double>(u.v + slots_of(p)) + reference_of(u, p);
  const std::uint32_t mask = u.m.octets.codes[p.octet] & 0xffu;
  const Extent& e = u.m.active.extent;
  for (int s = 0; s < 8; ++s) {
    const Voxel v = Voxel::of_block(p.at[2], p.at[1], p.at[0], s);
    if ((mask >> s) & 1u) pass.out[v.x() + e.nx * (v.y() + e.ny * v.z())] = static_cast<float>(here[s]);
  }
}

template <class Kind, class T>
TAUVOX_OCTET void visit(const CountOutside<T>& pass, const Place& p, Totals<1>& totals) {
  const Octet<double> here = load<double>(pass.u.v + slots_of(p)) + reference_of(pass.u, p);
  const std::uint32_t mask = pass.u.m.octets.codes[p.octet] & 0xffu;
  double outside[8];
  for (int s = 0; s < 8; ++s) outside[s] = (mask >> s) & 1u && !within(here[s], pass.slack) ? 1 : 0;
  totals.add(0, load<double>(outside));
}

}  // namespace tauvox::TAUVOX_FORM
