#include "kernels/transport/operator.hpp"

#include <limits>

#include "kernels/transport/passes_cpu.hpp"
#include "kernels/transport/passes_gpu.hpp"

namespace tauvox {
namespace {

template <class T>
struct SumSources {  // |b|^2 of u = 0
  PotentialOf<T> u;  // v is not looked at
  TAUVOX_HD bool inner(const Voxel& v) const {
    for (int axis = 0; axis < 3; ++axis)
      if (v.at[axis] == 0 || v.at[axis] == u.m.length(axis) - 1) return false;
    return true;
  }
  TAUVOX_HD double offset(const Voxel& v, int axis, int sign) const {
    const Voxel there = v.next(axis, sign);
    if (there.at[axis] >= 0 && there.at[axis] < u.m.length(axis)) return 0;
    return u.m.plate(axis, sign) ? u.drive.plate[2 * axis + (sign > 0 ? 1 : 0)] : sign * u.drive.rise[axis];
  }
  TAUVOX_HD Sums<1> operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const Voxel v = Voxel::of(x, y, z);
    if ((!u.drive.load && inner(v)) || !u.m.conducts(v)) return {};
    double b = u.load(u.m.number(v));
    for (int axis = 2; axis >= 0; --axis)
      for (int sign = -1; sign <= 1; sign += 2)
        if (const double from = offset(v, axis, sign); from != 0)
          b += face_conductance(u.m, v, axis, sign) * from;
    return {{b * b}};
  }
};

template <class T>
struct CountOutside {
  PotentialOf<T> u;
  double slack;
  TAUVOX_HD Sums<1> operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const Voxel v = Voxel::of(x, y, z);
    return {{u.m.conducts(v) && !within(u(v), slack) ? 1.0 : 0.0}};
  }
  /// A row on a CPU: its unknowns follow each other, so nothing has to be looked up.
  void row(std::int64_t y, std::int64_t z, std::int64_t nx, Lanes<1>& sums) const {
    const UnknownsView& active = u.m.active;
    const T* v = u.v + active.row_start[active.row(y, z)];
    for (std::int64_t w = 0; w < (nx + 31) / 32; ++w)
      for (std::uint32_t left = active.word(32 * w, y, z).mask; left != 0; left &= left - 1) {
        const double here =
            static_cast<double>(*v++) + u.reference(Voxel::of(32 * w + lowest_bit(left), y, z));
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
    const Voxel v = Voxel::of(x, y, z);
    out[x + e.nx * (y + e.ny * z)] =
        u.m.conducts(v) ? static_cast<float>(u(v)) : std::numeric_limits<float>::quiet_NaN();
  }
  /// A row on a CPU, as above.
  void row(std::int64_t y, std::int64_t z, std::int64_t nx) const {
    const UnknownsView& active = u.m.active;
    const T* v = u.v + active.row_start[active.row(y, z)];
    float* to = out + nx * (y + active.extent.ny * z);
    for (std::int64_t x = 0; x < nx; ++x) {
      const Voxel here = Voxel::of(x, y, z);
      const bool conducts = u.m.conducts(here);
      to[x] = conducts ? static_cast<float>(static_cast<double>(*v) + u.reference(here))
                       : std::numeric_limits<float>::quiet_NaN();
      v += conducts;
    }
  }
};

/// Flux towards higher coordinates through the faces ahead of a line of voxels, and behind the first layer.
/// Lines: along x for the planes of z and y; along y for those of x.
template <class T>
struct SumPlaneFluxes {
  PotentialOf<T> u;
  int axis;
  double *ahead, *behind_first;  // [line]
  TAUVOX_HD double flux(const Voxel& v, double here, int sign) const {
    const Voxel there = v.next(axis, sign);
    const Medium<double>& m = u.m;
    const bool inside = there.at[axis] >= 0 && there.at[axis] < m.length(axis);
    if (inside && m.one_class) {  // the common case without a look at materials
      if (!m.conducts(there)) return 0;
      return sign * m.scale[axis] * (here - u(there));
    }
    return sign * face_conductance(m, v, axis, sign) * (here - u.beyond(v, axis, sign));
  }
  TAUVOX_HD void operator()(std::int64_t a, std::int64_t b, std::int64_t) const {
    const Extent& e = u.m.active.extent;
    const bool along_x = axis != 2;
    double sum = 0, first = 0;
    for (std::int64_t i = 0; i < (along_x ? e.nx : e.ny); ++i) {
      const Voxel v = along_x ? Voxel::of(i, a, b) : Voxel::of(a, i, b);
      if (!u.m.conducts(v)) continue;
      const double here = u(v);
      sum += flux(v, here, 1);
      if (v.at[axis] == 0) first += flux(v, here, -1);
    }
    const std::int64_t line = a + (along_x ? e.ny : e.nx) * b;
    ahead[line] = sum;
    behind_first[line] = first;
  }
};

}  // namespace

template <class T>
TransportOperator<T>::TransportOperator(Problem problem, KernelForm form)
    : problem_(std::move(problem)), form_(form) {
  problem_.check();
  const std::vector<double> material = with_law(problem_.face_law(), [&](auto law) {
    std::vector<double> of_class{law.wall, law.plate};
    for (const double sigma : problem_.conductivity) of_class.push_back(law.material(sigma));
    of_class.resize(max_classes, law.wall);
    return of_class;
  });
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
  m.one_class = problem_.one_class();
  if (!m.one_class) m.classes = read_only(*problem_.classes);
  m.active = problem_.unknowns->view();
  m.material = material.data();
  m.law = problem_.face_law();
  const std::array<double, 3> scale = problem_.scale();
  for (std::size_t axis = 0; axis < 3; ++axis) m.scale[axis] = static_cast<W>(scale[axis]);
  for (std::size_t side = 0; side < 6; ++side) m.side[side] = problem_.sides.all[side].kind;
  m.shift = static_cast<W>(problem_.shift);
  m.unknowns = unknowns();
  return m;
}

template <class T>
Medium<float> TransportOperator<T>::medium() const {
  return medium_of(material_float_);
}

template <class T>
PotentialOf<T> TransportOperator<T>::potential_of(const Buffer<T>& v) const {
  return {medium_of(material_double_), Drive(problem_), v.data()};
}

/// The sums of a pass, in the form of this operator. The plain one is counted by its launcher.
template <class T>
template <class Pass>
auto TransportOperator<T>::run(const Pass& pass) const {
  const auto counted = [&](const auto& run) {
    count_pass(device(), pass, 0);
    return run(device(), pass);
  };
  if (form_ == KernelForm::tuned && !device().is_cuda())
    return counted([](const auto&... given) { return rows::run(given...); });
  if constexpr (requires { tiles::run(device(), pass); })
    if (form_ == KernelForm::tuned) return counted([](const auto&... given) { return tiles::run(given...); });
  if constexpr (requires { pass.blocks; } && Pass::sums == 0) {
    for_each_voxel(device(), pass.blocks.lattice, pass);
    return Sums<1>{};
  } else {
    return sum_over_voxels<Pass::sums>(device(), extent(), pass);
  }
}

template <class T>
double TransportOperator<T>::apply_dot(const Buffer<T>& p, Buffer<T>& q) const {
  if constexpr (std::is_same_v<T, float>)
    return run(ApplyDot<T>{medium_of(material_float_), p.data(), q.data()})[0];
  else
    return run(ApplyDot<T>{medium_of(material_double_), p.data(), q.data()})[0];
}

template <class T>
double TransportOperator<T>::jacobi_dot(const Buffer<T>& r, Buffer<T>& z) const {
  return run(JacobiDot<T>{medium(), r.data(), z.data()})[0];
}

namespace {
Evaluation as_evaluation(const Sums<4>& s) { return {s[0], s[1], s[2], s[3]}; }
}  // namespace

template <class T>
Evaluation TransportOperator<T>::evaluate(const Buffer<T>& v) const {
  return as_evaluation(run(Evaluate<T>{potential_of(v)}));
}

template <class T>
Evaluation TransportOperator<T>::residual(const Buffer<T>& v, Buffer<T>& r) const {
  return as_evaluation(run(Evaluate<T>{potential_of(v), r.data()}));
}

template <class T>
Evaluation TransportOperator<T>::evaluate(const Buffer<T>& v, const Blocks& blocks,
                                          Buffer<double>& rest) const {
  if (form_ == KernelForm::plain)
    for_each_voxel(device(), blocks.lattice,
                   RestOfAggregates<T>{potential_of(v), blocks.view(), rest.data()});
  return as_evaluation(run(Evaluate<T>{potential_of(v), nullptr, blocks.view(), rest.data()}));
}

template <class T>
double TransportOperator<T>::source_norm2() const {
  return sum_over_voxels<1>(device(), extent(), SumSources<T>{potential_of(Buffer<T>())})[0];
}

template <class T>
std::vector<double> TransportOperator<T>::plane_fluxes(const Buffer<T>& v, Axis axis) const {
  const Extent& e = extent();
  const Extent lines = axis == Axis::x ? Extent{e.nx, e.nz, 1} : Extent{e.ny, e.nz, 1};
  Buffer<double> ahead(device(), lines.voxels()), behind_first(device(), lines.voxels());
  for_each_voxel(
      device(), lines,
      SumPlaneFluxes<T>{potential_of(v), static_cast<int>(axis), ahead.data(), behind_first.data()});
  const std::vector<double> of_line = ahead.to_host(), first = behind_first.to_host();
  std::vector<double> flux(static_cast<std::size_t>(e.along(axis)) + 1);
  for (std::int64_t line = 0; line < lines.voxels(); ++line) {
    const std::int64_t at = axis == Axis::z ? line / lines.nx : line % lines.nx;
    flux[static_cast<std::size_t>(at) + 1] += of_line[static_cast<std::size_t>(line)];
    flux[0] += first[static_cast<std::size_t>(line)];
  }
  return flux;
}

template <class T>
std::vector<float> TransportOperator<T>::potential(const Buffer<T>& v) const {
  const std::int64_t size = extent().voxels();
  std::vector<float> host(static_cast<std::size_t>(size));
  WritePotential<T> write{potential_of(v), host.data()};
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
  return static_cast<std::int64_t>(
      sum_over_voxels<1>(device(), extent(), CountOutside<T>{potential_of(v), slack})[0]);
}

template <class T>
void TransportOperator<T>::smooth_restrict(const Blocks& blocks, const Buffer<T>& r, float* coarse_b) const {
  run(SmoothRestrict<T>{medium(), blocks.view(), r.data(), coarse_b});
}

template <class T>
double TransportOperator<T>::prolong_smooth_dot(const Blocks& blocks, float factor, const float* coarse_x,
                                                const Buffer<T>& r, Buffer<T>& z) const {
  return run(ProlongSmoothDot<T>{medium(), blocks.view(), factor, coarse_x, r.data(), z.data()})[0];
}

template class TransportOperator<float>;
template class TransportOperator<double>;

}  // namespace tauvox
