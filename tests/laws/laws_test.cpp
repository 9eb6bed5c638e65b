// What holds for every volume, tried on many.
#include <gtest/gtest.h>

#include <cmath>

#include "kernels/labels.hpp"
#include "kernels/transport.hpp"
#include "kernels/vector.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

using test::exact_settings;
using test::rough_volume;
using test::solve;

TEST(Laws, WienerBoundMaximumPrincipleAndConservationHold) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    std::vector<float> field;
    const Volume v = rough_volume({9, 13, 11}, seed, 3);
    const AxisResult r = solve(v, exact_settings("0=0,1=0.01,2=1"), Device::cpu(2), &field);
    if (r.status == Status::not_percolating) continue;
    ASSERT_EQ(r.status, Status::converged) << r.reason;
    EXPECT_LE(*r.ratio, r.mean * (1 + 1e-12));
    EXPECT_GE(*r.tortuosity_factor(), 1 - 1e-12);
    EXPECT_NEAR(*r.flux_in / *r.flux_out, 1, 1e-5);
    EXPECT_NEAR(*r.flux_in / *r.ratio, 1, 1e-5);
    for (const float u : field)
      if (!std::isnan(u)) {
        EXPECT_GE(u, 0);
        EXPECT_LE(u, 1);
      }
  }
}

TEST(Laws, RaisingAConductivityNeverLowersTheEffectiveOne) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const Volume v = rough_volume({10, 9, 8}, seed);
    double last = 0;
    for (const char* text : {"0=0.001,1=1", "0=0.01,1=1", "0=0.5,1=1", "0=1,1=1"}) {
      const double now = *solve(v, exact_settings(text)).effective_value();
      EXPECT_GE(now, last * (1 - 1e-11));
      last = now;
    }
  }
}

TEST(Laws, TheOperatorIsSymmetricAndPositive) {
  const Volume v = rough_volume({7, 9, 70}, 4, 3);
  const Device device = Device::cpu(2);
  Field<std::uint8_t> classes = map_labels(device, v, {0, 2, 3});
  set_class_halo(classes, Axis::y, {});
  const TransportOperator<double> A(classes, make_faces({0.01, 1}, {1, 2, 3}, Axis::y), Axis::y, {});
  Field<double> a(device, v.extent), b(device, v.extent), Aa(device, v.extent), Ab(device, v.extent);
  const Extent& e = v.extent;
  for (std::int64_t z = 0; z < e.nz; ++z)
    for (std::int64_t y = 0; y < e.ny; ++y)
      for (std::int64_t x = 0; x < e.nx; ++x) {
        a.view()(x, y, z) = std::sin(1.7 * static_cast<double>(x + 3 * y + 5 * z));
        b.view()(x, y, z) = std::cos(0.9 * static_cast<double>(2 * x + y + 7 * z));
      }
  EXPECT_GT(A.apply_dot(a, Aa), 0);
  A.apply(b, Ab);
  EXPECT_NEAR(dot(b, Aa), dot(a, Ab), 1e-10 * std::abs(dot(b, Aa)));
}

TEST(Laws, TheSineModeIsAnEigenvector) {
  // u = product of sin(pi x_i) between plates is exact only with plates all around; along the flow axis with
  // no-flux sides the mode sin(pi z) is: A u = 4 sin^2(pi h / 2) u.
  for (const std::int64_t n : {16, 32, 64, 128}) {
    const Volume v = test::volume_of({n, 3, 5}, [](auto, auto, auto) { return 0; });
    const Device device = Device::cpu(2);
    Field<std::uint8_t> classes = map_labels(device, v, {2});
    set_class_halo(classes, Axis::z, {});
    const TransportOperator<double> A(classes, make_faces({1}, {1, 1, 1}, Axis::z), Axis::z, {});
    Field<double> u(device, v.extent), Au(device, v.extent);
    const double h = 1 / static_cast<double>(n);
    for (std::int64_t z = 0; z < n; ++z)
      for (std::int64_t y = 0; y < 3; ++y)
        for (std::int64_t x = 0; x < 5; ++x)
          u.view()(x, y, z) = std::sin(M_PI * (static_cast<double>(z) + 0.5) * h);
    A.apply(u, Au);
    const double lambda = 4 * std::pow(std::sin(M_PI * h / 2), 2);
    for (std::int64_t z = 0; z < n; ++z) EXPECT_NEAR(Au.view()(2, 1, z), lambda * u.view()(2, 1, z), 1e-14);
  }
}

TEST(Laws, TheDenseSystemOfASmallVolumeAgrees) {
  // An independent oracle: Gauss elimination on the 216 unknowns of 6^3, assembled from the definition.
  const Volume v = rough_volume({6, 6, 6}, 11, 3);
  const double sigma[3] = {0.02, 0.5, 1};
  constexpr int n = 216;
  std::vector<double> m(n * n), b(n);
  for (int i = 0; i < n; ++i) {
    const int p[3] = {i % 6, i / 6 % 6, i / 36};
    const double s = sigma[v.code(i)];
    for (int axis = 0; axis < 3; ++axis)
      for (int sign : {-1, 1}) {
        const int q = p[axis] + sign, stride = axis == 0 ? 1 : axis == 1 ? 6 : 36;
        if (q >= 0 && q < 6) {
          const double t = sigma[v.code(i + sign * stride)], g = 2 * s * t / (s + t);
          m[static_cast<std::size_t>(i * n + i)] += g;
          m[static_cast<std::size_t>(i * n + i + sign * stride)] -= g;
        } else if (axis == 2) {
          m[static_cast<std::size_t>(i * n + i)] += 2 * s;
          if (q < 0) b[static_cast<std::size_t>(i)] = 2 * s;
        }
      }
  }
  for (int k = 0; k < n; ++k)
    for (int i = k + 1; i < n; ++i) {
      const double f = m[static_cast<std::size_t>(i * n + k)] / m[static_cast<std::size_t>(k * n + k)];
      if (f == 0) continue;
      for (int j = k; j < n; ++j)
        m[static_cast<std::size_t>(i * n + j)] -= f * m[static_cast<std::size_t>(k * n + j)];
      b[static_cast<std::size_t>(i)] -= f * b[static_cast<std::size_t>(k)];
    }
  for (int i = n - 1; i >= 0; --i) {
    for (int j = i + 1; j < n; ++j)
      b[static_cast<std::size_t>(i)] -=
          m[static_cast<std::size_t>(i * n + j)] * b[static_cast<std::size_t>(j)];
    b[static_cast<std::size_t>(i)] /= m[static_cast<std::size_t>(i * n + i)];
  }
  double flux = 0;
  for (int i = 0; i < 36; ++i) flux += 2 * sigma[v.code(i)] * (1 - b[static_cast<std::size_t>(i)]);
  EXPECT_NEAR(*solve(v, exact_settings("0=0.02,1=0.5,2=1")).ratio, flux * 6 / 36, 1e-12);
}

}  // namespace
}  // namespace tauvox
