// What an operator is made of, and what it is asked for: the passes it runs stand in passes.hpp.
#include "kernels/transport/operator.hpp"

#include <limits>

#include "kernels/transport/passes.hpp"

namespace tauvox {
namespace {

struct SumSources {  // |b|^2 of u = 0
  Medium<double> m;
  Drive drive;
  TAUVOX_HD bool inner(const Voxel& v) const {
    for (int axis = 0; axis < 3; ++axis)
      if (v.at[axis] == 0 || v.at[axis] == m.length(axis) - 1) return false;
    return true;
  }
  TAUVOX_HD double offset(const Voxel& v, int axis, int sign) const {
    const Voxel there = v.next(axis, sign);
    if (there.at[axis] >= 0 && there.at[axis] < m.length(axis)) return 0;
    return m.plate(axis, sign) ? drive.plate[2 * axis + (sign > 0 ? 1 : 0)] : sign * drive.rise[axis];
  }
  TAUVOX_HD Sums<1> operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const Voxel v = Voxel::of(x, y, z);
    if ((!drive.load && inner(v)) || !m.conducts(v)) return {};
    double b = drive.load ? drive.load[m.octets.slot(v)] : 0;
    for (int axis = 2; axis >= 0; --axis)
      for (int sign = -1; sign <= 1; sign += 2)
        if (const double from = offset(v, axis, sign); from != 0)
          b += face_conductance(m, v, axis, sign) * from;
    return {{b * b}};
  }
  /// A row on a CPU: without a load only its ends can hold a source, unless it lies on a side itself.
  void row(std::int64_t y, std::int64_t z, std::int64_t nx, Lanes<1>& sums) const {
    const Extent& e = m.active.extent;
    const bool on_a_side = y == 0 || y == e.ny - 1 || z == 0 || z == e.nz - 1;
    const std::int64_t step = drive.load || on_a_side || nx == 1 ? 1 : nx - 1;
    for (std::int64_t x = 0; x < nx; x += step) sums.value[0][x % lanes] += (*this)(x, y, z)[0];
  }
};

/// Sums of what AxisFlux wrote, over rows along x: by halves of a block and by what is ahead of it. Across z
/// and y a row lies in one plane; across x each of its blocks in another.
struct SumRows {
  OctetsView octets;
  const double* flux;
  double* sums;  // [row][2]
  TAUVOX_HD void operator()(std::int64_t by, std::int64_t bz) const {
    const OctetWord* words = octets.row(by, bz);
    double* sum = sums + 2 * (by + octets.lattice.ny * bz);
    sum[0] = sum[1] = 0;
    for (std::int64_t i = words[0].first; i < words[octets.words_per_row].first; ++i)
      for (int k = 0; k < 2; ++k) sum[k] += flux[2 * i + k];
  }
};

struct SumAcross {  // one call for a place x in a plane z of blocks
  OctetsView octets;
  const double* flux;
  double* sums;  // [z][x][2]
  TAUVOX_HD void operator()(std::int64_t bx, std::int64_t bz, std::int64_t) const {
    double sum[2] = {};
    for (std::int64_t by = 0; by < octets.lattice.ny; ++by)
      if (const std::int64_t i = octets.find(bx, by, bz); i < octets.count)
        for (int k = 0; k < 2; ++k) sum[k] += flux[2 * i + k];
    for (int k = 0; k < 2; ++k) sums[2 * (bx + octets.lattice.nx * bz) + k] = sum[k];
  }
};

template <class T>
struct CopyUnknowns {  // between the order of slots and that of numbers; one call a voxel
  UnknownsView active;
  OctetsView octets;
  T *slots, *numbers;
  bool to_slots;
  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    if (!active.conducts(x, y, z)) return;
    T &slot = slots[octets.slot(Voxel::of(x, y, z))], &number = numbers[active.number(x, y, z)];
    (to_slots ? slot : number) = to_slots ? number : slot;
  }
};

/// A number of each unknown, in the order of slots.
template <class N>
Buffer<N> in_slots(const Unknowns& unknowns, const Octets& octets, const Buffer<N>& numbers) {
  Buffer<N> slots(unknowns.device(), octets.slots());
  slots.zero();
  for_each_cell(unknowns.device(), unknowns.extent(),
                CopyUnknowns<N>{unknowns.view(), octets.view(), slots.data(), numbers.data(), true});
  return slots;
}

Evaluation as_evaluation(const Sums<4>& s) { return {s[0], s[1], s[2], s[3]}; }

}  // namespace

template <class T>
TransportOperator<T>::TransportOperator(Problem problem, KernelForm form,
                                        std::shared_ptr<const Octets> octets)
    : problem_(std::move(problem)), form_(form), octets_(std::move(octets)) {
  problem_.check();
  if (!octets_) octets_ = std::make_shared<Octets>(problem_);
  const std::vector<double> material = with_law(problem_.face_law(), [&](auto law) {
    std::vector<double> of_class{law.wall, law.plate};
    for (const double sigma : problem_.conductivity) of_class.push_back(law.material(sigma));
    of_class.resize(max_classes, law.wall);
    return of_class;
  });
  float_ = tables<float>(material);
  double_ = tables<double>(material);
  if (problem_.kinds) kinds_ = in_slots(*problem_.unknowns, *octets_, *problem_.kinds);
  if (problem_.load) load_ = in_slots(*problem_.unknowns, *octets_, *problem_.load);
}

template <class T>
template <class W>
auto TransportOperator<T>::tables(const std::vector<double>& material) const -> Tables<W> {
  const auto table = [&](const std::vector<double>& values, double factor) {
    std::vector<W> rounded;
    for (const double value : values) rounded.push_back(static_cast<W>(factor * value));
    Buffer<W> made(device(), static_cast<std::int64_t>(rounded.size()));
    made.copy_from(rounded);
    return made;
  };
  return {table(material, 1), problem_.kinds ? table(problem_.weight_of_kind, problem_.shift) : Buffer<W>()};
}

template <class T>
template <class W>
Medium<W> TransportOperator<T>::medium_of(const Tables<W>& tables) const {
  Medium<W> m;
  m.one_class = problem_.one_class();
  m.few_classes = first_conducting_class + problem_.conductivity.size() <= 8;
  m.active = problem_.unknowns->view();
  m.octets = octets_->view();
  m.material = tables.material.data();
  m.law = problem_.face_law();
  const std::array<double, 3> scale = problem_.scale();
  for (std::size_t axis = 0; axis < 3; ++axis) m.scale[axis] = static_cast<W>(scale[axis]);
  for (std::size_t side = 0; side < 6; ++side) m.side[side] = problem_.sides.all[side].kind;
  m.shift = static_cast<W>(problem_.shift);
  if (!problem_.kinds || problem_.shift == 0) return m;
  m.kinds = kinds_.data();
  m.shift_of_kind = tables.shift_of_kind.data();
  return m;
}

template <class T>
Medium<float> TransportOperator<T>::medium() const {
  return medium_of(float_);
}

template <class T>
Medium<T> TransportOperator<T>::own_medium() const {
  if constexpr (std::is_same_v<T, float>)
    return medium_of(float_);
  else
    return medium_of(double_);
}

template <class T>
PotentialOf<T> TransportOperator<T>::potential_of(const Buffer<T>& v) const {
  return {medium_of(double_), Drive(problem_, load_.data()), v.data()};
}

template <class T>
double TransportOperator<T>::curvature(const Buffer<T>& p) const {
  return run_pass(device(), Curvature<T>{own_medium(), p.data()}, form_)[0];
}

template <class T>
void TransportOperator<T>::subtract_applied(Buffer<T>& s, double alpha, const Buffer<T>& p) const {
  run_pass(device(), SubtractApplied<T>{own_medium(), static_cast<T>(alpha), p.data(), s.data()}, form_);
}

template <class T>
double TransportOperator<T>::jacobi_dot(const Buffer<T>& s) const {
  return run_pass(device(), JacobiDot<T>{own_medium(), s.data()}, form_)[0];
}

template <class T>
Buffer<T> TransportOperator<T>::diagonal() const {
  Buffer<T> d = vector();
  run_pass(device(), WriteDiagonal<T>{own_medium(), d.data()}, form_);
  return d;
}

template <class T>
Evaluation TransportOperator<T>::evaluate(const Buffer<T>& v) const {
  return as_evaluation(run_pass(device(), Evaluate<T>{potential_of(v)}, form_));
}

template <class T>
Evaluation TransportOperator<T>::residual(const Buffer<T>& v, Buffer<T>& s) const {
  return as_evaluation(run_pass(device(), Evaluate<T>{potential_of(v), s.data()}, form_));
}

template <class T>
Evaluation TransportOperator<T>::evaluate(const Buffer<T>& v, const Blocks& blocks,
                                          Buffer<double>& rest) const {
  return as_evaluation(
      run_pass(device(), Evaluate<T>{potential_of(v), nullptr, blocks.view(), rest.data()}, form_));
}

template <class T>
double TransportOperator<T>::source_norm2() const {
  return sum_over_cells<1>(device(), extent(),
                           SumSources{medium_of(double_), Drive(problem_, load_.data())})[0];
}

template <class T>
std::vector<double> TransportOperator<T>::plane_fluxes(const Buffer<T>& v, Axis axis) const {
  const OctetsView octets = octets_->view();
  const Extent lattice = octets.lattice;
  Buffer<double> of_octet(device(), 2 * octets.count);
  const double first =
      run_pass(device(), AxisFlux<T>{potential_of(v), static_cast<int>(axis), of_octet.data()}, form_)[0];
  const std::int64_t along = lattice.along(axis),
                     lines = axis == Axis::x ? lattice.nx * lattice.nz : lattice.rows();
  Buffer<double> sums(device(), 2 * lines);
  if (axis == Axis::x)
    for_each_cell(device(), {lattice.nx, lattice.nz, 1}, SumAcross{octets, of_octet.data(), sums.data()});
  else
    for_each_row(device(), lattice, SumRows{octets, of_octet.data(), sums.data()});
  const std::vector<double> of_line = sums.to_host();
  std::vector<double> flux(static_cast<std::size_t>(2 * along) + 1);
  for (std::int64_t line = 0; line < lines; ++line) {
    const std::int64_t at = axis == Axis::z ? line / lattice.ny : line % along;
    for (std::int64_t k = 0; k < 2; ++k)
      flux[static_cast<std::size_t>(2 * at + 1 + k)] += of_line[static_cast<std::size_t>(2 * line + k)];
  }
  flux[0] = first;
  flux.resize(static_cast<std::size_t>(extent().along(axis)) + 1);
  return flux;
}

template <class T>
std::vector<float> TransportOperator<T>::potential(const Buffer<T>& v) const {
  std::vector<float> host(static_cast<std::size_t>(extent().voxels()),
                          std::numeric_limits<float>::quiet_NaN());
  WritePotential<T> write{potential_of(v), host.data()};
  if (!device().is_cuda()) {
    run_pass(device(), write, form_);
    return host;
  }
  Buffer<float> staged(device(), extent().voxels());
  staged.copy_from(host);
  write.out = staged.data();
  run_pass(device(), write, form_);
  staged.copy_to(host);
  return host;
}

template <class T>
std::int64_t TransportOperator<T>::outside(const Buffer<T>& v, double slack) const {
  return static_cast<std::int64_t>(run_pass(device(), CountOutside<T>{potential_of(v), slack}, form_)[0]);
}

template <class T>
std::int64_t TransportOperator<T>::smooth_restrict(const Blocks& blocks, const Buffer<T>& s, float* coarse_b,
                                                   double* parts) const {
  return run_pass(device(), SmoothRestrict<T>{own_medium(), blocks.view(), s.data(), coarse_b}, form_, parts);
}

template <class T>
std::int64_t TransportOperator<T>::parts_of_sum(const Extent& extent) {
  return tauvox::parts_of_sum(extent.halved());
}

template <class T>
void TransportOperator<T>::prolong_advance(const Blocks& blocks, float factor, const float* coarse_x,
                                           const Buffer<T>& s, Buffer<T>& x, double alpha, Buffer<T>& p,
                                           double beta) const {
  run_pass(device(),
           ProlongAdvance<T>{own_medium(), blocks.view(), factor, coarse_x, s.data(), static_cast<T>(alpha),
                             static_cast<T>(beta), x.data(), p.data()},
           form_);
}

template <class T>
Buffer<T> TransportOperator<T>::vector() const {
  Buffer<T> made(device(), octets_->slots());
  device().zero(made.data() + 8 * octets_->count(), 8 * sizeof(T));
  return made;
}

template <class T>
Buffer<T> TransportOperator<T>::vector_of(const std::vector<T>& values) const {
  Buffer<T> numbers(device(), unknowns());
  numbers.copy_from(values);
  return in_slots(*problem_.unknowns, *octets_, numbers);
}

template <class T>
std::vector<T> TransportOperator<T>::values_of(const Buffer<T>& vector) const {
  Buffer<T> numbers(device(), unknowns());
  for_each_cell(
      device(), extent(),
      CopyUnknowns<T>{problem_.unknowns->view(), octets_->view(), vector.data(), numbers.data(), false});
  return numbers.to_host();
}

template class TransportOperator<float>;
template class TransportOperator<double>;

}  // namespace tauvox
