// The distance transform against the nearest voxel by trying all, and exact integers of known shapes.
#include "kernels/geometry/distance.hpp"

#include <gtest/gtest.h>

#include "tests/geometry.hpp"

namespace tauvox {
namespace {

std::vector<double> values_of(const SquaredDistance& found) {
  return std::visit(
      [](const auto& buffer) {
        const auto host = buffer.to_host();
        return std::vector<double>(host.begin(), host.end());
      },
      found.values);
}

std::vector<double> by_trying_all(const Volume& v, std::int64_t phase, const std::array<double, 3>& edges) {
  std::vector<double> all;
  test::for_each_voxel(v.extent, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    double least = test::code_at(v, z, y, x) == phase ? INFINITY : 0;
    if (least > 0)
      test::for_each_voxel(v.extent, [&](std::int64_t oz, std::int64_t oy, std::int64_t ox) {
        if (test::code_at(v, oz, oy, ox) == phase) return;
        const double dz = edges[0] * static_cast<double>(z - oz), dy = edges[1] * static_cast<double>(y - oy),
                     dx = edges[2] * static_cast<double>(x - ox);
        least = std::min(least, dz * dz + dy * dy + dx * dx);
      });
    all.push_back(least);
  });
  return all;
}

TEST(Distance, ShapesHaveTheirExactSums) {
  struct Known {
    Volume volume;
    double most, sum;
  };
  const std::vector<Known> known{{test::sphere(5, 0), 19, 1912},        {test::sphere(5, 0.5), 26, 1772},
                                 {test::sphere(10, 0), 86, 47616},      {test::sphere(10, 0.5), 101, 46451},
                                 {test::sphere(20, 0), 369, 1395744},   {test::sphere(20, 0.5), 401, 1392117},
                                 {test::sphere(40, 0), 1536, 43537952}, {test::cylinder(10), 89, 92608},
                                 {test::cylinder(40), 1549, 21790464},  {test::gyroid(), 746, 8198783}};
  for (const Known& shape : known) {
    const SquaredDistance found =
        squared_distance(test::bits_of(test::device(), shape.volume), 1, {1e-6, 1e-6, 1e-6});
    double most = 0, sum = 0;
    for (const double d : values_of(found)) {
      most = std::max(most, d);
      sum += d;
    }
    EXPECT_EQ(most, shape.most);
    EXPECT_EQ(sum, shape.sum);
    EXPECT_EQ(found.unit, 1e-6);
  }
}

TEST(Distance, IsThatOfTheNearestVoxelForEveryNumberOfThreads) {
  std::vector<Volume> volumes{test::noise({9, 8, 70}, 1, {3, 97}), test::noise({13, 11, 65}, 2, {40, 60}),
                              test::noise({1, 1, 9}, 3, {50, 50}), test::noise({3, 40, 1}, 4, {5, 95}),
                              test::noise({60, 3, 3}, 4, {2, 98})};
  for (const Volume& v : volumes)
    for (const std::array<double, 3>& edges :
         {std::array{1.0, 1.0, 1.0}, std::array{2.0, 1.0, 0.5}, std::array{1.0, 3.0, 1.5}}) {
      const std::vector<double> expected = by_trying_all(v, 1, edges);
      for (const Device& device : test::devices()) {
        SCOPED_TRACE(to_string(v.extent) + " on " + device.description());
        const SquaredDistance found = squared_distance(test::bits_of(device, v), 1, edges);
        const std::vector<double> values = values_of(found);
        ASSERT_FALSE(found.unbounded);
        for (std::size_t i = 0; i < values.size(); ++i)
          ASSERT_EQ(values[i] * found.unit * found.unit, expected[i]) << i;
      }
    }
}

TEST(Distance, BeyondWhatAByteOfStepsHolds) {
  for (const std::array<std::int64_t, 3>& zyx :
       {std::array<std::int64_t, 3>{700, 2, 3}, {2, 600, 5}, {3, 2, 900}, {200, 200, 4}}) {
    const Volume v = test::volume_of(zyx, [](auto z, auto y, auto x) { return z + y + x > 0; });
    const SquaredDistance found = squared_distance(test::bits_of(test::device(), v), 1, {1, 1, 1});
    const std::vector<double> values = values_of(found);
    std::size_t i = 0;
    test::for_each_voxel(v.extent, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
      ASSERT_EQ(values[i++], static_cast<double>(z * z + y * y + x * x));
    });
    EXPECT_FALSE(found.unbounded);
  }
}

TEST(Distance, APhaseThatFillsTheVolumeHasNone) {
  const Volume v = test::volume_of({4, 5, 6}, [](auto, auto, auto) { return 1; });
  EXPECT_TRUE(squared_distance(test::bits_of(test::device(), v), 0, {1, 1, 1}).unbounded);
  EXPECT_TRUE(squared_distance(test::bits_of(test::device(), v), 0, {1, 1, 2}).unbounded);
}

}  // namespace
}  // namespace tauvox
