// Geometry against closed forms: spheres, cylinders, a gyroid, flat voxels, and the space outside spheres
// that overlap at random.
#include "tests/geometry.hpp"

#include <gtest/gtest.h>

#include <random>

#include "host/studies/study_table.hpp"
#include "kernels/geometry/lines.hpp"
#include "kernels/geometry/neighbour_pairs.hpp"

namespace tauvox {
namespace {

constexpr double pi = std::numbers::pi;
constexpr std::array<double, 3> cubes{1, 1, 1};

double area_of(const Volume& v, const std::array<double, 3>& edges) {
  return surface_area(count_neighbour_pairs(test::bits_of(test::device(), v), 1), 0, edges);
}

/// A sphere around the middle of its box, moved by a fraction of a voxel; voxels may be flat.
Volume moved_sphere(double radius, const std::array<double, 3>& edges, const std::array<double, 3>& by) {
  std::array<std::int64_t, 3> n{};
  std::array<double, 3> centre{};
  for (std::size_t a = 0; a < 3; ++a) {
    n[a] = 2 * static_cast<std::int64_t>(radius / edges[a] + 3);
    centre[a] = edges[a] * (static_cast<double>(n[a]) / 2 + by[a]);
  }
  return test::shape_of(n, [=](double z, double y, double x) {
    return test::squared(edges[0] * z - centre[0]) + test::squared(edges[1] * y - centre[1]) +
               test::squared(edges[2] * x - centre[2]) <=
           radius * radius;
  });
}

TEST(GeometryExact, SpheresHaveTheirAreaWithinAPercent) {
  for (const double radius : {10.0, 15.5, 20.0})
    for (const std::array<double, 3>& by : {std::array{0.25, -0.375, 0.125}, std::array{-0.3, 0.1, 0.45}}) {
      const double area = 4 * pi * radius * radius;
      EXPECT_NEAR(area_of(moved_sphere(radius, cubes, by), cubes), area, 0.01 * area) << radius;
    }
  for (const std::array<double, 3>& edges :
       {std::array{3.0, 1.0, 1.0}, std::array{1.0, 0.5, 2.0}, std::array{1.3, 1.0, 0.7}})
    EXPECT_NEAR(area_of(moved_sphere(20, edges, {0.25, -0.375, 0.125}), edges), 1600 * pi, 0.01 * 1600 * pi);
}

TEST(GeometryExact, CylindersAlongAnAxisHaveTheBiasOfThirteenDirections) {
  for (const std::int64_t radius : {10, 20, 40}) {
    const double area = 2 * pi * static_cast<double>(radius) * 16, bias = -0.0194;
    // Pairs that would leave the ends are missing; a correction for the ends alone stands for a long
    // cylinder.
    const Volume v = test::cylinder(radius);
    NeighbourPairs pairs = count_neighbour_pairs(test::bits_of(test::device(), v), 1);
    double found = 0;
    const auto weights = direction_weights(cubes);
    for (std::size_t k = 0; k < neighbour_directions; ++k)
      found += 2 * weights[k] * static_cast<double>(pairs.of_pair[0][k]) / length_of(direction_of[k], cubes) *
               16 / (16 - direction_of[k].z);
    EXPECT_NEAR(found, area * (1 + bias), 0.02 * area) << radius;
  }
}

TEST(GeometryExact, TheGyroidHasItsArea) {
  // Two cells along each axis of 128 voxels; per cell of edge 1 the area is 3.0916500.
  const Volume v = test::shape_of({128, 128, 128}, [](double z, double y, double x) {
    const double k = 2 * pi / 64;
    return std::sin(k * x) * std::cos(k * y) + std::sin(k * y) * std::cos(k * z) +
               std::sin(k * z) * std::cos(k * x) <=
           0;
  });
  const NeighbourPairs pairs = count_neighbour_pairs(test::bits_of(test::device(), v), 1);
  EXPECT_NEAR(surface_density(pairs, 0, cubes) * 64, 3.09165, 0.005 * 3.09165);
  EXPECT_NEAR(v.fraction(v.labels[1]), 0.5, 1e-3);
}

TEST(GeometryExact, OneLayerHasTheSurfaceOfMany) {
  const auto label_at = [](std::int64_t row, std::int64_t column) -> std::int64_t {
    return static_cast<std::int64_t>(
        std::floor(3 * (0.5 + 0.49 * std::sin(0.9 * static_cast<double>(row)) *
                                  std::cos(0.4 * static_cast<double>(row + 2 * column)))));
  };
  const std::array<double, 3> edges{0.7, 1.0, 1.3};
  for (const Axis thin : all_axes) {
    const auto a = static_cast<std::size_t>(thin);
    const auto of_layers = [&](std::int64_t layers) {
      std::array<std::int64_t, 3> n{24, 24, 31};
      n[a] = layers;
      return test::volume_of(n, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
        const std::array<std::int64_t, 3> at{z, y, x};
        return label_at(at[a == 0 ? 1 : 0], at[a == 2 ? 1 : 2]);
      });
    };
    for (const int lag : {1, 2}) {
      const NeighbourPairs one = count_neighbour_pairs(test::bits_of(test::device(), of_layers(1)), lag),
                           many = count_neighbour_pairs(test::bits_of(test::device(), of_layers(9)), lag);
      for (int pair = 0; pair < 3; ++pair) {
        const double found = surface_density(one, pair, edges);
        EXPECT_GT(found, 0);
        EXPECT_NEAR(found, surface_density(many, pair, edges), 1e-12 * found) << a << lag << pair;
        EXPECT_NEAR(doubt_of_directions(one, pair, edges), doubt_of_directions(many, pair, edges),
                    1e-12 * found);
      }
    }
  }
}

TEST(GeometryExact, PlanesThatLieAlikeAreWithinTheDoubtOfDirections) {
  EXPECT_NEAR(worst_of_planes(cubes), 0.073, 0.001);
  for (const std::array<double, 3>& edges : {cubes, std::array{2.0, 1.0, 1.0}, std::array{0.5, 1.0, 1.4}})
    for (const std::array<double, 3>& normal : {std::array{0.0, 0.0, 1.0}, std::array{0.0, 1.0, 1.0},
                                                std::array{1.0, 1.0, 1.0}, std::array{3.0, 1.0, 0.3}}) {
      const double length = std::sqrt(normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2]),
                   period = 12;
      // Over all places that the planes can have their area is that of a box without sides; over these, to 1
      // %.
      constexpr int places = 8;
      double found = 0, doubt = 0;
      for (int place = 0; place < places; ++place) {
        const Volume v = test::shape_of({48, 48, 48}, [&](double z, double y, double x) {
          const double along =
              (normal[0] * edges[0] * z + normal[1] * edges[1] * y + normal[2] * edges[2] * x) / length /
                  period +
              static_cast<double>(place) / places;
          return along - std::floor(along) < 0.5;
        });
        const NeighbourPairs pairs = count_neighbour_pairs(test::bits_of(test::device(), v), 1);
        found += surface_density(pairs, 0, edges) / places;
        doubt += doubt_of_directions(pairs, 0, edges) / places;
      }
      EXPECT_NEAR(found, 2 / period, doubt + 0.012 * 2 / period)
          << edges[0] << ' ' << edges[2] << ": " << normal[0] << normal[1] << normal[2] << ' '
          << worst_of_planes(edges);
      EXPECT_LT(doubt, 1.4 * worst_of_planes(edges) * found);
      EXPECT_GT(doubt, 0.8 * worst_of_planes(edges) * found);
    }
  // A sphere is seen alike from everywhere.
  const Volume sphere = moved_sphere(20, cubes, {0.25, -0.375, 0.125});
  const NeighbourPairs pairs = count_neighbour_pairs(test::bits_of(test::device(), sphere), 1);
  EXPECT_LT(doubt_of_directions(pairs, 0, cubes), 0.015 * surface_density(pairs, 0, cubes));
}

/// Label 1 outside spheres of a radius whose centres are drawn at random, beyond the box too.
Volume outside_spheres(std::int64_t n, double radius, double porosity, std::uint64_t seed) {
  const double density = -std::log(porosity) / (4 * pi / 3 * radius * radius * radius);
  const double edge = static_cast<double>(n) + 2 * radius;
  std::uint64_t state = seed;
  const auto draw = [&] {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<double>(state >> 11) / 9007199254740992.0;
  };
  std::vector<std::uint8_t> pore(static_cast<std::size_t>(n * n * n), 1);
  const auto count = static_cast<std::int64_t>(std::lround(density * edge * edge * edge));
  for (std::int64_t i = 0; i < count; ++i) {
    const std::array<double, 3> c{draw() * edge - radius, draw() * edge - radius, draw() * edge - radius};
    const auto low = [&](std::size_t a) {
      return std::max<std::int64_t>(0, static_cast<std::int64_t>(c[a] - radius - 1));
    };
    const auto end = [&](std::size_t a) { return std::min(n, static_cast<std::int64_t>(c[a] + radius + 1)); };
    for (std::int64_t z = low(0); z < end(0); ++z)
      for (std::int64_t y = low(1); y < end(1); ++y)
        for (std::int64_t x = low(2); x < end(2); ++x)
          if (test::squared(static_cast<double>(z) + 0.5 - c[0]) +
                  test::squared(static_cast<double>(y) + 0.5 - c[1]) +
                  test::squared(static_cast<double>(x) + 0.5 - c[2]) <=
              radius * radius)
            pore[static_cast<std::size_t>((z * n + y) * n + x)] = 0;
  }
  Volume v;
  v.extent = make_extent({n, n, n});
  v.labels = {{0, 0}, {1, 0}};
  for (const std::uint8_t code : pore) ++v.labels[code].voxels;
  v.codes = pore;
  return v;
}

TEST(GeometryExact, OverlappingSpheresHaveTheSurfaceThatIsExtrapolatedAndTheIntervalHoldsIt) {
  for (const double radius : {4.0, 6.0, 8.0}) {
    double fine = 0, twice = 0, expected = 0;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      const Volume v = outside_spheres(128, radius, 0.4, seed);
      const PhaseBits bits = test::bits_of(test::device(), v);
      fine += surface_density(count_neighbour_pairs(bits, 1), 0, cubes) / 4;
      twice += surface_density(count_neighbour_pairs(bits, 2), 0, cubes) / 4;
      const double porosity = v.fraction(v.labels[1]);  // of this one
      expected += 3 * -std::log(porosity) * porosity / radius / 4;
    }
    EXPECT_NEAR(2 * fine - twice, expected, 0.02 * expected) << radius;
    EXPECT_LE(std::abs(2 * fine - twice - expected), std::abs(fine - twice)) << radius;
    EXPECT_LT(fine, expected) << radius;
  }
}

/// Whether the interval of a diameter that the study of sizes finds in label 1 holds the true one.
std::vector<bool> intervals_hold(Volume volume, const std::array<double, 3>& edges, double diameter) {
  volume.voxel_size = edges;
  Materials materials;
  const StudySettings settings;
  const Device device = Device::cpu(1);  // of volumes this small
  const Phases phases{{{"outside", {0}}, {"inside", {1}}}};
  std::vector<bool> hold;
  const auto results =
      study_named("sizes").run({volume, materials, settings, device, {}, {}, phases}, {}, {}).results;
  for (const Result& result : results)
    for (const char* name : {"inscribed_diameter", "thickness_d50"})
      if (result.phase == "inside")
        hold.push_back(std::abs(result.value(name).value() - diameter) <=
                       result.half_width(name, ErrorSource::resolution).value());
  EXPECT_EQ(hold.size(), 2u);
  return hold;
}

TEST(GeometryExact, IntervalsOfDiametersHoldThoseOfSpheresAndLayersAnywhereBetweenTheVoxels) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> within(-0.5, 0.5);
  for (const std::array<double, 3>& edges :
       {cubes, std::array{2.0, 1.0, 1.0}, std::array{1.0, 2.0, 2.0}, std::array{3.0, 2.0, 1.0}}) {
    int spheres = 0, layers = 0, of_spheres = 0, of_layers = 0;
    for (int i = 0; i < 40; ++i) {
      const double radius = edges[0] * (3 + i % 5 + within(random)), shift = within(random);
      for (const bool holds :
           intervals_hold(moved_sphere(radius, edges, {within(random), within(random), within(random)}),
                          edges, 2 * radius))
        spheres += holds ? 1 : 0, ++of_spheres;
      const double middle = edges[0] * (12 + shift);
      const Volume layer = test::shape_of(
          {24, 4, 4}, [&](double z, double, double) { return std::abs(edges[0] * z - middle) <= radius; });
      for (const bool holds : intervals_hold(layer, edges, 2 * radius)) layers += holds ? 1 : 0, ++of_layers;
    }
    EXPECT_GE(spheres, 0.95 * of_spheres) << edges[0] << edges[1] << edges[2];
    EXPECT_GE(layers, 0.9 * of_layers) << edges[0] << edges[1] << edges[2];
  }
}

TEST(GeometryExact, OverlappingSpheresHaveTheirCorrelationAndLinealPath) {
  constexpr double radius = 8;
  double pairs = 0, path = 0, eta = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const Volume v = outside_spheres(128, radius, 0.4, seed);
    eta += -std::log(v.fraction(v.labels[1])) / 4;
    const PhaseBits bits = test::bits_of(test::device(), v);
    for (const Axis axis : all_axes) {
      const double all = 128 * 128 * (128 - 5);
      pairs += static_cast<double>(count_correlation(bits, axis, 6)[1][5]) / all / 12;
      const std::vector<std::int64_t> chords = count_chords(bits, axis)[1].all;
      for (std::size_t length = 6; length < chords.size(); ++length)
        path += static_cast<double>(length - 5) * static_cast<double>(chords[length]) / all / 12;
    }
  }
  const double r = 5, ratio = 1 + 0.75 * r / radius - r * r * r / (16 * radius * radius * radius);
  EXPECT_NEAR(pairs, std::exp(-eta * ratio), 0.02 * pairs);
  EXPECT_NEAR(path, std::exp(-eta * (1 + 0.75 * r / radius)), 0.03 * path);
}

}  // namespace
}  // namespace tauvox
