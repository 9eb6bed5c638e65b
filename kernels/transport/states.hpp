// Potentials that follow from each other in time: vectors of a problem in FP64, eight values an octet.
#pragma once

#include <vector>

#include "kernels/transport/operator.hpp"

namespace tauvox {

/// factor x vector
struct Term {
  double factor = 0;
  const Buffer<double>* vector = nullptr;
};
inline constexpr std::size_t most_terms = 4;

/// u = reference + v, of unknowns; 0 elsewhere.
Buffer<double> state_of(const TransportOperator<double>& A, const Buffer<double>& v);

/// Sum of the values, and of their squares.
struct Moments {
  double sum = 0, squares = 0;
};
Moments moments_of(const Buffer<double>& values);

/// How much each unknown holds per potential: the weight of its kind (problem.hpp), 1 where there are none.
/// Bytes: 8 a slot, of kinds alone.
class Capacity {
 public:
  explicit Capacity(const TransportOperator<double>& A);
  double total() const { return total_; }
  double least() const { return least_; }
  /// Of each slot; null: 1 of all.
  const double* of_slots() const { return of_slots_.size() > 0 ? of_slots_.data() : nullptr; }
  /// Sums of a vector's values and of their squares, each as often as its unknown holds.
  Moments moments(const Buffer<double>& vector) const;

 private:
  Buffer<double> of_slots_;
  double total_ = 0, least_ = 1;
};

/// capacity x sum of the states + diagonal x sum of the others, which are residuals (passes.hpp): a load, in
/// the order in which unknowns are numbered.
/// @pre at most `most_terms` of either
Buffer<double> load_from(const TransportOperator<double>& A, const Capacity& capacity,
                         const std::vector<Term>& states, const Buffer<double>& diagonal,
                         const std::vector<Term>& residuals);

}  // namespace tauvox
