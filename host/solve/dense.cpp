#include "host/solve/dense.hpp"

#include <cmath>

#include "kernels/base/error.hpp"

namespace tauvox {

std::vector<double> inverse_of_spd(std::vector<double> a) {
  const auto n = static_cast<std::size_t>(std::llround(std::sqrt(static_cast<double>(a.size()))));
  for (std::size_t j = 0; j < n; ++j) {  // a = L L^T, L in the lower triangle
    for (std::size_t i = j; i < n; ++i) {
      double sum = a[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= a[i * n + k] * a[j * n + k];
      // Of links that differ by more than FP64 tells apart nothing is left: the node stays by itself.
      if (i == j && sum <= 0 && -sum < 1e-12 * a[i * n + j]) sum = a[i * n + j];
      if (i == j && !(sum > 0))
        throw Error(ExitCode::internal, "the coarsest matrix is not positive definite", "", "",
                    "no result is given; please report this volume");
      a[i * n + j] = i == j ? std::sqrt(sum) : sum / a[j * n + j];
    }
  }
  for (std::size_t j = 0; j < n; ++j) {  // L^-1 in place
    a[j * n + j] = 1 / a[j * n + j];
    for (std::size_t i = j + 1; i < n; ++i) {
      double sum = 0;
      for (std::size_t k = j; k < i; ++k) sum -= a[i * n + k] * a[k * n + j];
      a[i * n + j] = sum / a[i * n + i];
    }
  }
  std::vector<double> inverse(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = 0;
      for (std::size_t k = i; k < n; ++k) sum += a[k * n + i] * a[k * n + j];
      inverse[i * n + j] = inverse[j * n + i] = sum;
    }
  return inverse;
}

}  // namespace tauvox
