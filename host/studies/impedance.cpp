#include "host/studies/impedance.hpp"

#include <cmath>

#include "host/solve/eigen.hpp"

namespace tauvox {

void Projection::add(const std::vector<std::array<double, 2>>& with_each) { rows_.push_back(with_each); }

PoleSum Projection::poles(double at, std::size_t without) const {
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (i == 0 || i != without) kept.push_back(i);
  const std::size_t n = kept.size();
  const auto form = [&](std::size_t i, std::size_t j) {
    const std::size_t p = kept[i], q = kept[j];
    return rows_[std::max(p, q)][std::min(p, q)];
  };
  // M = K + at S with a diagonal of 1. Vectors are alike: what M hardly tells apart is left out.
  std::vector<double> length(n), m(n * n), s(n * n);
  for (std::size_t i = 0; i < n; ++i) length[i] = std::sqrt(form(i, i)[0] + at * form(i, i)[1]);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const auto [k_ij, s_ij] = form(i, j);
      m[i * n + j] = (k_ij + at * s_ij) / (length[i] * length[j]);
      s[i * n + j] = s_ij / (length[i] * length[j]);
    }
  constexpr double negligible = 1e-12;
  const Eigen of_m = eigen_of_symmetric(m);
  std::vector<std::vector<double>> basis;  // M between two of them is 0, of one with itself 1
  for (std::size_t k = 0; k < n; ++k) {
    if (!(of_m.values[k] > negligible)) continue;
    basis.emplace_back();
    for (std::size_t i = 0; i < n; ++i)
      basis.back().push_back(of_m.vectors[i * n + k] / std::sqrt(of_m.values[k]));
  }
  const std::size_t rank = basis.size();
  std::vector<double> reduced(rank * rank), of_one(rank);  // S, and S between each and 1
  for (std::size_t k = 0; k < rank; ++k)
    for (std::size_t i = 0; i < n; ++i) {
      of_one[k] += basis[k][i] * s[i * n] * length[0];
      for (std::size_t l = 0; l < rank; ++l)
        for (std::size_t j = 0; j < n; ++j) reduced[k * rank + l] += basis[k][i] * s[i * n + j] * basis[l][j];
    }
  for (std::size_t k = 0; k < rank; ++k)
    for (std::size_t l = 0; l < k; ++l)
      reduced[k * rank + l] = reduced[l * rank + k] = (reduced[k * rank + l] + reduced[l * rank + k]) / 2;
  const Eigen of_s = eigen_of_symmetric(reduced);
  PoleSum poles;
  for (std::size_t k = 0; k < rank; ++k) {
    const double part = of_s.values[k];  // of at S in M: what stores nothing, has no part in Y
    if (!(part * at > negligible)) continue;
    double with_one = 0;
    for (std::size_t l = 0; l < rank; ++l) with_one += of_s.vectors[l * rank + k] * of_one[l];
    poles.rate.push_back(1 / part - at);
    poles.share.push_back(with_one * with_one / part);
  }
  return poles;
}

}  // namespace tauvox
