#include "kernels/transport/states.hpp"

#include <algorithm>

#include "kernels/base/launch.hpp"
#include "kernels/volume/kinds.hpp"

namespace tauvox {
namespace {

struct WriteState {
  PotentialOf<double> u;
  double* out;
  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const Voxel v = Voxel::of(x, y, z);
    if (!u.m.conducts(v)) return;
    double reference = 0;
    for (int axis = 0; axis < 3; ++axis)
      reference += u.drive.reference(axis, static_cast<double>(u.m.length(axis)), v.at[axis]);
    const std::int64_t slot = u.m.octets.slot(v);
    out[slot] = reference + u.v[slot];
  }
};

struct WriteLoad {
  UnknownsView active;
  OctetsView octets;
  const double *state[most_terms] = {}, *residual[most_terms] = {}, *capacity = nullptr, *diagonal = nullptr;
  double of_state[most_terms] = {}, of_residual[most_terms] = {};
  int states = 0, residuals = 0;
  double* load = nullptr;
  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    if (!active.conducts(x, y, z)) return;
    const std::int64_t slot = octets.slot(Voxel::of(x, y, z));
    double sum = 0, rates = 0;
    for (int k = 0; k < states; ++k) sum += of_state[k] * state[k][slot];
    if (capacity) sum *= capacity[slot];
    for (int k = 0; k < residuals; ++k) rates += of_residual[k] * residual[k][slot];
    load[active.number(x, y, z)] = sum + diagonal[slot] * rates;
  }
};

struct SumMoments {
  static constexpr std::int64_t bytes_per_element = sizeof(double);
  const double* value;
  TAUVOX_HD Sums<2> operator()(std::int64_t i) const { return {{value[i], value[i] * value[i]}}; }
};

struct SumWeighted {
  static constexpr std::int64_t bytes_per_element = 2 * sizeof(double);
  const double *value, *weight;
  TAUVOX_HD Sums<2> operator()(std::int64_t i) const {
    const double weighted = weight[i] * value[i];
    return {{weighted, weighted * value[i]}};
  }
};

}  // namespace

Buffer<double> state_of(const TransportOperator<double>& A, const Buffer<double>& v) {
  Buffer<double> state = A.vector();
  state.zero();
  for_each_cell(A.device(), A.extent(), WriteState{A.potential_of(v), state.data()});
  return state;
}

Capacity::Capacity(const TransportOperator<double>& A) {
  const Problem& problem = A.problem();
  total_ = static_cast<double>(A.unknowns());
  if (!problem.kinds) return;
  const Buffer<double> values = values_of_kinds(*problem.kinds, problem.weight_of_kind);
  total_ = moments_of(values).sum;
  least_ = *std::min_element(problem.weight_of_kind.begin(), problem.weight_of_kind.end());
  of_slots_ = A.vector_of(values.to_host());
}

Moments Capacity::moments(const Buffer<double>& vector) const {
  if (of_slots_.size() == 0) return moments_of(vector);
  const Sums<2> sums =
      sum_over_indices<2>(vector.device(), vector.size(), SumWeighted{vector.data(), of_slots_.data()});
  return {sums[0], sums[1]};
}

Buffer<double> load_from(const TransportOperator<double>& A, const Capacity& capacity,
                         const std::vector<Term>& states, const Buffer<double>& diagonal,
                         const std::vector<Term>& residuals) {
  Buffer<double> load(A.device(), A.unknowns());
  WriteLoad write{A.problem().unknowns->view(), A.octets()->view()};
  for (const Term& term : states) {
    write.state[write.states] = term.vector->data();
    write.of_state[write.states++] = term.factor;
  }
  for (const Term& term : residuals) {
    write.residual[write.residuals] = term.vector->data();
    write.of_residual[write.residuals++] = term.factor;
  }
  write.capacity = capacity.of_slots();
  write.diagonal = diagonal.data();
  write.load = load.data();
  for_each_cell(A.device(), A.extent(), write);
  return load;
}

Moments moments_of(const Buffer<double>& values) {
  const Sums<2> sums = sum_over_indices<2>(values.device(), values.size(), SumMoments{values.data()});
  return {sums[0], sums[1]};
}

}  // namespace tauvox
