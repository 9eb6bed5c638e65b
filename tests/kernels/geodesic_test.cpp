// Shortest ways against relaxing every step until nothing changes.
#include "kernels/geometry/geodesic.hpp"

#include <gtest/gtest.h>

#include "tests/geometry.hpp"

namespace tauvox {
namespace {

using Edges = std::array<double, 3>;

ShortestWays by_relaxing(const Volume& v, Axis axis, bool from_low, const Edges& edges) {
  const Extent& e = v.extent;
  const std::array<std::int64_t, 3> n = e.zyx();
  std::vector<double> length(static_cast<std::size_t>(e.voxels()), INFINITY);
  const auto at = [&](std::int64_t z, std::int64_t y, std::int64_t x) -> double& {
    return length[static_cast<std::size_t>(x + e.nx * (y + e.ny * z))];
  };
  const auto layer = [&](std::int64_t z, std::int64_t y, std::int64_t x, bool low) {
    const std::array<std::int64_t, 3> here{z, y, x};
    const auto a = static_cast<std::size_t>(axis);
    return here[a] == (low ? 0 : n[a] - 1) && test::code_at(v, z, y, x) == 1;
  };
  test::for_each_voxel(e, [&](auto z, auto y, auto x) {
    if (layer(z, y, x, from_low)) at(z, y, x) = 0;
  });
  for (bool changed = true; changed;) {
    changed = false;
    test::for_each_voxel(e, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
      if (test::code_at(v, z, y, x) != 1) return;
      for (int s = 0; s < 27; ++s) {
        const std::int64_t oz = z + s / 9 - 1, oy = y + s / 3 % 3 - 1, ox = x + s % 3 - 1;
        if (oz < 0 || oz >= n[0] || oy < 0 || oy >= n[1] || ox < 0 || ox >= n[2]) continue;
        if (test::code_at(v, oz, oy, ox) != 1) continue;
        const double through = at(oz, oy, ox) + std::hypot(static_cast<double>(z - oz) * edges[0],
                                                           static_cast<double>(y - oy) * edges[1],
                                                           static_cast<double>(x - ox) * edges[2]);
        if (through < at(z, y, x) - 1e-12) {
          at(z, y, x) = through;
          changed = true;
        }
      }
    });
  }
  ShortestWays found;
  found.least = INFINITY;
  test::for_each_voxel(e, [&](auto z, auto y, auto x) {
    if (!layer(z, y, x, !from_low) || std::isinf(at(z, y, x))) return;
    ++found.reached;
    found.mean += at(z, y, x);
    found.least = std::min(found.least, at(z, y, x));
  });
  found.mean /= static_cast<double>(found.reached);
  return found;
}

TEST(Geodesic, IsTheShortestWayOfAll) {
  for (const Volume& v : {test::noise({9, 12, 14}, 1, {60, 40}), test::noise({8, 9, 35}, 2, {50, 50}),
                          test::rough_volume({12, 13, 20}, 5)})
    for (const Edges& edges : {Edges{1, 1, 1}, Edges{2e-6, 1e-6, 3e-6}, Edges{1, 40, 1}})
      for (const Axis axis : all_axes)
        for (const bool from_low : {true, false}) {
          const Unknowns set = unknowns_of(Codes(test::device(), v), {0, 1});
          const ShortestWays found = shortest_ways(set, axis, from_low, edges),
                             expected = by_relaxing(v, axis, from_low, edges);
          ASSERT_EQ(found.reached, expected.reached);
          EXPECT_NEAR(found.mean, expected.mean, 2e-5 * expected.mean);
          EXPECT_NEAR(found.least, expected.least, 2e-5 * expected.least);
        }
}

TEST(Geodesic, IsTheSameForEveryNumberOfThreads) {
  const Volume v = test::rough_volume({44, 36, 50}, 3);
  for (const Axis axis : all_axes) {
    const auto with = [&](int threads) {
      const Unknowns set = unknowns_of(Codes(Device::cpu(threads), v), {0, 1});
      return shortest_ways(set, axis, false, {1e-6, 1e-6, 1.5e-6});
    };
    const ShortestWays alone = with(1);
    ASSERT_GT(alone.reached, 0);
    for (const int threads : {2, 3, 7}) {
      const ShortestWays found = with(threads);
      EXPECT_EQ(found.reached, alone.reached);
      EXPECT_EQ(found.mean, alone.mean);
      EXPECT_EQ(found.least, alone.least);
    }
  }
}

TEST(Geodesic, AStraightWayAndNoWay) {
  const Volume straight = test::volume_of({20, 3, 3}, [](auto, auto y, auto x) { return y == 1 && x == 1; });
  const Unknowns channel = unknowns_of(Codes(test::device(), straight), {0, 1});
  EXPECT_NEAR(shortest_ways(channel, Axis::z, true, {2, 1, 1}).mean, 38, 1e-9);
  EXPECT_EQ(shortest_ways(channel, Axis::y, true, {2, 1, 1}).reached, 0);
}

}  // namespace
}  // namespace tauvox
