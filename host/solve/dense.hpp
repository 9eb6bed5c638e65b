// Small dense matrices, FP64.
#pragma once

#include <vector>

namespace tauvox {

/// Inverse of a symmetric positive definite matrix, n x n, by Cholesky; symmetric to the last bit.
/// @throws Error(internal) when the matrix is not positive definite
std::vector<double> inverse_of_spd(std::vector<double> matrix);

}  // namespace tauvox
