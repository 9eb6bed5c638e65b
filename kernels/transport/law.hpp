// What a face between two voxels conducts. A law is a struct, named in the list below: every pass, on every
// device, follows.
//
// A law says what each side of a face contributes ("material": per class one number, walls and plates have
// theirs) and how two of them make a conductance per unit spacing. Both must be the same from either side of
// a face between unknowns, and 0 where one side is a wall.
#pragma once

#include <limits>
#include <tuple>

#include "kernels/base/extent.hpp"

namespace tauvox {

/// One conducting class, sigma = 1: g is what the other side says, 1; 0 for a wall, 2 for a plate, which is
/// half a voxel away.
struct OneClass {
  static constexpr double wall = 0, plate = 2;
  static double material(double /*sigma*/) { return 1; }
  template <class W>
  TAUVOX_HD static W conductance(W /*here*/, W there) {
    return there;
  }
};

/// Two half-voxel resistances in series, g = 1 / (r_a/2 + r_b/2) with r = 1/sigma: infinite for a wall, 0 for
/// a plate, which leaves half a voxel, exactly a Dirichlet value on the outer face.
struct Series {
  static constexpr double wall = std::numeric_limits<double>::infinity(), plate = 0;
  static double material(double sigma) { return 1 / (2 * sigma); }
  template <class W>
  TAUVOX_HD static W conductance(W here, W there) {
    return W(1) / (here + there);
  }
};

/// All laws; a law is named by its place here.
using Laws = std::tuple<OneClass, Series>;
template <int n>
using LawAt = std::tuple_element_t<n, Laws>;
inline constexpr int law_count = std::tuple_size_v<Laws>;

template <class Law, int n = 0>
constexpr int law_index() {
  if constexpr (std::is_same_v<LawAt<n>, Law>)
    return n;
  else
    return law_index<Law, n + 1>();
}

/// f(Law{}) with the law of that place: the branch is taken once, outside of f's loops.
template <int n = 0, class F>
TAUVOX_HD decltype(auto) with_law(int law, const F& f) {
  if constexpr (n + 1 == law_count)
    return f(LawAt<n>{});
  else
    return law == n ? f(LawAt<n>{}) : with_law<n + 1>(law, f);
}

/// Face conductance per unit spacing between materials `here` and `there`.
template <class W, int n = 0>
TAUVOX_HD W conductance(int law, W here, W there) {
  if constexpr (n + 1 == law_count)
    return LawAt<n>::conductance(here, there);
  else
    return law == n ? LawAt<n>::conductance(here, there) : conductance<W, n + 1>(law, here, there);
}

}  // namespace tauvox
