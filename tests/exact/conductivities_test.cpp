// Conductivities by grey values: exactly, and where they are more than the solver has classes for.
#include <gtest/gtest.h>

#include <cmath>

#include "host/settings/named_labels.hpp"
#include "host/studies/liquid.hpp"
#include "host/studies/merged_classes.hpp"
#include "host/studies/study_table.hpp"
#include "host/studies/transport.hpp"
#include "tests/exact/grey.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

using test::grey_volume;
using Law = test::GreyToConductivity;

Settings settings_of(const Volume& volume, Law law, Axis axis = Axis::z) {
  return test::grey_settings(volume, law, axis);
}

test::Found found(const Volume& volume, const Settings& s, std::size_t classes = 254) {
  Materials materials = assign_materials(volume, s);
  assign_classes(materials, volume, classes);
  return test::Found(transport({volume, materials, s, test::device()}, {}, {}).results.back());
}

/// D over the largest conductivity by a dense factorisation, with every voxel's own conductivity.
double exact_ratio(const Volume& volume, Law law, Axis axis, bool periodic = false) {
  test::FullGrid grid = test::own_grid(volume, law, axis);
  const int flow = static_cast<int>(axis);
  grid.sides = test::FullGrid::between_plates(flow, {periodic, periodic, periodic});
  const auto n = static_cast<double>(volume.extent.along(axis));
  return grid.sums(grid.solve()).energy * n * n / static_cast<double>(volume.extent.voxels());
}

double square(double g) { return 1 + g * g / 10; }

TEST(Conductivities, InSeriesHaveTheHarmonicMeanAndSideBySideTheArithmetic) {
  const Volume z = grey_volume({12, 3, 4}, [](auto k, auto, auto) { return k; });
  EXPECT_NEAR(*found(z, settings_of(z, square)).effective_value, 2.5978664308506216, 1e-12);
  const Volume x = grey_volume({3, 4, 12}, [](auto, auto, auto k) { return k; });
  EXPECT_NEAR(*found(x, settings_of(x, square)).effective_value, 62.6 / 12, 1e-12);
  const Volume one = grey_volume({5, 4, 3}, [](auto k, auto j, auto i) { return 7 * k + 3 * j + i; });
  EXPECT_NEAR(*found(one, settings_of(one, [](double) { return 1.0; })).tortuosity_factor, 1, 1e-12);
}

TEST(Conductivities, OfEightBitsAreEachTakenAsTheyAre) {
  const Law law = [](double g) { return g < 2 ? 0 : std::pow(g / 255, 1.5); };  // 254 that conduct
  const Volume ramp = grey_volume({256, 2, 2}, [](auto z, auto, auto) { return 2 + z * 127 % 254; });
  double resistance = 0;
  for (std::int64_t z = 0; z < 256; ++z) resistance += 1 / law(static_cast<double>(2 + z * 127 % 254));
  const test::Found exact = found(ramp, settings_of(ramp, law));
  EXPECT_NEAR(*exact.effective_value / (256 / resistance), 1, 1e-12);
  EXPECT_TRUE(exact.all.remarks.empty());
}

Result tensor(const Volume& volume) {
  Settings s = settings_of(volume, [](double g) { return g == 0 ? 1 : g == 20 ? 0.1 : 0.02; });
  s.axes.assign(all_axes.begin(), all_axes.end());
  const Materials m = assign_materials(volume, s);
  return study_named("tensor").run({volume, m, s, test::device()}, {}, {}).results.at(0);
}

TEST(Conductivities, LaminatesHaveTheirTensor) {
  for (const int sign : {1, -1}) {
    const Result found =
        tensor(grey_volume({6, 6, 6}, [&](auto, auto y, auto x) { return 20 * ((x + sign * y + 6) % 3); }));
    EXPECT_NEAR(*found.value("effective_ratio_xx"), 0.0669846975054304, 1e-12);
    EXPECT_NEAR(*found.value("effective_ratio_yx"), -sign * 0.0178043696365779, 1e-12);
    EXPECT_NEAR(*found.value("effective_ratio_zz"), 1.12 / 3, 1e-12);
  }
  Volume oblique = grey_volume({6, 6, 6}, [](auto z, auto y, auto x) { return 20 * ((x + y + z) % 3); });
  const Result cubes = tensor(oblique);
  EXPECT_NEAR(*cubes.value("effective_ratio_zz"), 0.0729194873842897, 1e-12);
  EXPECT_NEAR(*cubes.value("effective_ratio_zx"), -0.0118695797577186, 1e-12);
  oblique.voxel_size = std::array{1e-6, 0.5e-6, 2e-6};
  const Result bricks = tensor(oblique);
  EXPECT_NEAR(*bricks.value("effective_ratio_zz"), 0.078006450138, 1e-11);
  EXPECT_NEAR(*bricks.value("effective_ratio_yy"), 0.057658599124, 1e-11);
  EXPECT_NEAR(*bricks.value("effective_ratio_yx"), -0.006782617004, 1e-11);
}

TEST(Conductivities, MergedLieAsNearToWhatStandsForThemAsCanBe) {
  EXPECT_EQ(merged({1, 2, 5}, 3).standing, (std::vector<double>{1, 2, 5}));
  const MergedValues two = merged({1, 1.1, 4, 5}, 2);
  EXPECT_EQ(two.last, (std::vector<double>{1.1, 5}));
  EXPECT_NEAR(two.standing[0], std::sqrt(1.1), 1e-15);
  EXPECT_NEAR(two.standing[1], std::sqrt(20), 1e-15);
  EXPECT_EQ(two.group_of(1.1), 0u);
  EXPECT_EQ(two.group_of(4), 1u);
  std::vector<double> all;
  for (int i = 0; i < 1000; ++i) all.push_back(std::exp(0.01 * i));
  const MergedValues many = merged(all, 254);
  EXPECT_EQ(many.last.size(), 250u);  // four in each
  EXPECT_NEAR(std::log(many.last[9] / many.standing[9]), 0.015, 1e-12);
}

TEST(Conductivities, ThatShareClassesAreWithinTheBound) {
  const Law laws[]{[](double g) { return 0.001 + std::pow(1 - g / 1000, 4); },
                   [](double g) { return std::pow(10, -4 * g / 1000); },
                   [](double g) { return std::max(1 - g / 600, 0.0); },
                   [](double g) { return 0.05 + std::pow(std::sin(g), 2); }};
  int tried = 0;
  for (const Law law : laws)
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
      Volume v = test::noise({7, 8, 6}, seed);
      v.voxel_size = std::array{1e-6, 2e-6, 0.7e-6};
      for (const bool periodic : {false, true})
        for (const Axis axis : {Axis::z, Axis::x}) {
          const double exact = exact_ratio(v, law, axis, periodic);
          for (const std::size_t classes : {2u, 7u, 40u})
            for (const double tolerance : {1e-2, 1e-4}) {
              Settings s = settings_of(v, law, axis);
              s.tolerance = tolerance;
              s.precision = tolerance > 1e-3 ? "mixed" : "double";
              s.periodic_sides = periodic;
              const test::Found r = found(v, s, classes);
              ASSERT_TRUE(r.ratio && r.ratio_bounds) << r.reason;
              EXPECT_LE((*r.ratio_bounds)[0], exact * (1 + 1e-12)) << classes << " classes";
              EXPECT_GE((*r.ratio_bounds)[1], exact * (1 - 1e-12)) << classes << " classes";
              EXPECT_LE(std::abs(*r.ratio / exact - 1), *r.solver.error * (1 + 1e-9) + 1e-12);
              EXPECT_EQ(r.all.remarks.size(), 1u);
              ++tried;
            }
        }
    }
  EXPECT_EQ(tried, 4 * 3 * 2 * 2 * 3 * 2);
}

TEST(Conductivities, TheBoundIsOfSecondOrderInWhatMergingChanges) {
  const Law law = [](double g) { return std::pow(10, -4 * g / 1000); };
  const Volume v = test::noise({12, 12, 12}, 5);
  Settings s = settings_of(v, law);
  const double of_32 = found(v, s, 32).solver.error.value(), of_128 = found(v, s, 128).solver.error.value();
  EXPECT_LT(of_128, of_32 / 12);  // a quarter of the spread: a sixteenth
  EXPECT_LT(of_128, 0.036 / 30);  // of the spread itself, which bounds |ln D| as well
}

TEST(Conductivities, ThatShareClassesGiveTheirOwnMeans) {
  const Law law = [](double g) { return 1 + g / 300; };
  const Volume v = grey_volume({3, 4, 600}, [](auto, auto, auto x) { return x; });
  Settings s = settings_of(v, law);
  s.tolerance = 1e-4;
  const test::Found r = found(v, s);  // side by side: nothing is tortuous
  EXPECT_NEAR(*r.tortuosity_factor, 1, *r.solver.error * 1.01);
  EXPECT_NEAR(*r.tortuosity_factor_percolating, 1, *r.solver.error * 1.01);
  EXPECT_NEAR(*r.effective_value, 1 + 599.0 / 600, 1e-4);
  EXPECT_LT(*r.solver.error, 1e-4);
}

TEST(Conductivities, OfPorousPhasesFollowFromTheirPorosity) {
  const Volume v = test::volume_of({9, 3, 4}, [](auto z, auto, auto) { return z < 3 ? 0 : 1; });
  Settings s;
  s.phase = {std::int64_t{0}};
  s.phase_porosity = {{std::int64_t{1}, 0.47}};
  s.tolerance = 1e-12;
  s.precision = "double";
  const Materials m = assign_materials(v, s);
  const double k = std::pow(0.47, 1.5), D = 9 / (3 + 6 / k), liquid = (3 + 6 * 0.47) / 9;
  EXPECT_NEAR(given_conductivities(s).at(1), 0.32221576621884906, 1e-15);
  Result r = transport({v, m, s, test::device()}, {}, {}).results.back();
  add_liquid(r, m, conductivity_of_free_liquid(s));
  EXPECT_NEAR(*r.value("effective_ratio"), D, 1e-12);
  EXPECT_NEAR(*r.value("tortuosity_factor"), (3 + 6 * k) / 9 / D, 1e-11);
  EXPECT_NEAR(*r.value("liquid_volume_fraction"), liquid, 1e-15);
  EXPECT_NEAR(*r.value("tortuosity_factor_liquid"), liquid / D, 1e-11);
  EXPECT_EQ(*r.value("volume_fraction"), 1);
  s.phase.clear();
  s.conductivity = {{std::int64_t{0}, 2e-10}};
  s.bruggeman = 2;
  EXPECT_NEAR(given_conductivities(s).at(1), 2e-10 * 0.47 * 0.47, 1e-24);
}

}  // namespace
}  // namespace tauvox
