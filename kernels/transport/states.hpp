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

/// sum of the plain terms + diagonal x sum of the others, which are residuals (passes.hpp): a load, in the
/// order in which unknowns are numbered.
/// @pre at most `most_terms` of either
Buffer<double> load_from(const TransportOperator<double>& A, const std::vector<Term>& plain,
                         const Buffer<double>& diagonal, const std::vector<Term>& residuals);

/// Sum of the values, and of their squares.
struct Moments {
  double sum = 0, squares = 0;
};
Moments moments_of(const Buffer<double>& values);

}  // namespace tauvox
