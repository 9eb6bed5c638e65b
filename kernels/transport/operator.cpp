#include "kernels/transport/operator.hpp"

#include <algorithm>
#include <limits>

#include "kernels/base/launch.hpp"
#include "kernels/multigrid/cycle.hpp"
#include "kernels/transport/passes_gpu.hpp"
#include "kernels/transport/potential.hpp"

namespace tauvox {
namespace {

/// A vector on unknowns as values of voxels.
template <class W, class T>
struct ValueOf {
  Medium<W> m;
  const T* u;
  TAUVOX_HD W operator()(const Voxel& v) const { return static_cast<W>(u[v.number(m)]); }
};

/// e = damping r / diagonal, where it is needed.
template <class T>
struct FirstStep {
  Medium<float> m;
  const T* r;
  TAUVOX_HD float operator()(const Voxel& v) const {
    const float d = diagonal(m, v);
    return d > 0 ? damping * static_cast<float>(r[v.number(m)]) / d : 0;
  }
};

/// e plus the correction from the coarse level.
template <class T>
struct CorrectedStep {
  FirstStep<T> first;
  BlockView blocks;
  float factor;
  const float* coarse_x;
  TAUVOX_HD float operator()(const Voxel& v) const {
    return first(v) + factor * coarse_x[blocks.node(v.at[2], v.at[1], v.at[0])];
  }
};

template <class W>
TAUVOX_HD bool conducts(const Medium<W>& m, std::int64_t x, std::int64_t y, std::int64_t z) {
  return m.active.conducts(x, y, z);
}

template <class T>
struct ApplyDot {
  Medium<T> m;
  const T* p;
  T* q;
  TAUVOX_HD Sums<1> operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    if (!conducts(m, x, y, z)) return {};
    const Voxel v = Voxel::of(x, y, z);
    const std::int64_t i = v.number(m);
    q[i] = apply_at(m, v, ValueOf<T, T>{m, p});
    return {{static_cast<double>(p[i]) * static_cast<double>(q[i])}};
  }
};

template <class T>
struct SmoothRestrict {  // one call a block
  Medium<float> m;
  BlockView blocks;
  const T* r;
  float* coarse_b;
  TAUVOX_HD void operator()(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    const std::int64_t b = blocks.block(bx, by, bz);
    const std::uint32_t code = blocks.code(b), first = blocks.first_node[b];
    for (std::uint32_t node = first; node < blocks.first_node[b + 1]; ++node) coarse_b[node] = 0;
    for (int s = 0; s < 8; ++s) {
      if (!BlockView::conducts(code, s)) continue;
      const Voxel v = Voxel::of_block(bx, by, bz, s);
      const float rest = static_cast<float>(r[v.number(m)]) - apply_at(m, v, FirstStep<T>{m, r});
      coarse_b[first + static_cast<std::uint32_t>(BlockView::local(code, s))] += rest;
    }
  }
};

template <class T>
struct ProlongSmoothDot {
  CorrectedStep<T> step;
  T* z;
  TAUVOX_HD Sums<1> operator()(std::int64_t x, std::int64_t y, std::int64_t zz) const {
    const Medium<float>& m = step.first.m;
    if (!conducts(m, x, y, zz)) return {};
    const Voxel v = Voxel::of(x, y, zz);
    const std::int64_t i = v.number(m);
    const auto r = static_cast<float>(step.first.r[i]);
    const float d = diagonal(m, v);
    const float out = step(v) + (d > 0 ? damping * (r - apply_at(m, v, step)) / d : 0);
    z[i] = static_cast<T>(out);
    return {{static_cast<double>(step.first.r[i]) * static_cast<double>(out)}};
  }
};

template <class T>
struct Evaluate {  // faces ahead of the voxel, and those at the first plate
  PotentialOf<T> u;
  T* r;  // b - A u; null: not wanted
  TAUVOX_HD Sums<4> operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    Sums<4> sums;
    const Medium<double>& m = u.m;
    if (!conducts(m, x, y, z)) return sums;
    const Voxel v = Voxel::of(x, y, z);
    const double here = u(v);
    double out = 0;
    for (int axis = 2; axis >= 0; --axis) {
      const double back = here - u.beyond(v, axis, -1), in = face_conductance(m, v, axis, -1) * back;
      const double drop = here - u.beyond(v, axis, 1), q = face_conductance(m, v, axis, 1) * drop;
      out += in;
      out += q;
      sums.value[0] += q * drop;
      if (axis != m.flow) continue;
      if (v.at[axis] == m.length(axis) - 1) sums.value[2] += q;
      if (v.at[axis] == 0) {
        sums.value[0] += in * back;
        sums.value[1] -= in;
      }
    }
    sums.value[3] = out * out;
    if (r) r[v.number(m)] = static_cast<T>(-out);
    return sums;
  }
};

template <class T>
struct RestOfAggregates {  // one call a block
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

template <class T>
struct JacobiDot {
  FirstStep<T> step;
  T* z;
  TAUVOX_HD Sums<1> operator()(std::int64_t x, std::int64_t y, std::int64_t plane) const {
    if (!conducts(step.m, x, y, plane)) return {};
    const Voxel v = Voxel::of(x, y, plane);
    const std::int64_t i = v.number(step.m);
    z[i] = static_cast<T>(step(v));
    return {{static_cast<double>(step.r[i]) * static_cast<double>(z[i])}};
  }
};

struct SourceNorm {  // b_i = g to the plate at potential 1; one layer
  Medium<double> m;
  TAUVOX_HD Sums<1> operator()(std::int64_t a, std::int64_t b, std::int64_t) const {
    const Voxel v = m.flow == 0 ? Voxel::of(a, b, 0) : m.flow == 1 ? Voxel::of(a, 0, b) : Voxel::of(0, a, b);
    if (v.material_class(m) < first_conducting_class) return {};
    const double source = face_conductance(m, v, m.flow, -1);
    return {{source * source}};
  }
};

template <class T>
struct CountOutside {
  PotentialOf<T> u;
  double slack;
  TAUVOX_HD Sums<1> operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    if (!conducts(u.m, x, y, z)) return {};
    return {{within(u(Voxel::of(x, y, z)), slack) ? 0.0 : 1.0}};
  }
  /// A row on a CPU, as below.
  void row(std::int64_t y, std::int64_t z, std::int64_t nx, Lanes<1>& sums) const {
    const UnknownsView& active = u.m.active;
    const T* v = u.v + active.row_start[active.row(y, z)];
    for (std::int64_t w = 0; w < (nx + 31) / 32; ++w)
      for (std::uint32_t left = active.word(32 * w, y, z).mask; left != 0; left &= left - 1) {
        const double here = static_cast<double>(*v++) + u.ramp(Voxel::of(32 * w + lowest_bit(left), y, z));
        sums.value[0][0] += within(here, slack) ? 0 : 1;
      }
  }
};

template <class T>
struct WritePotential {
  PotentialOf<T> u;
  float* out;
  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const Extent& e = u.m.active.extent;
    out[x + e.nx * (y + e.ny * z)] = conducts(u.m, x, y, z) ? static_cast<float>(u(Voxel::of(x, y, z)))
                                                            : std::numeric_limits<float>::quiet_NaN();
  }
  /// A row on a CPU: its unknowns follow each other, so nothing has to be looked up.
  void row(std::int64_t y, std::int64_t z, std::int64_t nx) const {
    const UnknownsView& active = u.m.active;
    const T* v = u.v + active.row_start[active.row(y, z)];
    float* to = out + nx * (y + active.extent.ny * z);
    for (std::int64_t x = 0; x < nx; ++x) {
      const bool here = conducts(u.m, x, y, z);
      to[x] = here ? static_cast<float>(static_cast<double>(*v) + u.ramp(Voxel::of(x, y, z)))
                   : std::numeric_limits<float>::quiet_NaN();
      v += here;
    }
  }
};

}  // namespace

template <class T>
TransportOperator<T>::TransportOperator(std::shared_ptr<const Unknowns> active,
                                        const Field<std::uint8_t>& classes,
                                        const std::vector<double>& conductivity,
                                        const std::array<double, 3>& voxel_size, Axis flow,
                                        const Periodic& periodic, KernelForm form, double shift)
    : active_(std::move(active)),
      flow_(flow),
      periodic_(periodic),
      form_(form),
      one_class_(conductivity.size() == 1 && conductivity[0] == 1),
      shift_(shift) {
  if (!one_class_) classes_ = read_only(classes);
  std::vector<double> material{one_class_ ? 0 : std::numeric_limits<double>::infinity(),
                               one_class_ ? 2.0 : 0.0};
  for (const double sigma : conductivity) material.push_back(one_class_ ? 1 : 1 / (2 * sigma));
  material.resize(max_classes, material[wall_class]);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double ratio = voxel_size[static_cast<std::size_t>(flow)] / voxel_size[axis];
    scale_[axis] = ratio * ratio;
  }
  for (const double sigma : conductivity) least_conductance_ = std::min(least_conductance_, sigma);
  least_conductance_ *= *std::min_element(scale_.begin(), scale_.end());
  material_double_ = Buffer<double>(device(), max_classes);
  material_double_.copy_from(material);
  const std::vector<float> rounded(material.begin(), material.end());
  material_float_ = Buffer<float>(device(), max_classes);
  material_float_.copy_from(rounded);
}

template <class T>
template <class W>
Medium<W> TransportOperator<T>::medium_of(const Buffer<W>& material) const {
  Medium<W> m;
  m.classes = classes_;
  m.active = active_->view();
  m.material = material.data();
  m.one_class = one_class_;
  m.flow = static_cast<int>(flow_);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    m.scale[axis] = static_cast<W>(scale_[axis]);
    m.joined[axis] = periodic_[axis];
  }
  m.shift = static_cast<W>(shift_);
  return m;
}

template <class T>
Medium<float> TransportOperator<T>::medium() const {
  return medium_of(material_float_);
}

template <class T>
Medium<double> TransportOperator<T>::exact_medium() const {
  Medium<double> m = medium_of(material_double_);
  m.shift = 0;
  return m;
}

template <class T>
void TransportOperator<T>::count(std::int64_t more) const {
  device().count_traffic(medium().bytes() + more);
}

template <class T>
double TransportOperator<T>::apply_dot(const Buffer<T>& p, Buffer<T>& q) const {
  count(2 * vector_bytes());
  const Medium<T> m = [&] {
    if constexpr (std::is_same_v<T, float>)
      return medium_of(material_float_);
    else
      return medium_of(material_double_);
  }();
  if (rows()) return rows::apply_dot(device(), m, p.data(), q.data());
  if (tiles()) return tiles::apply_dot(device(), m, p.data(), q.data());
  return sum_over_voxels<1>(device(), extent(), ApplyDot<T>{m, p.data(), q.data()})[0];
}

template <class T>
Evaluation TransportOperator<T>::evaluate_into(const Buffer<T>& v, T* r) const {
  count((r ? 2 : 1) * vector_bytes());
  const Medium<double> m = exact_medium();
  if (rows()) return rows::evaluate(device(), m, v.data(), r, {}, nullptr);
  if (tiles()) return tiles::evaluate(device(), m, v.data(), r, {}, nullptr);
  const Sums<4> sums = sum_over_voxels<4>(device(), extent(), Evaluate<T>{{m, v.data()}, r});
  return {sums[0], sums[1], sums[2], sums[3]};
}

template <class T>
Evaluation TransportOperator<T>::evaluate(const Buffer<T>& v) const {
  return evaluate_into(v, nullptr);
}

template <class T>
Evaluation TransportOperator<T>::residual(const Buffer<T>& v, Buffer<T>& r) const {
  return evaluate_into(v, r.data());
}

template <class T>
Evaluation TransportOperator<T>::evaluate(const Buffer<T>& v, const Blocks& blocks,
                                          Buffer<double>& rest) const {
  const Medium<double> m = exact_medium();
  count(vector_bytes() + blocks.view().bytes() + 8 * blocks.nodes);
  if (rows()) return rows::evaluate<T>(device(), m, v.data(), nullptr, blocks.view(), rest.data());
  if (tiles()) return tiles::evaluate<T>(device(), m, v.data(), nullptr, blocks.view(), rest.data());
  for_each_voxel(device(), blocks.lattice, RestOfAggregates<T>{{m, v.data()}, blocks.view(), rest.data()});
  return evaluate(v);
}

template <class T>
double TransportOperator<T>::jacobi_dot(const Buffer<T>& r, Buffer<T>& z) const {
  count(2 * vector_bytes());
  if (rows()) return rows::jacobi_dot(device(), medium(), r.data(), z.data());
  return sum_over_voxels<1>(device(), extent(), JacobiDot<T>{{medium(), r.data()}, z.data()})[0];
}

template <class T>
double TransportOperator<T>::source_norm2() const {
  const Extent& e = extent();
  const Extent layer = flow_ == Axis::z   ? Extent{e.nx, e.ny, 1}
                       : flow_ == Axis::y ? Extent{e.nx, e.nz, 1}
                                          : Extent{e.ny, e.nz, 1};
  return sum_over_voxels<1>(device(), layer, SourceNorm{medium_of(material_double_)})[0];
}

template <class T>
std::vector<float> TransportOperator<T>::potential(const Buffer<T>& v) const {
  const std::int64_t size = extent().voxels();
  std::vector<float> host(static_cast<std::size_t>(size));
  WritePotential<T> write{{medium_of(material_double_), v.data()}, host.data()};
  if (!device().is_cuda()) {
    for_each_voxel(device(), extent(), write);
    return host;
  }
  Buffer<float> staged(device(), size);
  write.out = staged.data();
  for_each_voxel(device(), extent(), write);
  staged.copy_to(host);
  return host;
}

template <class T>
std::int64_t TransportOperator<T>::outside(const Buffer<T>& v, double slack) const {
  const CountOutside<T> count_outside{{medium_of(material_double_), v.data()}, slack};
  return static_cast<std::int64_t>(sum_over_voxels<1>(device(), extent(), count_outside)[0]);
}

template <class T>
void TransportOperator<T>::smooth_restrict(const Blocks& blocks, const Buffer<T>& r, float* coarse_b) const {
  count(blocks.view().bytes() + vector_bytes() + 4 * blocks.nodes);
  if (rows())
    rows::smooth_restrict(device(), medium(), blocks.view(), r.data(), coarse_b);
  else if (tiles())
    tiles::smooth_restrict(device(), medium(), blocks.view(), r.data(), coarse_b);
  else
    for_each_voxel(device(), blocks.lattice, SmoothRestrict<T>{medium(), blocks.view(), r.data(), coarse_b});
}

template <class T>
double TransportOperator<T>::prolong_smooth_dot(const Blocks& blocks, float factor, const float* coarse_x,
                                                const Buffer<T>& r, Buffer<T>& z) const {
  count(blocks.view().bytes() + 2 * vector_bytes() + 4 * blocks.nodes);
  if (rows())
    return rows::prolong_smooth_dot(device(), medium(), blocks.view(), factor, coarse_x, r.data(), z.data());
  if (tiles())
    return tiles::prolong_smooth_dot(device(), medium(), blocks.view(), factor, coarse_x, r.data(), z.data());
  const CorrectedStep<T> step{{medium(), r.data()}, blocks.view(), factor, coarse_x};
  return sum_over_voxels<1>(device(), extent(), ProlongSmoothDot<T>{step, z.data()})[0];
}

template class TransportOperator<float>;
template class TransportOperator<double>;

}  // namespace tauvox
