// Values known exactly on the discrete system, and grid-exact regression values.
#include <gtest/gtest.h>

#include <cmath>

#include "host/generate/generate.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

using test::exact_settings;
using test::solve;
using test::volume_of;

Volume shape(const std::string& name, std::int64_t n, double fraction = 0.4) {
  GenerateSettings g;
  g.shape = name;
  g.size = {n, n, n};
  g.fraction = fraction;
  return generate(g);
}

TEST(EffectiveTransport, UniformBlockHasTortuosityOneForEveryLength) {
  for (const std::int64_t n : {1, 2, 3, 7, 50})
    for (const Axis axis : all_axes) {
      std::array<std::int64_t, 3> size{3, 4, 5};
      size[static_cast<std::size_t>(axis)] = n;
      Volume v = volume_of(size, [](auto, auto, auto) { return 0; });
      v.voxel_size = std::array{1e-6, 2e-6, 0.5e-6};
      const test::Found r = solve(v, exact_settings("0=3.5", axis));
      ASSERT_EQ(r.status, Status::converged) << r.reason;
      EXPECT_NEAR(*r.tortuosity_factor, 1, 1e-12);
      EXPECT_NEAR(*r.effective_value, 3.5, 1e-11);
    }
}

TEST(EffectiveTransport, SeriesLayersGiveHarmonicMean) {
  const Volume v = volume_of({30, 4, 5}, [](auto z, auto, auto) { return z % 3; });
  EXPECT_NEAR(solve(v, exact_settings("0=1,1=0.5,2=0.01")).ratio.value(), 0.029126213592233, 1e-12 * 0.03);
}

TEST(EffectiveTransport, ParallelLayersGiveArithmeticMean) {
  const Volume v = volume_of({7, 5, 30}, [](auto, auto, auto x) { return x % 3; });
  EXPECT_NEAR(solve(v, exact_settings("0=1,1=0.5,2=0.01")).ratio.value(), 1.51 / 3, 1e-12);
}

TEST(EffectiveTransport, StraightChannelHasItsCrossSection) {
  const Volume v = volume_of({9, 8, 8}, [](auto, auto y, auto x) { return y < 4 && x < 4 ? 1 : 0; });
  const test::Found r = solve(v, exact_settings("0=0,1=1"));
  EXPECT_NEAR(*r.ratio, 0.25, 1e-12);
  EXPECT_NEAR(*r.tortuosity_factor, 1, 1e-12);
}

TEST(EffectiveTransport, ChannelsThatNeverMeetAreSolvedSideBySide) {
  // Each ends as one node, and more are left than are solved for directly: a coarsest graph without a link.
  const Volume v = volume_of({5, 44, 44}, [](auto, auto y, auto x) { return y % 2 == 0 && x % 2 == 0; });
  for (const Device& device : test::devices())
    EXPECT_NEAR(solve(v, exact_settings("0=0,1=1"), device).ratio.value(), 0.25, 1e-12)
        << device.description();
}

TEST(EffectiveTransport, SlantedStripHasThePublishedTortuosity) {
  const test::Found r = solve(shape("slanted-strip", 20), exact_settings("0=1,1=0"));
  EXPECT_NEAR(*r.tortuosity_factor, 7.516667, 1e-6);
}

TEST(EffectiveTransport, ScalingTheConductivityScalesTheValueOnly) {
  const Volume v = test::rough_volume({12, 11, 10}, 5);
  const test::Found one = solve(v, exact_settings("0=0.3,1=1")),
                    seven = solve(v, exact_settings("0=2.1,1=7"));
  EXPECT_NEAR(*seven.effective_value / *one.effective_value, 7, 1e-11);
  EXPECT_NEAR(*seven.ratio, *one.ratio, 1e-12);
}

TEST(EffectiveTransport, PermutingTheAxesPermutesTheResults) {
  const Volume v = test::rough_volume({9, 10, 11}, 7);
  const Volume w = volume_of(
      {11, 9, 10}, [&](auto z, auto y, auto x) { return v.labels[v.code(z + 11 * (x + 10 * y))].value; });
  EXPECT_NEAR(solve(v, exact_settings("0=0.1,1=1", Axis::x)).ratio.value(),
              solve(w, exact_settings("0=0.1,1=1", Axis::z)).ratio.value(), 1e-12);
  const Volume mirrored = volume_of({9, 10, 11}, [&](auto z, auto y, auto x) {
    return v.labels[v.code(x + 11 * (y + 10 * (8 - z)))].value;
  });
  EXPECT_NEAR(solve(v, exact_settings("0=0.1,1=1")).ratio.value(),
              solve(mirrored, exact_settings("0=0.1,1=1")).ratio.value(), 1e-12);
}

TEST(EffectiveTransport, ADeadEndDoesNotPercolate) {
  const test::Found r = solve(shape("dead-end", 12), exact_settings("0=1,1=0"));
  EXPECT_EQ(r.status, Status::not_percolating);
  EXPECT_EQ(*r.ratio, 0);
  EXPECT_FALSE(r.tortuosity_factor);
}

TEST(EffectiveTransport, AnEdgeContactDoesNotConduct) {
  const test::Found r = solve(shape("diagonal", 12), exact_settings("0=1,1=0"));
  EXPECT_EQ(r.status, Status::not_percolating);
  EXPECT_EQ(r.percolating_volume_fraction, 0);
  EXPECT_GT(r.fraction_connected_26, 0);
}

TEST(EffectiveTransport, OneBridgingVoxelConverges) {
  const Volume v =
      volume_of({9, 9, 9}, [](auto z, auto y, auto x) { return z != 4 || (y == 4 && x == 4) ? 1 : 0; });
  const test::Found r = solve(v, exact_settings("0=0,1=1"));
  EXPECT_EQ(r.status, Status::converged);
  EXPECT_GT(*r.ratio, 0);
}

TEST(EffectiveTransport, AnInsulatingVolumeHasNoTransport) {
  const test::Found r =
      solve(volume_of({3, 3, 3}, [](auto, auto, auto) { return 4; }), exact_settings("4=0"));
  EXPECT_EQ(r.status, Status::not_percolating);
  EXPECT_EQ(r.reason, "no conducting voxel");
}

TEST(EffectiveTransport, PeriodicSidesJoinWhatWallsCut) {
  // A strip that leaves through one side and comes back through the other.
  const Volume v =
      volume_of({12, 3, 6}, [](auto z, auto, auto x) { return x == z / 2 % 6 || x == (z + 1) / 2 % 6; });
  Settings s = exact_settings("0=0,1=1");
  const test::Found walls = solve(v, s);
  s.periodic_sides = true;
  const test::Found periodic = solve(v, s);
  EXPECT_EQ(periodic.status, Status::converged) << periodic.reason;
  EXPECT_GE(*periodic.ratio, walls.ratio.value_or(0) - 1e-12);
}

TEST(EffectiveTransport, OneOctantOfALatticeEqualsThePeriodicCell) {
  const Volume cell = shape("sc", 24);
  const Volume octant = volume_of({12, 12, 12}, [&](auto z, auto y, auto x) {
    return cell.labels[cell.code(x + 24 * (y + 24 * z))].value;
  });
  Settings s = exact_settings("0=1,1=0");
  const double walls = solve(octant, s).ratio.value();
  s.periodic_sides = true;
  EXPECT_NEAR(solve(cell, s).ratio.value(), walls, 1e-11);
}

struct GridCase {
  const char* shape;
  const char* conductivity;
  double n16, n32, n64;
};

TEST(EffectiveTransport, GridExactValuesAreReproduced) {
  const GridCase cases[] = {{"cube", "0=1,1=0", 0.8042686109, 0.8080079073, 0.8095300175},
                            {"cube", "0=1,1=10", 1.3304717024, 1.3391069396, 1.3423842815},
                            {"sphere", "0=1,1=0", 0.8865025342, 0.8958427371, 0.9006383834},
                            {"sphere-large", "0=1,1=0", 0.4782365180, 0.4942940420, 0.5029703545}};
  for (const GridCase& c : cases)
    for (const auto& [n, expected] : {std::pair{16, c.n16}, {32, c.n32}, {64, c.n64}}) {
      Settings s = exact_settings(c.conductivity);
      s.tolerance = 1e-11;
      const test::Found r = solve(shape(c.shape, n), s);
      ASSERT_EQ(r.status, Status::converged) << r.reason;
      EXPECT_NEAR(*r.effective_value, expected, 1e-9) << c.shape << " " << n;
    }
}

TEST(EffectiveTransport, SphereLatticesConvergeToTheirExactConductivity) {
  struct Lattice {
    const char* name;
    double fraction, exact;
  };
  for (const Lattice& l : {Lattice{"sc", 0.4, 0.4901099}, {"bcc", 0.6, 0.2975128}, {"fcc", 0.6, 0.2991676}}) {
    Settings s = exact_settings("0=1,1=0");
    s.tolerance = 1e-7;
    const double coarse = solve(shape(l.name, 32, l.fraction), s).ratio.value(),
                 fine = solve(shape(l.name, 64, l.fraction), s).ratio.value();
    const double error_coarse = std::abs(coarse / l.exact - 1), error_fine = std::abs(fine / l.exact - 1);
    EXPECT_LT(error_fine, 0.75 * error_coarse) << l.name;
    EXPECT_LT(std::abs((2 * fine - coarse) / l.exact - 1), 0.02) << l.name;
  }
}

TEST(EffectiveTransport, FloatVectorsAgreeWithDoubleAtHighContrast) {
  const Volume v = volume_of({16, 12, 12}, [](auto z, auto, auto x) { return (z / 8 + x / 6) % 2; });
  Settings s = exact_settings("0=1,1=1e-4");
  s.tolerance = 1e-9;
  const double exact = solve(v, s).ratio.value();
  s.precision = "mixed";
  s.tolerance = 1e-5;
  const test::Found mixed = solve(v, s);
  ASSERT_EQ(mixed.status, Status::converged) << mixed.reason;
  EXPECT_NEAR(*mixed.ratio / exact, 1, 1e-5);
}

TEST(EffectiveTransport, AnIterationLimitGivesNoNumber) {
  Settings s = exact_settings("0=0.001,1=1");
  s.max_iterations = 5;
  const test::Found r = solve(test::rough_volume({20, 20, 20}, 3), s);
  EXPECT_EQ(r.status, Status::not_converged);
  EXPECT_FALSE(r.ratio);
  EXPECT_FALSE(r.tortuosity_factor);
  EXPECT_TRUE(r.best_estimate);
}

}  // namespace
}  // namespace tauvox
