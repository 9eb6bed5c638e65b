#include "kernels/transport/passes_gpu.hpp"

#include "kernels/transport/walk_gpu.hpp"

namespace tauvox::tiles {
namespace {

/// e of a cell.
template <class T>
TAUVOX_HD float first_step(const Medium<float>& m, const T* r, const Cell<float>& c) {
  const float d = c.diagonal(m.shift);
  return d > 0 ? damping * static_cast<float>(r[c.number]) / d : 0;
}

// Each pass as a tile sees it: the value of a voxel, and what is done with those beyond its faces. What `use`
// returns is added up over the aggregates where the pass gathers.
template <class T>
struct TileApply : ApplyDot<T> {
  static constexpr bool gathers = false, potential = false;
  TAUVOX_HD T value(const Voxel&, const Cell<T>& c) const { return this->p[c.number]; }
  TAUVOX_HD T use(const Voxel&, const Cell<T>& c, const T (&beyond)[6], Sums<1>& dot) const {
    const T out = c.apply(this->m.shift, beyond);
    this->q[c.number] = out;
    dot.value[0] += static_cast<double>(c.value) * static_cast<double>(out);
    return 0;
  }
};

template <class T>
struct TileRestrict : SmoothRestrict<T> {
  static constexpr bool gathers = true, potential = false;
  TAUVOX_HD float* gathered() const { return this->coarse_b; }
  TAUVOX_HD float value(const Voxel&, const Cell<float>& c) const { return first_step(this->m, this->r, c); }
  TAUVOX_HD float use(const Voxel&, const Cell<float>& c, const float (&beyond)[6], Sums<1>&) const {
    return static_cast<float>(this->r[c.number]) - c.apply(this->m.shift, beyond);
  }
};

template <class T>
struct TileProlong : ProlongSmoothDot<T> {
  static constexpr bool gathers = false, potential = false;
  TAUVOX_HD float value(const Voxel& v, const Cell<float>& c) const {
    return first_step(this->m, this->r, c) + this->factor * this->coarse_x[this->blocks.node(v)];
  }
  TAUVOX_HD float use(const Voxel&, const Cell<float>& c, const float (&beyond)[6], Sums<1>& dot) const {
    const T here = this->r[c.number];
    const float rest = static_cast<float>(here) - c.apply(this->m.shift, beyond);
    const float d = c.diagonal(this->m.shift);
    const float out = c.value + (d > 0 ? damping * rest / d : 0);
    this->z[c.number] = static_cast<T>(out);
    dot.value[0] += static_cast<double>(here) * static_cast<double>(out);
    return 0;
  }
};

template <class T, bool with_rest>
struct TileEvaluate : Evaluate<T> {
  static constexpr bool gathers = with_rest, potential = true;
  Medium<double> m;  // where the tiles look for it
  TAUVOX_HD double* gathered() const { return this->rest; }
  TAUVOX_HD double beyond_side(int side) const { return this->u.drive.plate[side]; }
  TAUVOX_HD double rise(int axis) const { return this->u.drive.rise[axis]; }
  TAUVOX_HD double value(const Voxel& v, const Cell<double>& c) const {
    return static_cast<double>(this->u.v[c.number]) + this->u.reference(v);
  }
  TAUVOX_HD double use(const Voxel& v, const Cell<double>& c, const double (&beyond)[6], Sums<4>& sum) const {
    const double left = this->add(m, v, this->u.load(c.number), c.value, c.g, beyond, sum);
    if (this->r) this->r[c.number] = static_cast<T>(left);
    return left;
  }
};

}  // namespace

template <class T>
Sums<1> run(const Device& device, const ApplyDot<T>& pass) {
  return walk(device, TileApply<T>{pass});
}

template <class T>
Sums<1> run(const Device& device, const SmoothRestrict<T>& pass) {
  return walk(device, TileRestrict<T>{pass});
}

template <class T>
Sums<1> run(const Device& device, const ProlongSmoothDot<T>& pass) {
  return walk(device, TileProlong<T>{pass});
}

template <class T>
Sums<4> run(const Device& device, const Evaluate<T>& pass) {
  return pass.rest ? walk(device, TileEvaluate<T, true>{pass, pass.u.m})
                   : walk(device, TileEvaluate<T, false>{pass, pass.u.m});
}

#define TAUVOX_INSTANTIATE(T)                                      \
  template Sums<1> run(const Device&, const ApplyDot<T>&);         \
  template Sums<1> run(const Device&, const SmoothRestrict<T>&);   \
  template Sums<1> run(const Device&, const ProlongSmoothDot<T>&); \
  template Sums<4> run(const Device&, const Evaluate<T>&);
TAUVOX_INSTANTIATE(float)
TAUVOX_INSTANTIATE(double)

}  // namespace tauvox::tiles
