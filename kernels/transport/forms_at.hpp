// What forms (forms.hpp) does to an octet.
#pragma once

#include "kernels/transport/forms.hpp"
#include "kernels/transport/passes_at.hpp"

namespace tauvox {

template <class T>
struct Forms {
  static constexpr int sums = 2;
  Medium<double> m;
  const T *v, *w;
  TAUVOX_OCTET const Medium<double>& medium() const { return m; }
  std::int64_t bytes() const { return m.bytes() + 2 * vector_bytes<T>(m.octets); }
};

namespace TAUVOX_FORM {

template <class Kind, class T>
TAUVOX_OCTET void visit(const Forms<T>& pass, const Place& p, Totals<2>& totals) {
  const typename Kind::template Faces<double> faces(pass.m, p);
  const ValueOf<double, T> v{p, pass.v}, w{p, pass.w};
  const Octet<double> own_v = v(6), own_w = w(6), product = own_v * own_w;
  Octet<double> inner = splat<double>(0);  // a face between two unknowns is met from both
  for_axes([&](auto axis) TAUVOX_INLINE {
    constexpr int a = axis;
    const Behind<double> of_v = behind_faces<a, double>(p, faces.ends, own_v, v(2 * a), v(2 * a + 1)),
                         of_w = behind_faces<a, double>(p, faces.ends, own_w, w(2 * a), w(2 * a + 1));
    inner += faces.template along<a>().sum((own_v - of_v.inside) * (own_w - of_w.inside),
                                           (own_v - of_v.beyond) * (own_w - of_w.beyond));
  });
  totals.add(0, 0.5 * inner);
  totals.add(1, faces.shift() * product);
  if (!p.at_end) return;
  for (int side = 0; side < 6; ++side)
    if (faces.ends.plate[side] != 0) totals.add(0, faces.plate(side) * product);
}

}  // namespace TAUVOX_FORM
}  // namespace tauvox
