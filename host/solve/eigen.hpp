// Eigenvalues of small dense matrices, FP64.
#pragma once

#include <vector>

namespace tauvox {

/// Eigenvalues of a symmetric matrix, n x n, in no order, and their vectors, of length 1, as its columns.
struct Eigen {
  std::vector<double> values, vectors;
};
Eigen eigen_of_symmetric(std::vector<double> matrix);

}  // namespace tauvox
