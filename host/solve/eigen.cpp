#include "host/solve/eigen.hpp"

#include <cmath>

namespace tauvox {

Eigen eigen_of_symmetric(std::vector<double> a) {
  const auto n = static_cast<std::size_t>(std::llround(std::sqrt(static_cast<double>(a.size()))));
  Eigen eigen{std::vector<double>(n), std::vector<double>(n * n)};
  for (std::size_t i = 0; i < n; ++i) eigen.vectors[i * n + i] = 1;
  const auto rotate = [n](std::vector<double>& m, std::size_t p, std::size_t q, std::size_t step, double c,
                          double s) {
    for (std::size_t k = 0; k < n; ++k) {
      double &x = m[p + k * step], &y = m[q + k * step];
      const double old = x;
      x = c * old - s * y;
      y = s * old + c * y;
    }
  };
  constexpr int most_sweeps = 60;  // of Jacobi rotations; some 10 are enough
  for (int sweep = 0; sweep < most_sweeps; ++sweep) {
    double off = 0, all = 0;
    for (std::size_t i = 0; i < n * n; ++i) (i % (n + 1) == 0 ? all : off) += a[i] * a[i];
    if (off <= 1e-36 * all) break;
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q) {
        if (a[p * n + q] == 0) continue;
        const double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]),
                     t = (theta < 0 ? -1 : 1) / (std::abs(theta) + std::sqrt(theta * theta + 1)),
                     c = 1 / std::sqrt(t * t + 1), s = t * c;
        rotate(a, p, q, n, c, s);          // columns
        rotate(a, p * n, q * n, 1, c, s);  // rows
        rotate(eigen.vectors, p, q, n, c, s);
      }
  }
  for (std::size_t i = 0; i < n; ++i) eigen.values[i] = a[i * n + i];
  return eigen;
}

}  // namespace tauvox
