#include "host/studies/impedance.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "host/solve/eigen.hpp"

namespace tauvox {
namespace {

constexpr double negligible = 1e-12;

}  // namespace

void Projection::add(const std::vector<std::array<double, 2>>& with_each) { rows_.push_back(with_each); }

/// M = K + at S of some vectors, with a diagonal of 1: vectors are alike, and what M hardly tells apart is
/// left out.
struct Projection::Scaled {
  std::size_t n = 0;
  std::vector<double> length, s;  // roots of M's diagonal; S, scaled alike
  Eigen of_m;

  Scaled(const Projection& all, const std::vector<std::size_t>& kept, double at)
      : n(kept.size()), length(n), s(n * n) {
    const auto form = [&](std::size_t i, std::size_t j) {
      const std::size_t p = kept[i], q = kept[j];
      return all.rows_[std::max(p, q)][std::min(p, q)];
    };
    std::vector<double> m(n * n);
    for (std::size_t i = 0; i < n; ++i) length[i] = std::sqrt(form(i, i)[0] + at * form(i, i)[1]);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        const auto [k_ij, s_ij] = form(i, j);
        m[i * n + j] = (k_ij + at * s_ij) / (length[i] * length[j]);
        s[i * n + j] = s_ij / (length[i] * length[j]);
      }
    of_m = eigen_of_symmetric(m);
  }
};

std::vector<double> Projection::nearest(double shift) const {
  std::vector<std::size_t> all(rows_.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const Scaled m(*this, all, shift);
  const std::size_t n = m.n;
  std::vector<double> factor(n);
  for (std::size_t k = 0; k < n; ++k) {
    if (!(m.of_m.values[k] > negligible)) continue;
    double load = 0;
    for (std::size_t i = 0; i < n; ++i) load -= shift * m.of_m.vectors[i * n + k] * m.s[i * n] * m.length[0];
    for (std::size_t i = 0; i < n; ++i)
      factor[i] += m.of_m.vectors[i * n + k] * load / m.of_m.values[k] / m.length[i];
  }
  return factor;
}

PoleSum Projection::poles(double at, std::size_t without) const {
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (i == 0 || i != without) kept.push_back(i);
  const Scaled m(*this, kept, at);
  const std::size_t n = m.n;
  std::vector<std::vector<double>> basis;  // M between two of them is 0, of one with itself 1
  for (std::size_t k = 0; k < n; ++k) {
    if (!(m.of_m.values[k] > negligible)) continue;
    basis.emplace_back();
    for (std::size_t i = 0; i < n; ++i)
      basis.back().push_back(m.of_m.vectors[i * n + k] / std::sqrt(m.of_m.values[k]));
  }
  const std::size_t rank = basis.size();
  std::vector<double> reduced(rank * rank), of_one(rank);  // S, and S between each and 1
  for (std::size_t k = 0; k < rank; ++k)
    for (std::size_t i = 0; i < n; ++i) {
      of_one[k] += basis[k][i] * m.s[i * n] * m.length[0];
      for (std::size_t l = 0; l < rank; ++l)
        for (std::size_t j = 0; j < n; ++j)
          reduced[k * rank + l] += basis[k][i] * m.s[i * n + j] * basis[l][j];
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
