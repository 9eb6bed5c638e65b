// Jacobi rotations, and what the intervals of the entries leave open:
//
//   |K - M| <= R, entry by entry, M the middles. Then every principal value of K is within the norm of R of
//   that of M (Weyl). In the basis of M's principal directions, R_ab / sqrt(l_a l_b) has a norm s, and
//   -s M <= K - M <= s M: it is within a share s as well. For the direction of a value that is at least `gap`
//   from the others: sin <= 2 |R| / gap (Yu, Wang & Samworth 2015, doi 10.1093/biomet/asv008).
#include "host/studies/principal.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tauvox {
namespace {

double dot(const Vector3& a, const Vector3& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

/// A symmetric matrix of n <= 3 rows, and the rotation that makes it diagonal.
struct Diagonalised {
  Matrix3 a{}, rotation{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};  // columns of the rotation are the directions

  Diagonalised(const Matrix3& symmetric, std::size_t n) : a(symmetric) {
    constexpr int sweeps = 30;  // four or five are enough
    for (int sweep = 0; sweep < sweeps; ++sweep)
      for (std::size_t p = 0; p + 1 < n; ++p)
        for (std::size_t q = p + 1; q < n; ++q) rotate(p, q);
  }
  /// Makes a[p][q] zero.
  void rotate(std::size_t p, std::size_t q) {
    if (a[p][q] == 0) return;
    const double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]),
                 t = (theta < 0 ? -1 : 1) / (std::abs(theta) + std::hypot(theta, 1)),
                 c = 1 / std::hypot(t, 1), s = t * c;
    const auto turn = [&](double& of_p, double& of_q) {
      const double x = of_p;
      of_p = c * x - s * of_q;
      of_q = s * x + c * of_q;
    };
    for (std::size_t k = 0; k < 3; ++k) turn(a[k][p], a[k][q]);
    for (std::size_t k = 0; k < 3; ++k) turn(a[p][k], a[q][k]);
    for (std::size_t k = 0; k < 3; ++k) turn(rotation[k][p], rotation[k][q]);
    a[p][q] = a[q][p] = 0;
  }
};

Vector3 with_largest_part_positive(Vector3 v) {
  double largest = 0;
  for (const double part : v)
    if (std::abs(part) > std::abs(largest) + 1e-9) largest = part;  // of parts as large the first
  if (largest < 0)
    for (double& part : v) part = 0 - part;
  return v;
}

/// Largest eigenvalue; infinite where an entry is.
double norm_of(const Matrix3& a, std::size_t n) {
  double most = 0;
  for (std::size_t p = 0; p < n; ++p)
    for (std::size_t q = 0; q < n; ++q)
      if (!std::isfinite(a[p][q])) return std::numeric_limits<double>::infinity();
  const Diagonalised found(a, n);
  for (std::size_t p = 0; p < n; ++p) most = std::max(most, found.a[p][p]);
  return most;
}

/// How far the first n values and their directions may be off.
void bound(std::array<PrincipalValue, 3>& values, const Matrix3& directions, const SymmetricIntervals& tensor,
           std::size_t n) {
  Matrix3 half_widths{}, relative{};
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = 0; b < n; ++b) {
      double open = 0;
      for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j)
          open += std::abs(directions[a][i]) * tensor[i][j].half_width() * std::abs(directions[b][j]);
      relative[a][b] = open / std::sqrt(values[a].value * values[b].value);  // infinite where one is 0
    }
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) half_widths[i][j] = tensor[i][j].half_width();
  const double rounding = 1e-15 * values[0].value;  // of the rotations: some 1e-16 of the largest value
  const double norm = norm_of(half_widths, 3) + rounding, share = norm_of(relative, n);
  for (std::size_t k = 0; k < n; ++k) {
    PrincipalValue& v = values[k];
    v.half_width = std::isfinite(share) ? std::min(norm, share * v.value + rounding) : norm;
    double gap = std::numeric_limits<double>::infinity();
    for (std::size_t other = 0; other < n; ++other)
      if (other != k) gap = std::min(gap, std::abs(v.value - values[other].value));
    v.sine = 2 * norm / gap;
    if (v.sine < 0.5) v.direction = with_largest_part_positive(directions[k]);
  }
}

/// Where the range leaves one direction out it is known exactly.
std::optional<Vector3> left_out(const std::vector<Vector3>& range) {
  if (range.size() != 2) return {};
  const Vector3 &a = range[0], &b = range[1];
  return Vector3{a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

}  // namespace

std::vector<Vector3> orthonormal(const std::vector<Vector3>& vectors) {
  if (vectors.size() == 3) return {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  std::vector<Vector3> made;
  for (Vector3 v : vectors) {
    for (int again = 0; again < 2; ++again)
      for (const Vector3& other : made) {
        const double along = dot(v, other);
        for (std::size_t i = 0; i < 3; ++i) v[i] -= along * other[i];
      }
    const double length = std::sqrt(dot(v, v));
    for (double& part : v) part /= length;
    made.push_back(v);
  }
  return made;
}

std::array<PrincipalValue, 3> principal_values(const SymmetricIntervals& tensor,
                                               const std::vector<Vector3>& range) {
  const std::size_t n = range.size();
  Matrix3 in_range{};
  for (std::size_t p = 0; p < n; ++p)
    for (std::size_t q = 0; q < n; ++q)
      for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j)
          in_range[p][q] += range[p][i] * tensor[i][j].middle() * range[q][j];
  const Diagonalised found(in_range, n);

  std::array<PrincipalValue, 3> values;
  Matrix3 directions{};
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t place = 0;  // the largest first
    for (std::size_t other = 0; other < n; ++other)
      place += found.a[other][other] > found.a[k][k] || (found.a[other][other] == found.a[k][k] && other < k);
    values[place].value = std::max(0.0, found.a[k][k]);
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t p = 0; p < n; ++p) directions[place][i] += range[p][i] * found.rotation[p][k];
  }
  bound(values, directions, tensor, n);
  if (const std::optional<Vector3> last = left_out(range))
    values[2].direction = with_largest_part_positive(*last);
  return values;
}

}  // namespace tauvox
