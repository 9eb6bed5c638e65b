// What holds for every volume, tried on many.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "kernels/transport/operator.hpp"
#include "tests/oracle/full_grid.hpp"
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
    const test::Found r = solve(v, exact_settings("0=0,1=0.01,2=1"), test::device(), &field);
    if (r.status == Status::not_percolating) continue;
    ASSERT_EQ(r.status, Status::converged) << r.reason;
    EXPECT_LE(*r.ratio, r.mean * (1 + 1e-12));
    EXPECT_GE(*r.tortuosity_factor, 1 - 1e-12);
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
      const double now = *solve(v, exact_settings(text)).effective_value;
      EXPECT_GE(now, last * (1 - 1e-11));
      last = now;
    }
  }
}

TEST(Laws, TheOperatorIsSymmetricAndPositive) {
  const Volume v = rough_volume({7, 9, 70}, 4, 3);
  const Device device = test::device();
  test::Conductor classes = test::conductor(device, v, {0, 2, 3});
  const TransportOperator<double> A(test::between_plates(classes, {0.01, 1}, {1, 2, 3}, Axis::y, false));
  std::vector<double> a, b;
  for (std::int64_t i = 0; i < A.unknowns(); ++i) {
    a.push_back(std::sin(1.7 * static_cast<double>(i)));
    b.push_back(std::cos(0.9 * static_cast<double>(i)));
  }
  const auto times_A = [&](const std::vector<double>& p) {
    Buffer<double> q = A.vector();
    EXPECT_GT(test::apply(A, A.vector_of(p), q), 0);
    return test::undivided(A, q);
  };
  const auto dot = [](const std::vector<double>& p, const std::vector<double>& q) {
    return std::inner_product(p.begin(), p.end(), q.begin(), 0.0);
  };
  const double bAa = dot(b, times_A(a));
  EXPECT_NEAR(bAa, dot(a, times_A(b)), 1e-10 * std::abs(bAa));
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
    test::Conductor classes = test::conductor(device, v, {2});
    Problem problem = test::between_plates(classes, {1}, {1, 1, 1}, Axis::z, false);
    problem.sides.all.fill(Side::plate(0));
    const TransportOperator<double> A(problem);
    std::vector<double> u(static_cast<std::size_t>(n * n * n));
    const auto at = [n](std::int64_t x, std::int64_t y, std::int64_t z) {
      return static_cast<std::size_t>(x + n * (y + n * z));
    };
    const double h = 1 / static_cast<double>(n);
    const auto sine = [h](std::int64_t i) { return std::sin(M_PI * (static_cast<double>(i) + 0.5) * h); };
    for (std::int64_t z = 0; z < n; ++z)
      for (std::int64_t y = 0; y < n; ++y)
        for (std::int64_t x = 0; x < n; ++x) u[at(x, y, z)] = sine(x) * sine(y) * sine(z);
    Buffer<double> q = A.vector();
    test::apply(A, A.vector_of(u), q);
    const std::vector<double> Au = test::undivided(A, q);
    const double lambda = Au[at(n / 2, n / 3, 1)] / u[at(n / 2, n / 3, 1)];
    EXPECT_NEAR(3 * M_PI * M_PI * h * h / lambda - 1, size.error, 1e-10) << n;
    for (std::int64_t z = 0; z < n; ++z)
      for (std::int64_t x = 0; x < n; ++x) ASSERT_NEAR(Au[at(x, 2, z)], lambda * u[at(x, 2, z)], 1e-13);
  }
}

TEST(Laws, TheDenseSystemOfASmallVolumeAgrees) {
  const Volume v = rough_volume({6, 6, 6}, 11, 3);
  const double sigma[3] = {0.02, 0.5, 1};
  test::FullGrid grid;
  grid.size = {6, 6, 6};
  for (std::int64_t i = 0; i < 216; ++i) grid.sigma.push_back(sigma[v.code(i)]);
  grid.sides = test::FullGrid::between_plates(0, {});
  const double energy = grid.sums(grid.solve()).energy;
  EXPECT_NEAR(*solve(v, exact_settings("0=0.02,1=0.5,2=1")).ratio, energy * 6 / 36, 1e-12);
}

}  // namespace
}  // namespace tauvox
