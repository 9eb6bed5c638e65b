// Volumes that were once refused, never finished, or solved less well than was said.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/oracle/full_grid.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

struct FlatCase {
  const char* conductivity;
  double aspect;
  Axis flow;
  std::size_t long_edge;
  bool periodic;
};

void expect_both_solvers_agree(const Volume& volume, const FlatCase& c, std::int64_t most) {
  Settings s = test::exact_settings(c.conductivity, c.flow);
  s.precision = "mixed";
  s.tolerance = 1e-4;
  s.periodic_sides = c.periodic;
  const test::Found multigrid = test::solve(volume, s);
  ASSERT_EQ(multigrid.status, Status::converged) << multigrid.reason;
  EXPECT_LE(multigrid.solver.iterations, most);
  s.solver = "jacobi";
  const test::Found jacobi = test::solve(volume, s);
  ASSERT_EQ(jacobi.status, Status::converged) << jacobi.reason;
  EXPECT_NEAR(*multigrid.ratio / *jacobi.ratio, 1, 2e-4);
}

TEST(FlatVoxels, AreSolvedInFewIterationsByBothSolversAlike) {
  for (const std::int64_t n : {16, 24})
    for (const char* conductivity : {"0=1,1=0,2=0", "0=1,1=0.01,2=0.2"})
      for (const double aspect : {4.0, 10.0, 25.0})
        for (const std::size_t long_edge : {0, 2})
          for (const Axis flow : all_axes)
            for (const bool periodic : {false, true}) {
              if (n > 16 && (flow != Axis::z || periodic)) continue;  // the reference takes its time
              SCOPED_TRACE(fmt::format("{} of {}, {} times longer along {}, axis {}, {}", n, conductivity,
                                       aspect, long_edge, axis_name(flow), periodic));
              Volume volume = test::electrode(n, 0.5, 4);
              volume.voxel_size = std::array{1.0, 1.0, 1.0};
              (*volume.voxel_size)[long_edge] = aspect;
              expect_both_solvers_agree(volume, {conductivity, aspect, flow, long_edge, periodic}, 15);
            }
}

/// What lets through 1e-17 of what it conducts: the energy has its digits long before the fluxes at the
/// plates do.
TEST(HighContrast, IsAnsweredByItsBoundsWhereFluxesAreNotResolved) {
  const auto foils = test::volume_of(std::array<std::int64_t, 3>{48, 16, 16}, [](auto z, auto, auto) {
    return z < 4 || z >= 44 ? 3 : z >= 20 && z < 24 ? 1 : 0;
  });
  const double exact = 48 / (8 / 6e7 + 36.0 / 10 + 4 / 1e-4) / 6e7;
  for (const char* precision : {"mixed", "double"})
    for (const char* solver : {"multigrid", "jacobi"})
      for (const double tolerance : {1e-2, 1e-4, 1e-6}) {
        Settings s = test::exact_settings("0=10,1=1e-4,3=6e7");
        s.tolerance = tolerance;
        s.precision = precision;
        s.solver = solver;
        SCOPED_TRACE(fmt::format("{} {} {}", precision, solver, tolerance));
        const test::Found found = test::solve(foils, s);
        ASSERT_EQ(found.status, Status::converged) << found.reason;
        EXPECT_LE((*found.ratio_bounds)[0], exact * (1 + 1e-12));
        EXPECT_GE((*found.ratio_bounds)[1], exact * (1 - 1e-12));
        EXPECT_NEAR(*found.ratio / exact, 1, tolerance);
      }
}

TEST(Jacobi, IsDoneWhereTheFirstIterateIsExact) {
  // Uniform, of layers, of columns: the deviation is zero, or a step finds it.
  Settings s = test::exact_settings("0=1,1=0.25");
  s.solver = "jacobi";
  for (const char* precision : {"mixed", "double"})
    for (const double tolerance : {1e-3, 1e-6})
      for (const std::array<std::int64_t, 3>& size :
           {std::array<std::int64_t, 3>{1, 1, 1}, {2, 1, 1}, {2, 2, 2}, {3, 1, 2}, {4, 4, 4}, {1, 5, 3}}) {
        s.precision = precision;
        s.tolerance = tolerance;
        SCOPED_TRACE(fmt::format("{}x{}x{}, {}", size[0], size[1], size[2], precision));
        const auto uniform = test::volume_of(size, [](auto, auto, auto) { return 0; }),
                   layers = test::volume_of(size, [](auto z, auto, auto) { return z % 2; }),
                   columns = test::volume_of(size, [](auto, auto, auto x) { return x % 2; });
        const double n = static_cast<double>(size[0]), ones = static_cast<double>((size[0] + 1) / 2);
        const double odd = static_cast<double>(size[2] / 2) / static_cast<double>(size[2]);
        const auto expect = [&](const Volume& volume, double ratio) {
          Settings of = s;
          if (volume.labels.size() == 1) of.conductivity = test::exact_settings("0=1").conductivity;
          const test::Found found = test::solve(volume, of);
          ASSERT_EQ(found.status, Status::converged) << found.reason;
          EXPECT_NEAR(*found.ratio, ratio, tolerance * ratio);
        };
        expect(uniform, 1);
        expect(layers, n / (ones + 4 * (n - ones)));
        expect(columns, 1 - 0.75 * odd);
      }
}

TEST(Jacobi, KeepsItsToleranceAtAContrastOfAMillion) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    for (const char* precision : {"mixed", "double"}) {
      const Volume volume = test::rough_volume({7, 8, 6}, seed, 3);
      test::FullGrid grid;
      grid.size = {7, 8, 6};
      const double sigma[3] = {1, 1e-6, 1e-3};
      for (std::int64_t i = 0; i < volume.extent.voxels(); ++i) grid.sigma.push_back(sigma[volume.code(i)]);
      grid.sides = test::FullGrid::between_plates(0, {});
      const double exact = grid.sums(grid.solve()).energy * 7 / 48;
      Settings s = test::exact_settings("0=1,1=1e-6,2=1e-3");
      s.solver = "jacobi";
      s.precision = precision;
      for (const double tolerance : {1e-2, 1e-4}) {
        s.tolerance = tolerance;
        const test::Found found = test::solve(volume, s);
        ASSERT_EQ(found.status, Status::converged) << found.reason;
        EXPECT_NEAR(*found.ratio / exact, 1, tolerance) << seed << ", " << precision;
      }
    }
}

TEST(Field, ItsPlaneFluxesAgreeWithTheEffectiveValue) {
  const Volume volume = test::electrode(48, 0.4, 2);
  struct Phase {
    const char* text;
    double sigma[3];
  };
  for (const Phase& phase : {Phase{"0=1,1=0,2=0", {1, 0, 0}}, {"0=0.01,1=0.2,2=1", {0.01, 0.2, 1}}})
    for (const double tolerance : {1e-2, 1e-4}) {
      Settings s = test::exact_settings(phase.text);
      s.precision = "mixed";
      s.tolerance = tolerance;
      std::vector<float> field;
      const test::Found found = test::solve(volume, s, test::device(), &field);
      ASSERT_EQ(found.status, Status::converged) << found.reason;
      test::FullGrid grid;
      grid.size = {48, 48, 48};
      std::vector<double> u;
      for (std::int64_t i = 0; i < volume.extent.voxels(); ++i) {
        const float value = field[static_cast<std::size_t>(i)];
        const bool part = !std::isnan(value);  // of what percolates
        grid.sigma.push_back(part ? phase.sigma[volume.labels[static_cast<std::size_t>(volume.code(i))].value]
                                  : 0);
        u.push_back(part ? static_cast<double>(value) : 0);
      }
      grid.sides = test::FullGrid::between_plates(0, {});
      double most = 0;
      for (const double flux : grid.plane_fluxes(u, 0))
        most = std::max(most, std::abs(flux * 48 / (48 * 48) / *found.ratio - 1));
      EXPECT_LE(most, 0.01) << phase.text << " at " << tolerance;
      const Quantity* balance = found.all.quantity("flux_balance");
      ASSERT_TRUE(balance && balance->value);
      EXPECT_NEAR(*balance->value, most, 1e-4) << phase.text << " at " << tolerance;
    }
}

}  // namespace
}  // namespace tauvox
