// The widest way from a face, against a flood for every width, and the distribution of sizes.
#include "kernels/geometry/intrusion.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "kernels/geometry/distribution.hpp"
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

/// For every width, what is joined to the face over voxels at least as far from the surface.
std::vector<double> by_flooding_all(const Extent& e, const std::vector<double>& distance, Axis axis,
                                    bool from_low) {
  std::vector<double> access(distance.size());
  const std::array<std::int64_t, 3> n = e.zyx(), step{e.nx * e.ny, e.nx, 1};
  const auto a = static_cast<std::size_t>(axis);
  for (const double level : std::set<double>(distance.begin(), distance.end())) {
    if (level == 0) continue;
    std::vector<std::int64_t> open;
    std::vector<bool> seen(distance.size());
    const auto reach = [&](std::int64_t i) {
      const auto at = static_cast<std::size_t>(i);
      if (seen[at] || distance[at] < level) return;
      seen[at] = true;
      access[at] = level;  // levels ascend
      open.push_back(i);
    };
    for (std::int64_t i = 0; i < e.voxels(); ++i)
      if (i / step[a] % n[a] == (from_low ? 0 : n[a] - 1)) reach(i);
    while (!open.empty()) {
      const std::int64_t i = open.back();
      open.pop_back();
      for (std::size_t k = 0; k < 3; ++k) {
        if (i / step[k] % n[k] > 0) reach(i - step[k]);
        if (i / step[k] % n[k] + 1 < n[k]) reach(i + step[k]);
      }
    }
  }
  return access;
}

TEST(Intrusion, IsTheWidestWayFromAFace) {
  for (const Volume& v : {test::noise({9, 12, 20}, 1, {4, 96}), test::noise({13, 11, 15}, 2, {40, 60}),
                          test::rough_volume({12, 13, 20}, 5), test::noise({1, 7, 8}, 3, {30, 70})})
    for (const std::array<double, 3>& edges : {std::array{1.0, 1.0, 1.0}, std::array{2.0, 1.0, 0.5}})
      for (const Device& device : test::devices()) {
        const SquaredDistance distances = squared_distance(test::bits_of(device, v), 1, edges);
        for (const Axis axis : all_axes)
          for (const bool from_low : {true, false}) {
            const SquaredDistance found = widest_access(distances, axis, from_low);
            const std::vector<double> values = values_of(found),
                                      expected =
                                          by_flooding_all(v.extent, values_of(distances), axis, from_low);
            EXPECT_EQ(values, expected);
            const double through = largest_in_layer(found, axis, from_low ? v.extent.along(axis) - 1 : 0);
            double most = 0;
            for (std::int64_t i = 0; i < v.extent.voxels(); ++i) {
              const Voxel at =
                  Voxel::of(i % v.extent.nx, i / v.extent.nx % v.extent.ny, i / v.extent.nx / v.extent.ny);
              if (at.at[static_cast<int>(axis)] == (from_low ? v.extent.along(axis) - 1 : 0))
                most = std::max(most, expected[static_cast<std::size_t>(i)]);
            }
            EXPECT_EQ(through, most);
          }
      }
}

TEST(Distribution, CountsEveryValueButZero) {
  const Volume v = test::noise({20, 30, 40}, 1, {10, 90});
  for (const Device& device : test::devices()) {
    for (const std::array<double, 3>& spacing :
         {std::array<double, 3>{1, 1, 1}, {2, 1, 1}, {0.5e-6, 0.4e-6, 0.6e-6}}) {
      const SquaredDistance found = squared_distance(test::bits_of(device, v), 1, spacing);
      std::map<double, std::int64_t> expected;
      for (const double value : values_of(found))
        if (value > 0) ++expected[value];
      const std::vector<SizeBin> bins = distribution_of(found);
      ASSERT_EQ(bins.size(), expected.size());
      auto next = expected.begin();
      for (const SizeBin& bin : bins) {
        EXPECT_EQ(bin.squared, next->first);
        EXPECT_EQ(bin.voxels, next++->second);
      }
    }
    // Numbers that are not whole are in the middle of what is counted together; the largest is itself.
    const SquaredDistance flat =
        squared_distance(test::bits_of(device, v), 1, {1, std::sqrt(0.5), std::sqrt(0.3)});
    std::vector<double> values = values_of(flat);
    std::erase(values, 0.0);
    std::sort(values.begin(), values.end());
    std::size_t at = 0;
    const std::vector<SizeBin> rounded = distribution_of(flat);
    for (const SizeBin& bin : rounded)
      for (std::int64_t k = 0; k < bin.voxels; ++k) ASSERT_NEAR(bin.squared / values.at(at++), 1, 2.5e-4);
    EXPECT_EQ(at, values.size());
    EXPECT_EQ(rounded.back().squared, values.back());
  }
}

}  // namespace
}  // namespace tauvox
