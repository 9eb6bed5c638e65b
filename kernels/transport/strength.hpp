// Which voxels of a block belong together by the strength of their links (graph.hpp): a pass over octets.
#pragma once

#include "kernels/multigrid/graph.hpp"
#include "kernels/transport/octet_walk.hpp"

namespace tauvox {

/// Sets of the 8 voxels of a block. The root of a set is its first voxel.
struct SmallSets {
  int parent[8];
  TAUVOX_HD SmallSets() {
    for (int s = 0; s < 8; ++s) parent[s] = s;
  }
  TAUVOX_HD int root(int s) const {
    while (parent[s] != s) s = parent[s];
    return s;
  }
  TAUVOX_HD void join(int s, int t) {
    s = root(s), t = root(t);
    if (s < t)
      parent[t] = s;
    else
      parent[s] = t;
  }
  /// Code of the block (see BlockView), and the number of sets.
  TAUVOX_HD std::uint32_t code(std::uint32_t mask, int& sets) const {
    std::uint32_t code = mask << 24;
    int number[8] = {};
    sets = 0;
    for (int s = 0; s < 8; ++s)
      if ((mask >> s) & 1u) {
        const int r = root(s);
        if (r == s) number[s] = sets++;
        code |= static_cast<std::uint32_t>(number[r]) << (3 * s);
      }
    return code;
  }
};

/// Aggregates by the strength of the links.
struct ByStrength {
  static constexpr int sums = 0;
  Medium<float> m;
  Extent lattice;
  std::uint32_t *code, *sets;

  TAUVOX_OCTET const Medium<float>& medium() const { return m; }
  /// g of the face towards (axis, sign) where another unknown lies behind it, else 0.
  TAUVOX_HD float link(const Voxel& v, float material, int axis, int sign) const {
    const std::uint8_t there = m.class_of(v.next(axis, sign));
    if (there < first_conducting_class) return 0;
    return m.scale[axis] * conductance(m.law, material, m.material[there]);
  }
  TAUVOX_HD float largest(const Voxel& v) const {
    const float material = m.material_of(v);
    float most = 0;
    for (int axis = 0; axis < 3; ++axis)
      for (int sign = -1; sign <= 1; sign += 2) {
        const float g = link(v, material, axis, sign);
        most = g > most ? g : most;
      }
    return most;
  }
  TAUVOX_HD bool strong_link_outside(const Voxel& v, float most) const {
    const float material = m.material_of(v);
    for (int axis = 0; axis < 3; ++axis)
      for (int sign = -1; sign <= 1; sign += 2) {
        const float g = link(v, material, axis, sign);
        if (g > strong_share * most && g > strong_share * largest(m.wrapped(v.next(axis, sign)))) return true;
      }
    return false;
  }
};

namespace TAUVOX_FORM {

template <class Kind>
TAUVOX_OCTET void visit(const ByStrength& pass, const Place& p, Totals<0>&) {
  const typename Kind::template Faces<float> faces(pass.m, p);
  const Octet<float> none = splat<float>(0), one = splat<float>(1);
  const auto larger = [](const Octet<float>& a, const Octet<float>& b) TAUVOX_INLINE {
    return slot_by_slot<float>(a, b, [](float x, float y) TAUVOX_INLINE { return x > y ? x : y; });
  };
  Octet<float> largest = none;
  float inside[3][8], most[8];
  for_axes([&](auto axis) TAUVOX_INLINE {
    constexpr int a = axis;
    const auto along = faces.template along<a>();
    const Octet<float> in = along.sum(one, none);
    largest = larger(largest, larger(in, along.sum(none, one)));
    store<float>(inside[a], in);
  });
  store<float>(most, largest);
  SmallSets small;
  bool attached[8] = {};
  float best[8] = {};
  int partner[8] = {};
  for (int s = 0; s < 8; ++s)
    for (int axis = 0; axis < 3; ++axis) {
      const int t = s | (4 >> axis);
      if (t == s || !((faces.mask >> s) & (faces.mask >> t) & 1u)) continue;
      const float g = inside[axis][s];
      if (g > strong_share * most[s] && g > strong_share * most[t]) {
        small.join(s, t);
        attached[s] = attached[t] = true;
      }
      if (g > best[s]) best[s] = g, partner[s] = t;
      if (g > best[t]) best[t] = g, partner[t] = s;
    }
  const std::int64_t bx = p.at[2], by = p.at[1], bz = p.at[0];
  for (int s = 0; s < 8; ++s)
    if (((faces.mask >> s) & 1u) && !attached[s] && best[s] > orphan_share * most[s] &&
        !pass.strong_link_outside(Voxel::of_block(bx, by, bz, s), most[s]))
      small.join(s, partner[s]);
  int count = 0;
  const std::int64_t b = bx + pass.lattice.nx * (by + pass.lattice.ny * bz);
  pass.code[b] = small.code(faces.mask, count);
  pass.sets[b] = static_cast<std::uint32_t>(count);
}

}  // namespace TAUVOX_FORM
}  // namespace tauvox
