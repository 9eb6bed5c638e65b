// What holds for every volume, tried on many.
#include <gtest/gtest.h>

#include <cmath>

#include "kernels/halo.hpp"
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
    const AxisResult r = solve(v, exact_settings("0=0,1=0.01,2=1"), test::device(), &field);
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
  const Device device = test::device();
  Field<std::uint8_t> classes = map_labels(device, v, {0, 2, 3});
  set_class_halo(classes, Axis::y, {});
  const TransportOperator<double> A(classes, make_faces({0.01, 1}, {1, 2, 3}, Axis::y), Axis::y, {});
  const auto a = test::field_of<double>(device, v.extent, [](auto x, auto y, auto z) {
    return std::sin(1.7 * static_cast<double>(x + 3 * y + 5 * z));
  });
  const auto b = test::field_of<double>(device, v.extent, [](auto x, auto y, auto z) {
    return std::cos(0.9 * static_cast<double>(2 * x + y + 7 * z));
  });
  Field<double> Aa(device, v.extent), Ab(device, v.extent);
  EXPECT_GT(A.apply_dot(a, Aa), 0);
  A.apply(b, Ab);
  EXPECT_NEAR(dot(b, Aa), dot(a, Ab), 1e-10 * std::abs(dot(b, Aa)));
}

TEST(Laws, TheSineModeIsAnEigenvectorWithTheDiscreteEigenvalue) {
  // Plates all around a cube: u = product of sin(pi x_i) is an eigenvector with 3 (4/h^2) sin^2(pi h / 2),
  // which differs from 3 pi^2 by the discretisation error.
  struct Size {
    std::int64_t n;
    double error;
  };
  for (const Size& size :
       {Size{16, 3.2189644e-3}, {32, 8.0357768e-4}, {64, 2.0082181e-4}, {128, 5.0200916e-5}}) {
    const std::int64_t n = size.n;
    const Volume v = test::volume_of({n, n, n}, [](auto, auto, auto) { return 0; });
    const Device device = Device::cpu(2);
    Field<std::uint8_t> classes = map_labels(device, v, {2});
    for (const Axis axis : all_axes) fill_side(classes, axis, plate_class);
    const TransportOperator<double> A(classes, make_faces({1}, {1, 1, 1}, Axis::z), Axis::z, {});
    Field<double> u(device, v.extent), Au(device, v.extent);
    const double h = 1 / static_cast<double>(n);
    const auto sine = [h](std::int64_t i) { return std::sin(M_PI * (static_cast<double>(i) + 0.5) * h); };
    for (std::int64_t z = 0; z < n; ++z)
      for (std::int64_t y = 0; y < n; ++y)
        for (std::int64_t x = 0; x < n; ++x) u.view()(x, y, z) = sine(x) * sine(y) * sine(z);
    A.apply(u, Au);
    const double lambda = Au.view()(n / 2, n / 3, 1) / u.view()(n / 2, n / 3, 1);
    EXPECT_NEAR(3 * M_PI * M_PI * h * h / lambda - 1, size.error, 1e-10) << n;
    for (std::int64_t z = 0; z < n; ++z)
      for (std::int64_t x = 0; x < n; ++x) ASSERT_NEAR(Au.view()(x, 2, z), lambda * u.view()(x, 2, z), 1e-13);
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
