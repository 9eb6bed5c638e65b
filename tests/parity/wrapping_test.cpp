// Winding vectors of clusters, on every device, against a search that walks the repeated volume.
#include "kernels/volume/wrapping.hpp"

#include <gtest/gtest.h>

#include <map>

#include "tests/support.hpp"

namespace tauvox {
namespace {

using test::volume_of;

struct Found {
  Wrapping wrapping;
  std::int64_t voxels = 0;
};

Found wrapping_of(const Volume& v, const Device& device) {
  const Runs runs(unknowns_of(Codes(device, v), {0, 1}));
  const Clusters open = find_clusters(runs);
  Found found{find_wrapping(runs, open)};
  for (std::size_t k = 0; k < found.wrapping.wraps.size(); ++k)
    if (found.wrapping.wraps[k]) found.voxels += open.voxels[k];
  return found;
}

/// Walks through copies of the volume: a voxel met in two of them is a winding. Label 1 conducts.
struct Walked {
  Windings windings;
  std::int64_t voxels = 0;
};
Walked walk(const Volume& v) {
  const std::array<std::int64_t, 3> n = v.extent.zyx();
  using Place = std::array<std::int64_t, 3>;
  const auto inside = [&](const Place& p) {
    Place q;
    for (std::size_t a = 0; a < 3; ++a) q[a] = ((p[a] % n[a]) + n[a]) % n[a];
    return q;
  };
  const auto conducts = [&](const Place& q) { return v.code((q[0] * n[1] + q[1]) * n[2] + q[2]) == 1; };
  std::map<Place, Place> met;  // voxel -> where in the repeated volume
  Walked found;
  for (Place start{}; start[0] < n[0]; ++start[0])
    for (start[1] = 0; start[1] < n[1]; ++start[1])
      for (start[2] = 0; start[2] < n[2]; ++start[2]) {
        if (!conducts(start) || met.contains(start)) continue;
        Windings of_cluster;
        std::int64_t voxels = 0;
        std::vector<Place> stack{start};
        met[start] = start;
        while (!stack.empty()) {
          const Place here = stack.back();
          stack.pop_back();
          ++voxels;
          for (std::size_t a = 0; a < 3; ++a)
            for (const int sign : {-1, 1}) {
              Place next = here;
              next[a] += sign;
              const Place q = inside(next);
              if (!conducts(q)) continue;
              const auto [at, is_new] = met.emplace(q, next);
              if (is_new) {
                stack.push_back(next);
                continue;
              }
              Winding w;
              for (std::size_t b = 0; b < 3; ++b) w[b] = (next[b] - at->second[b]) / n[b];
              of_cluster.add(w);
            }
        }
        if (of_cluster.rank() == 0) continue;
        found.windings.add(of_cluster);
        found.voxels += voxels;
      }
  return found;
}

bool same_span(const Windings& a, const Windings& b) {
  Windings both = a;
  both.add(b);
  return a.rank() == b.rank() && both.rank() == a.rank();
}

void expect_as_walked(const Volume& v, std::size_t rank) {
  const Walked walked = walk(v);
  EXPECT_EQ(walked.windings.rank(), rank);
  for (const Device& device : test::devices()) {
    const Found found = wrapping_of(v, device);
    EXPECT_TRUE(same_span(found.wrapping.windings, walked.windings)) << device.description();
    EXPECT_EQ(found.voxels, walked.voxels) << device.description();
  }
}

/// Both labels are in the table.
Volume of_ones(const std::array<std::int64_t, 3>& zyx, const std::vector<std::array<std::int64_t, 3>>& ones) {
  Volume v = volume_of(zyx, [&](auto z, auto y, auto x) {
    return std::find(ones.begin(), ones.end(), std::array<std::int64_t, 3>{z, y, x}) != ones.end();
  });
  if (v.labels.size() == 1) v.labels = {{0, 0}, {1, v.extent.voxels()}};
  return v;
}

TEST(Wrapping, OfShapesThatAreKnown) {
  expect_as_walked(of_ones({3, 4, 5}, {{1, 2, 3}}), 0);
  expect_as_walked(volume_of({4, 5, 6}, [](auto, auto y, auto x) { return y == 2 && x == 0; }), 1);
  expect_as_walked(volume_of({4, 5, 6}, [](auto, auto y, auto) { return y == 2; }), 2);
  expect_as_walked(
      volume_of({6, 6, 6}, [](auto z, auto y, auto x) { return x == 0 && (z == y || z == (y + 1) % 6); }), 1);
  expect_as_walked(
      volume_of({4, 4, 4},
                [](auto z, auto y, auto x) { return x == 1 && (y == 0 || y == 3) && (z == 0 || z == 3); }),
      0);
  // Two fibres that do not meet.
  expect_as_walked(
      volume_of({4, 6, 6}, [](auto z, auto y, auto x) { return (y == 1 && x == 1) || (z == 2 && y == 4); }),
      2);
  expect_as_walked(volume_of({1, 3, 3}, [](auto, auto y, auto x) { return y == 1 && x == 1; }), 1);
}

TEST(Wrapping, OfAHelixThatNeedsTwoVolumes) {
  // z goes up where y wraps, but to another pore, which leads back where y wraps again: (1, 2, 0) in all.
  std::vector<std::array<std::int64_t, 3>> ones;
  for (std::int64_t y = 0; y < 6; ++y) ones.push_back({y < 3 ? 1 : 2, y, 0});
  ones.push_back({2, 3, 0});
  ones.push_back({2, 2, 0});
  for (std::int64_t y = 0; y < 6; ++y) ones.push_back({4, y, 2});
  for (const std::int64_t z : {2, 3, 4}) ones.push_back({z, 5, 1});
  for (const std::int64_t z : {4, 5, 0, 1}) ones.push_back({z, 0, 1});
  ones.push_back({2, 5, 1});
  const Volume v = of_ones({6, 6, 4}, ones);
  const Walked walked = walk(v);
  expect_as_walked(v, walked.windings.rank());
  EXPECT_GT(walked.windings.rank(), 0u);
}

TEST(Wrapping, OfNoise) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    std::uint64_t state = seed;
    const auto next = [&] { return (state = state * 6364136223846793005ull + 1442695040888963407ull) >> 33; };
    const std::uint64_t percent = 20 + 2 * (seed % 12);
    const Volume v = volume_of({5, 6, 33}, [&](auto, auto y, auto x) {
      return x == 0 ? std::int64_t{y == 0} : std::int64_t{next() % 100 < percent};
    });
    SCOPED_TRACE(seed);
    expect_as_walked(v, walk(v).windings.rank());
  }
}

TEST(Wrapping, WindingsKeepWhatIsIndependent) {
  Windings w;
  for (const Winding& v : {Winding{0, 0, 0}, {4, 2, 0}, {-2, -1, 0}, {2, 1, 0}}) w.add(v);
  EXPECT_EQ(w.rank(), 1u);
  EXPECT_TRUE(w.reach(Axis::z) && w.reach(Axis::y) && !w.reach(Axis::x));
  w.add({1, 0, 0});
  w.add({0, 5, 0});
  EXPECT_EQ(w.rank(), 2u);
  w.add({3, 3, 1});
  w.add({9, 9, 9});
  EXPECT_EQ(w.rank(), 3u);
}

}  // namespace
}  // namespace tauvox
