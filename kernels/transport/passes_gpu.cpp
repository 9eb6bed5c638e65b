#include "kernels/transport/passes_gpu.hpp"

#include "kernels/transport/potential.hpp"
#include "kernels/transport/walk_gpu.hpp"

namespace tauvox::tiles {

namespace {

template <class T>
struct ApplyDot {
  static constexpr int sums = 1;
  static constexpr bool gathers = false;
  static constexpr T before = 0;
  const T* p;
  T* q;
  TAUVOX_HD T value(const Medium<T>&, const Voxel&, const Cell<T>& c) const { return p[c.number]; }
  TAUVOX_HD T use(const Medium<T>& m, const Voxel&, const Cell<T>& c, const T (&beyond)[6],
                  Sums<1>& dot) const {
    const T out = c.apply(m.shift, beyond);
    q[c.number] = out;
    dot.value[0] += static_cast<double>(c.value) * static_cast<double>(out);
    return 0;
  }
};

/// e = damping r / diagonal
template <class T>
TAUVOX_HD float first_step(const Medium<float>& m, const T* r, const Cell<float>& c) {
  const float d = c.diagonal(m.shift);
  return d > 0 ? damping * static_cast<float>(r[c.number]) / d : 0;
}

template <class T>
struct SmoothRestrict {
  static constexpr int sums = 0;
  static constexpr bool gathers = true;
  static constexpr float before = 0;
  BlockView blocks;
  const T* r;
  float* gathered;
  TAUVOX_HD float value(const Medium<float>& m, const Voxel&, const Cell<float>& c) const {
    return first_step(m, r, c);
  }
  TAUVOX_HD float use(const Medium<float>& m, const Voxel&, const Cell<float>& c, const float (&beyond)[6],
                      Sums<1>&) const {
    return static_cast<float>(r[c.number]) - c.apply(m.shift, beyond);
  }
};

template <class T>
struct ProlongSmoothDot {
  static constexpr int sums = 1;
  static constexpr bool gathers = false;
  static constexpr float before = 0;
  BlockView blocks;
  float factor;
  const float* coarse_x;
  const T* r;
  T* z;
  TAUVOX_HD float value(const Medium<float>& m, const Voxel& v, const Cell<float>& c) const {
    return first_step(m, r, c) + factor * coarse_x[blocks.node(v.at[2], v.at[1], v.at[0])];
  }
  TAUVOX_HD float use(const Medium<float>& m, const Voxel&, const Cell<float>& c, const float (&beyond)[6],
                      Sums<1>& dot) const {
    const T here = r[c.number];
    const float rest = static_cast<float>(here) - c.apply(m.shift, beyond);
    const float d = c.diagonal(m.shift);
    const float out = c.value + (d > 0 ? damping * rest / d : 0);
    z[c.number] = static_cast<T>(out);
    dot.value[0] += static_cast<double>(here) * static_cast<double>(out);
    return 0;
  }
};

/// Sums: energy of the faces ahead of a voxel and those at the first plate, flux in, flux out, ||b - A u||^2.
template <class T, bool with_rest>
struct Evaluate {
  static constexpr int sums = 4;
  static constexpr bool gathers = with_rest;
  static constexpr double before = 1;
  const T* v;
  T* r;  // null: not wanted
  BlockView blocks;
  double* gathered;
  TAUVOX_HD double value(const Medium<double>& m, const Voxel& voxel, const Cell<double>& c) const {
    return static_cast<double>(v[c.number]) + PotentialOf<T>{m, v}.ramp(voxel);
  }
  TAUVOX_HD double use(const Medium<double>& m, const Voxel& voxel, const Cell<double>& c,
                       const double (&beyond)[6], Sums<4>& sum) const {
    double out = 0;
    for (int axis = 2, face = 0; axis >= 0; --axis, face += 2) {
      const double back = c.value - beyond[face], in = c.g[face] * back;
      const double drop = c.value - beyond[face + 1], q = c.g[face + 1] * drop;
      out += in;
      out += q;
      sum.value[0] += q * drop;
      if (axis != m.flow) continue;
      if (voxel.at[axis] == m.length(axis) - 1) sum.value[2] += q;
      if (voxel.at[axis] == 0) {
        sum.value[0] += in * back;
        sum.value[1] -= in;
      }
    }
    sum.value[3] += out * out;
    if (r) r[c.number] = static_cast<T>(-out);
    return -out;
  }
};

}  // namespace

template <class T>
double apply_dot(const Device& device, const Medium<T>& m, const T* p, T* q) {
  return walk(device, m, ApplyDot<T>{p, q})[0];
}

template <class T>
void smooth_restrict(const Device& device, const Medium<float>& m, const BlockView& blocks, const T* r,
                     float* coarse_b) {
  walk(device, m, SmoothRestrict<T>{blocks, r, coarse_b});
}

template <class T>
double prolong_smooth_dot(const Device& device, const Medium<float>& m, const BlockView& blocks, float factor,
                          const float* coarse_x, const T* r, T* z) {
  return walk(device, m, ProlongSmoothDot<T>{blocks, factor, coarse_x, r, z})[0];
}

template <class T>
Evaluation evaluate(const Device& device, const Medium<double>& m, const T* v, T* r, const BlockView& blocks,
                    double* rest) {
  const Sums<4> sums = rest ? walk(device, m, Evaluate<T, true>{v, r, blocks, rest})
                            : walk(device, m, Evaluate<T, false>{v, r, {}, nullptr});
  return {sums[0], sums[1], sums[2], sums[3]};
}

#define TAUVOX_INSTANTIATE(T)                                                                             \
  template double apply_dot(const Device&, const Medium<T>&, const T*, T*);                               \
  template void smooth_restrict(const Device&, const Medium<float>&, const BlockView&, const T*, float*); \
  template double prolong_smooth_dot(const Device&, const Medium<float>&, const BlockView&, float,        \
                                     const float*, const T*, T*);                                         \
  template Evaluation evaluate(const Device&, const Medium<double>&, const T*, T*, const BlockView&, double*);
TAUVOX_INSTANTIATE(float)
TAUVOX_INSTANTIATE(double)

}  // namespace tauvox::tiles
