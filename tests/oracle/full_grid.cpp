#include "tests/oracle/full_grid.hpp"

#include <algorithm>
#include <cmath>

namespace tauvox::test {

std::array<OracleSide, 6> FullGrid::between_plates(int flow, std::array<bool, 3> joined) {
  std::array<OracleSide, 6> sides{};
  for (int axis = 0; axis < 3; ++axis)
    for (int end = 0; end < 2; ++end) {
      OracleSide& side = sides[static_cast<std::size_t>(2 * axis + end)];
      if (axis == flow)
        side = {OracleSide::plate, end == 0 ? 1.0 : 0.0};
      else if (joined[static_cast<std::size_t>(axis)])
        side.kind = OracleSide::joined;
    }
  return sides;
}

FullGrid::Face FullGrid::face(std::int64_t i, int axis, int sign) const {
  const std::int64_t stride = axis == 0 ? size[1] * size[2] : axis == 1 ? size[2] : 1;
  const auto a = static_cast<std::size_t>(axis);
  const std::int64_t n = size[a], at = i / stride % n;
  const double ratio = spacing[static_cast<std::size_t>(unit_axis)] / spacing[a], scale = ratio * ratio;
  const double here = sigma[static_cast<std::size_t>(i)];
  Face f;
  if (here == 0) return f;
  f.beyond = i + sign * stride;
  if (at + sign < 0 || at + sign >= n) {
    const OracleSide& side = sides[2 * a + (sign > 0 ? 1 : 0)];
    if (side.kind == OracleSide::wall) return {};
    if (side.kind == OracleSide::plate) return {2 * here * scale, side.value, -1};
    f.beyond = i - sign * (n - 1) * stride;
    f.offset = sign * jump[a];
  }
  const double there = sigma[static_cast<std::size_t>(f.beyond)];
  f.g = there == 0 ? 0 : scale * 2 * here * there / (here + there);
  return f;
}

std::vector<double> FullGrid::apply(const std::vector<double>& p) const {
  std::vector<double> q(p.size());
  for (std::int64_t i = 0; i < voxels(); ++i) {
    const auto k = static_cast<std::size_t>(i);
    if (sigma[k] == 0) continue;
    q[k] = shift_of(k) * p[k];
    for (int axis = 0; axis < 3; ++axis)
      for (int sign : {-1, 1}) {
        const Face f = face(i, axis, sign);
        q[k] += f.g * (p[k] - (f.beyond < 0 ? 0 : p[static_cast<std::size_t>(f.beyond)]));
      }
  }
  return q;
}

double FullGrid::diagonal(std::int64_t i) const {
  double sum = shift_of(static_cast<std::size_t>(i));
  for (int axis = 0; axis < 3; ++axis)
    for (int sign : {-1, 1}) sum += face(i, axis, sign).g;
  return sum;
}

std::vector<double> FullGrid::residual(const std::vector<double>& u) const {
  std::vector<double> r(u.size());
  for (std::int64_t i = 0; i < voxels(); ++i) {
    const auto k = static_cast<std::size_t>(i);
    if (sigma[k] == 0) continue;
    r[k] = (load.empty() ? 0 : load[k]) - shift_of(k) * u[k];
    for (int axis = 0; axis < 3; ++axis)
      for (int sign : {-1, 1}) {
        const Face f = face(i, axis, sign);
        r[k] -= f.g * (u[k] - f.offset - (f.beyond < 0 ? 0 : u[static_cast<std::size_t>(f.beyond)]));
      }
  }
  return r;
}

OracleSums FullGrid::sums(const std::vector<double>& u) const {
  OracleSums s;
  for (const double r : residual(u)) s.residual2 += r * r;
  for (std::int64_t i = 0; i < voxels(); ++i) {
    const auto k = static_cast<std::size_t>(i);
    if (sigma[k] == 0) continue;
    s.energy += shift_of(k) * u[k] * u[k] - (load.empty() ? 0 : 2 * load[k] * u[k]);
    for (int axis = 0; axis < 3; ++axis)
      for (int sign : {-1, 1}) {
        const Face f = face(i, axis, sign);
        const double drop = u[k] - f.offset - (f.beyond < 0 ? 0 : u[static_cast<std::size_t>(f.beyond)]);
        s.energy += (f.beyond < 0 ? 1.0 : 0.5) * f.g * drop * drop;
        if (f.beyond < 0) (sign < 0 ? s.flux_in : s.flux_out) += (sign < 0 ? -1 : 1) * f.g * drop;
      }
  }
  return s;
}

std::vector<double> FullGrid::plane_fluxes(const std::vector<double>& u, int axis) const {
  const auto a = static_cast<std::size_t>(axis);
  const std::int64_t stride = axis == 0 ? size[1] * size[2] : axis == 1 ? size[2] : 1, n = size[a];
  std::vector<double> flux(static_cast<std::size_t>(n + 1));
  for (std::int64_t i = 0; i < voxels(); ++i)
    for (int sign : {-1, 1}) {
      const std::int64_t at = i / stride % n;
      if (sign < 0 && at > 0) continue;  // counted by the voxel before
      const Face f = face(i, axis, sign);
      const auto k = static_cast<std::size_t>(i);
      const double drop = u[k] - f.offset - (f.beyond < 0 ? 0 : u[static_cast<std::size_t>(f.beyond)]);
      flux[static_cast<std::size_t>(sign < 0 ? 0 : at + 1)] += sign * f.g * drop;
    }
  return flux;
}

std::vector<double> FullGrid::solve() const {
  std::vector<std::int64_t> voxel;
  std::vector<std::int64_t> number(sigma.size(), -1);
  for (std::int64_t i = 0; i < voxels(); ++i)
    if (sigma[static_cast<std::size_t>(i)] > 0) {
      number[static_cast<std::size_t>(i)] = static_cast<std::int64_t>(voxel.size());
      voxel.push_back(i);
    }
  const std::size_t n = voxel.size();
  std::vector<double> m(n * n), b(n);
  const std::vector<double> rest = residual(std::vector<double>(sigma.size()));
  std::vector<std::size_t> cluster(n);  // by its first unknown
  std::vector<bool> held(n, false);
  for (std::size_t k = 0; k < n; ++k) cluster[k] = k;
  const auto root = [&](std::size_t k) {
    while (cluster[k] != k) k = cluster[k];
    return k;
  };
  for (std::size_t k = 0; k < n; ++k) {
    b[k] = rest[static_cast<std::size_t>(voxel[k])];
    const double own = shift_of(static_cast<std::size_t>(voxel[k]));
    m[k * n + k] += own;
    if (own > 0) held[k] = true;
    for (int axis = 0; axis < 3; ++axis)
      for (int sign : {-1, 1}) {
        const Face f = face(voxel[k], axis, sign);
        m[k * n + k] += f.g;
        if (f.beyond < 0) held[k] = held[k] || f.g > 0;
        if (f.beyond < 0 || f.g == 0) continue;
        const auto j = static_cast<std::size_t>(number[static_cast<std::size_t>(f.beyond)]);
        m[k * n + j] -= f.g;
        const std::size_t p = root(k), q = root(j);
        cluster[std::max(p, q)] = std::min(p, q);
      }
  }
  std::vector<bool> cluster_held(n, false);
  for (std::size_t k = 0; k < n; ++k)
    if (held[k]) cluster_held[root(k)] = true;
  std::vector<double> size_of(n);
  for (std::size_t k = 0; k < n; ++k) size_of[root(k)] += 1;
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t j = 0; j < n; ++j)
      if (root(k) == root(j) && !cluster_held[root(k)]) m[k * n + j] += 1 / size_of[root(k)];
  for (std::size_t j = 0; j < n; ++j) {  // Cholesky, then two triangular solves
    for (std::size_t i = j; i < n; ++i) {
      double sum = m[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= m[i * n + k] * m[j * n + k];
      m[i * n + j] = i == j ? std::sqrt(sum) : sum / m[j * n + j];
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= m[i * n + k] * b[k];
    b[i] /= m[i * n + i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= m[k * n + i] * b[k];
    b[i] /= m[i * n + i];
  }
  std::vector<double> u(sigma.size());
  for (std::size_t k = 0; k < n; ++k) u[static_cast<std::size_t>(voxel[k])] = b[k];
  return u;
}

}  // namespace tauvox::test
