// What forms (forms.hpp) does to an octet.
#pragma once

#include "kernels/transport/forms.hpp"
#include "kernels/transport/passes_at.hpp"

namespace tauvox {

template <class T>
struct Forms {
  static constexpr int others = 4, sums = 2 * others;
  Medium<double> m;
  const T* v;
  const T* w[others];
  int count;  // of them
  TAUVOX_OCTET const Medium<double>& medium() const { return m; }
  std::int64_t bytes() const { return m.bytes() + (1 + count) * vector_bytes<T>(m.octets); }
};

namespace TAUVOX_FORM {

template <class Kind, class T>
TAUVOX_OCTET void visit(const Forms<T>& pass, const Place& p, Totals<Forms<T>::sums>& totals) {
  const typename Kind::template Faces<double> faces(pass.m, p);
  const ValueOf<double, T> v{p, pass.v};
  const Octet<double> own_v = v(6);
  Octet<double> inside[3], beyond[3];  // by how much v falls across each face
  for_axes([&](auto axis) TAUVOX_INLINE {
    constexpr int a = axis;
    const Behind<double> of_v = behind_faces<a, double>(p, faces.ends, own_v, v(2 * a), v(2 * a + 1));
    inside[a] = own_v - of_v.inside;
    beyond[a] = own_v - of_v.beyond;
  });
  for (int k = 0; k < Forms<T>::others && k < pass.count; ++k) {
    const ValueOf<double, T> w{p, pass.w[k]};
    const Octet<double> own_w = w(6), product = own_v * own_w;
    Octet<double> inner = splat<double>(0);  // a face between two unknowns is met from both
    for_axes([&](auto axis) TAUVOX_INLINE {
      constexpr int a = axis;
      const Behind<double> of_w = behind_faces<a, double>(p, faces.ends, own_w, w(2 * a), w(2 * a + 1));
      inner +=
          faces.template along<a>().sum(inside[a] * (own_w - of_w.inside), beyond[a] * (own_w - of_w.beyond));
    });
    totals.add(2 * k, 0.5 * inner);
    totals.add(2 * k + 1, faces.shift() * product);
    if (!p.at_end) continue;
    for (int side = 0; side < 6; ++side)
      if (faces.ends.plate[side] != 0) totals.add(2 * k, faces.plate(side) * product);
  }
}

}  // namespace TAUVOX_FORM
}  // namespace tauvox
