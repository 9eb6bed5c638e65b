// The passes over the unknowns of which solvers consist: for each its arguments, the bytes it must move and
// its arithmetic in the plainest form, the reference of those that are tuned for CPUs (passes_cpu.hpp) and
// GPUs (passes_gpu.hpp). T is the type of the vectors; e = damping r / diagonal is the first Jacobi step.
#pragma once

#include "kernels/base/launch.hpp"
#include "kernels/transport/blocks.hpp"
#include "kernels/transport/potential.hpp"

namespace tauvox {

/// A vector on unknowns as values of voxels.
template <class W, class T>
struct ValueOf {
  Medium<W> m;
  const T* u;
  TAUVOX_HD W operator()(const Voxel& v) const { return static_cast<W>(u[m.number(v)]); }
};

/// e, where it is needed.
template <class T>
struct FirstStep {
  Medium<float> m;
  const T* r;
  TAUVOX_HD float operator()(const Voxel& v) const {
    const float d = diagonal(m, v);
    return d > 0 ? damping * static_cast<float>(r[m.number(v)]) / d : 0;
  }
};

template <class T>
std::int64_t vector_bytes(std::int64_t unknowns) {
  return unknowns * static_cast<std::int64_t>(sizeof(T));
}

/// q = A p; sums p.q
template <class T>
struct ApplyDot {
  static constexpr int sums = 1;
  Medium<T> m;
  const T* p;
  T* q;
  std::int64_t bytes() const { return m.bytes() + 2 * vector_bytes<T>(m.unknowns); }
  TAUVOX_HD Sums<1> operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const Voxel v = Voxel::of(x, y, z);
    if (!m.conducts(v)) return {};
    const std::int64_t i = m.number(v);
    q[i] = apply_at(m, v, ValueOf<T, T>{m, p});
    return {{static_cast<double>(p[i]) * static_cast<double>(q[i])}};
  }
};

/// z = e; sums r.z
template <class T>
struct JacobiDot {
  static constexpr int sums = 1;
  Medium<float> m;
  const T* r;
  T* z;
  std::int64_t bytes() const { return m.bytes() + 2 * vector_bytes<T>(m.unknowns); }
  TAUVOX_HD Sums<1> operator()(std::int64_t x, std::int64_t y, std::int64_t plane) const {
    const Voxel v = Voxel::of(x, y, plane);
    if (!m.conducts(v)) return {};
    const std::int64_t i = m.number(v);
    z[i] = static_cast<T>(FirstStep<T>{m, r}(v));
    return {{static_cast<double>(r[i]) * static_cast<double>(z[i])}};
  }
};

/// coarse_b = sum over each aggregate of r - A e.   One call a block.
template <class T>
struct SmoothRestrict {
  static constexpr int sums = 0;
  Medium<float> m;
  BlockView blocks;
  const T* r;
  float* coarse_b;
  std::int64_t bytes() const {
    return m.bytes() + blocks.bytes() + vector_bytes<T>(m.unknowns) + 4 * blocks.nodes;
  }
  TAUVOX_HD void operator()(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    const std::int64_t b = blocks.block(bx, by, bz);
    const std::uint32_t code = blocks.code(b), first = blocks.first_node[b];
    for (std::uint32_t node = first; node < blocks.first_node[b + 1]; ++node) coarse_b[node] = 0;
    for (int s = 0; s < 8; ++s) {
      if (!BlockView::conducts(code, s)) continue;
      const Voxel v = Voxel::of_block(bx, by, bz, s);
      const float rest = static_cast<float>(r[m.number(v)]) - apply_at(m, v, FirstStep<T>{m, r});
      coarse_b[first + static_cast<std::uint32_t>(BlockView::local(code, s))] += rest;
    }
  }
};

/// z = s + damping (r - A s) / diagonal with s = e + factor coarse_x; sums r.z
template <class T>
struct ProlongSmoothDot {
  static constexpr int sums = 1;
  Medium<float> m;
  BlockView blocks;
  float factor;
  const float* coarse_x;
  const T* r;
  T* z;
  std::int64_t bytes() const {
    return m.bytes() + blocks.bytes() + 2 * vector_bytes<T>(m.unknowns) + 4 * blocks.nodes;
  }
  /// e plus the correction from the coarse level.
  struct CorrectedStep {
    FirstStep<T> first;
    BlockView blocks;
    float factor;
    const float* coarse_x;
    TAUVOX_HD float operator()(const Voxel& v) const { return first(v) + factor * coarse_x[blocks.node(v)]; }
  };
  TAUVOX_HD Sums<1> operator()(std::int64_t x, std::int64_t y, std::int64_t plane) const {
    const Voxel v = Voxel::of(x, y, plane);
    if (!m.conducts(v)) return {};
    const CorrectedStep step{{m, r}, blocks, factor, coarse_x};
    const std::int64_t i = m.number(v);
    const float d = diagonal(m, v);
    const float out = step(v) + (d > 0 ? damping * (static_cast<float>(r[i]) - apply_at(m, v, step)) / d : 0);
    z[i] = static_cast<T>(out);
    return {{static_cast<double>(r[i]) * static_cast<double>(out)}};
  }
};

/// What u amounts to (Evaluation, in its order): faces ahead of the voxel, and those of plates behind it.
/// Also r = b - A u, and its sums over the aggregates, where they are wanted (not null).
template <class T>
struct Evaluate {
  static constexpr int sums = 4;
  PotentialOf<T> u;
  T* r = nullptr;
  BlockView blocks{};
  double* rest = nullptr;
  std::int64_t bytes() const {
    const std::int64_t vector = vector_bytes<T>(u.m.unknowns);
    return u.m.bytes() + (r ? 2 : 1) * vector + (u.drive.load ? 8 * u.m.unknowns : 0) +
           (rest ? blocks.bytes() + 8 * blocks.nodes : 0);
  }
  /// What a voxel adds, from its faces x-, x+, y-, y+, z-, z+ and what lies beyond them; returns (b - A u)_v.
  TAUVOX_HD static double add(const Medium<double>& m, const Voxel& v, double load, double here,
                              const double (&g)[6], const double (&beyond)[6], Sums<4>& sum) {
    double out = m.shift * here - load;
    sum.value[0] += m.shift * here * here - 2 * load * here;
    for (int axis = 2, face = 0; axis >= 0; --axis, face += 2) {
      const double back = here - beyond[face], in = g[face] * back;
      const double drop = here - beyond[face + 1], q = g[face + 1] * drop;
      out += in;
      out += q;
      sum.value[0] += q * drop;
      if (v.at[axis] == m.length(axis) - 1 && m.plate(axis, 1)) sum.value[2] += q;
      if (v.at[axis] == 0 && m.plate(axis, -1)) {
        sum.value[0] += in * back;
        sum.value[1] -= in;
      }
    }
    sum.value[3] += out * out;
    return -out;
  }
  TAUVOX_HD Sums<4> operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    Sums<4> sum;
    const Voxel v = Voxel::of(x, y, z);
    if (!u.m.conducts(v)) return sum;
    double g[6], beyond[6];
    for (int face = 0; face < 6; ++face) {
      const int axis = 2 - face / 2, sign = face % 2 ? 1 : -1;
      g[face] = face_conductance(u.m, v, axis, sign);
      beyond[face] = u.beyond(v, axis, sign);
    }
    const std::int64_t i = u.m.number(v);
    const double left = add(u.m, v, u.load(i), u(v), g, beyond, sum);
    if (r) r[i] = static_cast<T>(left);
    return sum;
  }
};

/// The aggregates' sums of Evaluate alone.   One call a block.
template <class T>
struct RestOfAggregates {
  PotentialOf<T> u;
  BlockView blocks;
  double* rest;
  TAUVOX_HD void operator()(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    const std::int64_t b = blocks.block(bx, by, bz);
    const std::uint32_t code = blocks.code(b), first = blocks.first_node[b];
    for (std::uint32_t node = first; node < blocks.first_node[b + 1]; ++node) rest[node] = 0;
    for (int s = 0; s < 8; ++s)
      if (BlockView::conducts(code, s))
        rest[first + static_cast<std::uint32_t>(BlockView::local(code, s))] +=
            residual_at(u, Voxel::of_block(bx, by, bz, s));
  }
};

}  // namespace tauvox
