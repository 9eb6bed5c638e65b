// Local thickness against painting every ball on every voxel, and exact integers of known shapes.
#include "kernels/geometry/thickness.hpp"

#include <gtest/gtest.h>

#include "kernels/geometry/paint_at_once.hpp"
#include "tests/geometry.hpp"

namespace tauvox {
namespace {

using Edges = std::array<double, 3>;

std::vector<double> values_of(const SquaredDistance& found) {
  return std::visit(
      [](const auto& buffer) {
        const auto host = buffer.to_host();
        return std::vector<double>(host.begin(), host.end());
      },
      found.values);
}

SquaredDistance thickness_of(const Device& device, const Volume& v, std::int64_t phase, const Edges& edges) {
  return largest_covering_balls(squared_distance(test::bits_of(device, v), static_cast<int>(phase), edges),
                                edges);
}

/// @param radii squared
std::vector<double> by_painting_all(const Extent& e, const std::vector<double>& radii, const Edges& edges) {
  std::vector<double> all(radii.size());
  std::size_t i = 0;
  test::for_each_voxel(e, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    const double r = radii[i++];
    std::size_t k = 0;
    if (r > 0)
      test::for_each_voxel(e, [&](std::int64_t oz, std::int64_t oy, std::int64_t ox) {
        const double d = test::squared(edges[0] * static_cast<double>(z - oz)) +
                         test::squared(edges[1] * static_cast<double>(y - oy)) +
                         test::squared(edges[2] * static_cast<double>(x - ox));
        if (d < r) all[k] = std::max(all[k], r);
        ++k;
      });
  });
  return all;
}

TEST(LocalThickness, ShapesHaveTheirExactSums) {
  const std::vector<std::pair<Volume, double>> known{
      {test::sphere(5, 0), 10488},      {test::sphere(5, 0.5), 13390},   {test::sphere(10, 0), 362592},
      {test::sphere(10, 0.5), 421069},  {test::sphere(20, 0), 12356808}, {test::sphere(20, 0.5), 13393801},
      {test::sphere(40, 0), 411674424}, {test::cylinder(5), 25600},      {test::cylinder(10), 449984},
      {test::cylinder(20), 7624448},    {test::cylinder(40), 124514816}, {test::gyroid(), 40136238}};
  // The stand-in runs a GPU's threads one after the other: the largest would take it minutes.
  const bool stand_in = test::device().description().find("stand-in") != std::string::npos;
  for (const auto& [volume, expected] : known) {
    if (stand_in && expected > 1.3e7) continue;
    double sum = 0;
    for (const double r : values_of(thickness_of(test::device(), volume, 1, {1, 1, 1}))) sum += r;
    EXPECT_EQ(sum, expected);
  }
}

TEST(LocalThickness, IsThatOfPaintingEveryBallForEveryNumberOfThreads) {
  const std::vector<Volume> volumes{
      test::noise({9, 8, 70}, 1, {3, 97}),
      test::noise({13, 11, 65}, 2, {1, 99}),
      test::noise({3, 5, 9}, 3, {50, 50}),
      test::noise({70, 5, 6}, 4, {2, 98}),
      test::rough_volume({12, 13, 40}, 5),
      test::noise({20, 17, 19}, 6, {1, 99}),
      test::shape_of({9, 66, 12}, [](double z, double y, double x) { return z + y / 7 + x > 3; })};
  for (const Volume& v : volumes)
    for (const Edges& edges : {Edges{1, 1, 1}, Edges{2, 1, 0.5}, Edges{1, 3, 1.5}}) {
      const double unit = edges[1] == 3 ? 0.5 : *std::min_element(edges.begin(), edges.end());
      const Edges units{edges[0] / unit, edges[1] / unit, edges[2] / unit};
      const std::vector<double> expected = by_painting_all(
          v.extent, values_of(squared_distance(test::bits_of(Device::cpu(1), v), 1, edges)), units);
      for (const Device& device : test::devices()) {
        SCOPED_TRACE(to_string(v.extent) + " on " + device.description());
        const SquaredDistance found = thickness_of(device, v, 1, edges);
        EXPECT_EQ(values_of(found), expected);
        EXPECT_EQ(found.unit, unit);
      }
      const SquaredDistance radii = squared_distance(test::bits_of(Device::cpu(2), v), 1, edges);
      SquaredDistance at_once;
      std::visit(
          [&](const auto& values) {
            at_once.values = paint_at_once(values, v.extent,
                                           {units[0] * units[0], units[1] * units[1], units[2] * units[2]});
          },
          radii.values);
      EXPECT_EQ(values_of(at_once), expected) << to_string(v.extent);
    }
}

TEST(LocalThickness, WithoutABallNothingIsPainted) {
  const Extent e{5, 4, 3};
  const auto painted = [&](auto zero) {
    Buffer<decltype(zero)> radii(test::device(), e.voxels());
    radii.zero();
    const auto found = paint_at_once(radii, e, {1, 1, 2.25}).to_host();
    return std::count_if(found.begin(), found.end(), [](auto value) { return value != 0; });
  };
  EXPECT_EQ(painted(std::uint16_t{}), 0);
  EXPECT_EQ(painted(std::uint32_t{}), 0);
  EXPECT_EQ(painted(float{}), 0);
}

TEST(LocalThickness, BallsLargerThanTheTables) {
  // A slab of 600 between single layers: the middle has balls beyond 255 voxels.
  const Volume v = test::volume_of({602, 2, 3}, [](auto z, auto, auto) { return z > 0 && z < 601; });
  const std::vector<double> radii =
      values_of(squared_distance(test::bits_of(test::device(), v), 1, {1, 1, 1}));
  EXPECT_EQ(values_of(thickness_of(test::device(), v, 1, {1, 1, 1})),
            by_painting_all(v.extent, radii, {1, 1, 1}));
}

TEST(LocalThickness, DoesNotDependOnHowTheEdgesWereStated) {
  const Volume v = test::noise({20, 22, 24}, 5, {20, 80});
  const Edges stated{0.4e-6, 0.5e-6, 0.6e-6};
  const std::vector<double> expected = by_painting_all(
      v.extent, values_of(squared_distance(test::bits_of(Device::cpu(1), v), 1, {4, 5, 6})), {4, 5, 6});
  const auto of_float = [](float micrometres) { return static_cast<double>(micrometres) * 1e-6; };
  for (const Edges& edges : {stated, Edges{0.0004 * 1e-3, 0.0005 * 1e-3, 0.0006 * 1e-3}, Edges{0.4, 0.5, 0.6},
                             Edges{of_float(0.4F), of_float(0.5F), of_float(0.6F)}}) {
    const SquaredDistance found = thickness_of(test::device(), v, 1, edges);
    EXPECT_EQ(values_of(found), expected);
    EXPECT_NEAR(found.unit, edges[0] / 4, 1e-12 * edges[0]);
  }
}

TEST(EdgeUnits, AreWholeNumbersWhereTheyCanBe) {
  const auto edges = [](const Edges& spacing) { return edge_units(spacing).edges; };
  EXPECT_EQ(edges({2e-7, 2e-7, 2e-7}), (Edges{1, 1, 1}));
  EXPECT_EQ(edges({2e-7, 2e-7, 2.0000001e-7}), (Edges{1, 1, 1}));
  EXPECT_EQ(edges({3e-7, 4e-7, 5e-7}), (Edges{3, 4, 5}));
  EXPECT_EQ(edges({1, 1, 1000}), (Edges{1, 1, 1000}));
  EXPECT_EQ(edge_units({3e-7, 4e-7, 5e-7}).unit, 3e-7 / 3);
  const Edges others = edges({0.3985, 0.4, 0.5});
  EXPECT_EQ(others[0], 1);
  EXPECT_NEAR(others[1], 0.4 / 0.3985, 1e-9);
  EXPECT_EQ(others, edges({0.3985e-6, 0.4e-6, 0.5e-6}));
}

}  // namespace
}  // namespace tauvox
