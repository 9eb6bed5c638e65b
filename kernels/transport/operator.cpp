#include "kernels/transport/operator.hpp"

#include <algorithm>
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
  /// A row on a CPU: without a load only its ends can hold a source, unless it lies on a side itself.
  void row(std::int64_t y, std::int64_t z, std::int64_t nx, Lanes<1>& sums) const {
    const Extent& e = u.m.active.extent;
    const bool on_a_side = y == 0 || y == e.ny - 1 || z == 0 || z == e.nz - 1;
    const std::int64_t step = u.drive.load || on_a_side || nx == 1 ? 1 : nx - 1;
    for (std::int64_t x = 0; x < nx; x += step) sums.value[0][x % lanes] += (*this)(x, y, z)[0];
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
    const double of_row = u.reference_of_row(y, z);
    for (std::int64_t w = 0; w < (nx + 31) / 32; ++w)
      for (std::uint32_t left = active.word(32 * w, y, z).mask; left != 0; left &= left - 1) {
        const double here =
            static_cast<double>(*v++) + (of_row + u.reference_along_x(32 * w + lowest_bit(left)));
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
    const double of_row = u.reference_of_row(y, z);
    for (std::int64_t x = 0; x < nx; ++x) {
      const bool conducts = active.conducts(x, y, z);
      to[x] = conducts ? static_cast<float>(static_cast<double>(*v) + (of_row + u.reference_along_x(x)))
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
  double scale = 1, drop = 0;    // along the axis: of a face; of the reference, from a voxel to the next
  TAUVOX_HD double flux(const Voxel& v, int sign) const {
    return sign * face_conductance(u.m, v, axis, sign) * (u(v) - u.beyond(v, axis, sign));
  }
  /// Between voxels of the volume that both conduct.
  TAUVOX_HD double conductance_between(const Voxel& a, const Voxel& b) const {
    return u.m.one_class ? 1 : conductance(u.m.law, u.m.material_of(a), u.m.material_of(b));
  }
  /// Between two rows that touch: by the differences of v at their common voxels.
  TAUVOX_HD double between_rows(std::int64_t y, std::int64_t z, std::int64_t other_y,
                                std::int64_t other_z) const {
    const UnknownsView& active = u.m.active;
    const T* a = u.v + active.row_start[active.row(y, z)];
    const T* b = u.v + active.row_start[active.row(other_y, other_z)];
    double sum = 0;
    for (std::int64_t x = 0; x < active.extent.nx; x += 32) {
      const UnknownsWord here = active.word(x, y, z), there = active.word(x, other_y, other_z);
      for (std::uint32_t left = here.mask & there.mask; left != 0; left &= left - 1) {
        const std::uint32_t below = (left & (0u - left)) - 1u;
        const std::int64_t at = x + lowest_bit(left);
        sum += conductance_between(Voxel::of(at, y, z), Voxel::of(at, other_y, other_z)) *
               (static_cast<double>(a[here.rank + bit_count(here.mask & below)]) -
                static_cast<double>(b[there.rank + bit_count(there.mask & below)]) + drop);
      }
    }
    return sum;
  }
  /// Between planes x and x + 1 in row (y, z): neighbours along x follow each other in a vector.
  TAUVOX_HD double between_neighbours(const T* here, std::int64_t x, std::int64_t y, std::int64_t z) const {
    return conductance_between(Voxel::of(x, y, z), Voxel::of(x + 1, y, z)) *
           (static_cast<double>(here[0]) - static_cast<double>(here[1]) + drop);
  }
  TAUVOX_HD double between_planes_of_x(std::int64_t x, std::int64_t z) const {
    const UnknownsView& active = u.m.active;
    double sum = 0;
    for (std::int64_t y = 0; y < active.extent.ny; ++y)
      if (active.conducts(x, y, z) && active.conducts(x + 1, y, z))
        sum += between_neighbours(u.v + active.number(x, y, z), x, y, z);
    return sum;
  }
  /// The same for all x on a CPU, in the order of memory.
  void between_planes_of_x(std::int64_t z, double* sums) const {
    const UnknownsView& active = u.m.active;
    for (std::int64_t y = 0; y < active.extent.ny; ++y) {
      const T* v = u.v + active.row_start[active.row(y, z)];
      for (std::int64_t x = 0; x < active.extent.nx; x += 32) {
        const std::uint32_t mask = active.word(x, y, z).mask;
        const bool more = x + 32 < active.extent.nx && (active.word(x + 32, y, z).mask & 1u);
        const std::uint32_t pairs = mask & (mask >> 1 | (more ? 1u << 31 : 0));
        for (std::uint32_t left = mask; left != 0; left &= left - 1, ++v)
          if (const int bit = lowest_bit(left); (pairs >> bit) & 1u)
            sums[x + bit] += between_neighbours(v, x + bit, y, z);
      }
    }
  }
  TAUVOX_HD double over_line(std::int64_t a, std::int64_t b, int sign) const {
    const Extent& e = u.m.active.extent;
    double sum = 0;
    for (std::int64_t i = 0; i < (axis != 2 ? e.nx : e.ny); ++i) {
      const Voxel v = axis != 2 ? Voxel::of(i, a, b) : Voxel::of(a, i, b);
      if (u.m.conducts(v)) sum += flux(v, sign);
    }
    return sum;
  }
  TAUVOX_HD void operator()(std::int64_t a, std::int64_t b, std::int64_t) const {
    ends_of(a, b);
    const std::int64_t at = axis == 0 ? b : a;
    if (at == u.m.length(axis) - 1) return;
    ahead[line(a, b)] =
        scale * (axis == 2 ? between_planes_of_x(a, b)
                           : between_rows(a, b, axis == 0 ? a : a + 1, axis == 0 ? b + 1 : b));
  }
  /// A row of lines on a CPU.
  void row(std::int64_t b, std::int64_t, std::int64_t count) const {
    if (axis != 2) return detail::run_row(*this, count, b, 0);
    std::fill(ahead + line(0, b), ahead + line(count, b), 0.0);
    between_planes_of_x(b, ahead + line(0, b));
    for (std::int64_t a = 0; a < count; ++a) {
      ahead[line(a, b)] *= scale;
      ends_of(a, b);
    }
  }
  TAUVOX_HD std::int64_t line(std::int64_t a, std::int64_t b) const {
    return a + (axis != 2 ? u.m.active.extent.ny : u.m.active.extent.nx) * b;
  }
  /// The faces on the sides of the volume.
  TAUVOX_HD void ends_of(std::int64_t a, std::int64_t b) const {
    const std::int64_t at = axis == 0 ? b : a;
    behind_first[line(a, b)] = at == 0 ? over_line(a, b, -1) : 0;
    if (at == u.m.length(axis) - 1) ahead[line(a, b)] = over_line(a, b, 1);
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
    for_each_cell(device(), pass.blocks.lattice, pass);
    return Sums<1>{};
  } else {
    return sum_over_cells<Pass::sums>(device(), extent(), pass);
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
    for_each_cell(device(), blocks.lattice, RestOfAggregates<T>{potential_of(v), blocks.view(), rest.data()});
  return as_evaluation(run(Evaluate<T>{potential_of(v), nullptr, blocks.view(), rest.data()}));
}

template <class T>
double TransportOperator<T>::source_norm2() const {
  return sum_over_cells<1>(device(), extent(), SumSources<T>{potential_of(Buffer<T>())})[0];
}

template <class T>
std::vector<double> TransportOperator<T>::plane_fluxes(const Buffer<T>& v, Axis axis) const {
  const Extent& e = extent();
  const Extent lines = axis == Axis::x ? Extent{e.nx, e.nz, 1} : Extent{e.ny, e.nz, 1};
  Buffer<double> ahead(device(), lines.voxels()), behind_first(device(), lines.voxels());
  const auto axis_index = static_cast<int>(axis);
  SumPlaneFluxes<T> sum{potential_of(v), axis_index, ahead.data(), behind_first.data()};
  sum.scale = sum.u.m.scale[axis_index];
  sum.drop =
      (sum.u.drive.first[axis_index] - sum.u.drive.last[axis_index]) / static_cast<double>(e.along(axis));
  for_each_cell(device(), lines, sum);
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
    for_each_cell(device(), extent(), write);
    return host;
  }
  Buffer<float> staged(device(), size);
  write.out = staged.data();
  for_each_cell(device(), extent(), write);
  staged.copy_to(host);
  return host;
}

template <class T>
std::int64_t TransportOperator<T>::outside(const Buffer<T>& v, double slack) const {
  return static_cast<std::int64_t>(
      sum_over_cells<1>(device(), extent(), CountOutside<T>{potential_of(v), slack})[0]);
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
