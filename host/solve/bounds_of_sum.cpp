#include "host/solve/bounds_of_sum.hpp"

#include <utility>

#include "kernels/base/vector.hpp"

namespace tauvox {

EnergyBounds bounds_of_sum(double a, const Solver& first, double b, const Solver& second) {
  Problem sum = first.problem();
  for (std::size_t axis = 0; axis < 3; ++axis)
    sum.rise[axis] = a * sum.rise[axis] + b * second.problem().rise[axis];
  const TransportOperator<double> A(std::move(sum), KernelForm::tuned, first.octets());
  Buffer<double> v = A.vector();
  v.zero();
  add_scaled(v, a, first.deviation<double>());
  add_scaled(v, b, second.deviation<double>());
  std::shared_ptr<const Hierarchy> hierarchy = first.hierarchy();
  if (!hierarchy) hierarchy = std::make_shared<const Hierarchy>(A.device(), A.medium());
  return bound_energy(A, *hierarchy, v);
}

}  // namespace tauvox
