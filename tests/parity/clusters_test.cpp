// Clusters against a flood fill, for every number of threads.
#include "kernels/volume/clusters.hpp"

#include <gtest/gtest.h>

#include "tests/support.hpp"

namespace tauvox {
namespace {

using Joined = std::array<bool, 3>;
constexpr Joined apart{};

/// Label 0 is a wall, 1 conducts.
Runs runs_of(const Volume& v, const Device& device) { return Runs(unknowns_of(Codes(device, v), {0, 1})); }
Runs runs_of(const Volume& v, int threads = 2) { return runs_of(v, Device::cpu(threads)); }

/// Label 1 in about `percent` of the voxels, each for itself.
Volume dust(const std::array<std::int64_t, 3>& zyx, std::uint64_t seed, std::uint64_t percent) {
  std::uint64_t state = seed;
  const auto next = [&] { return (state = state * 6364136223846793005ull + 1442695040888963407ull) >> 33; };
  Volume v = test::volume_of(zyx, [](auto, auto, auto x) { return x == 0; });  // both labels are in the table
  std::vector<std::uint8_t> codes(static_cast<std::size_t>(v.extent.voxels()));
  for (std::uint8_t& code : codes) code = next() % 100 < percent;
  v.labels = {{0, 0}, {1, 0}};
  v.codes = codes;
  return v;
}

/// Per voxel: 0 in walls, else 1 + its cluster.
std::vector<std::int64_t> number_voxels(const Runs& runs, const Clusters& clusters) {
  const Extent& e = runs.extent();
  std::vector<std::int64_t> number(static_cast<std::size_t>(e.voxels()));
  const RunsView view = runs.view();
  for (std::int64_t row = 0; row < e.ny * e.nz; ++row)
    for (std::int64_t i = view.row_start[row]; i < view.row_start[row + 1]; ++i)
      for (std::int64_t x = view.runs[i].begin; x < view.runs[i].end; ++x)
        number[static_cast<std::size_t>(row * e.nx + x)] = clusters.number.data()[i] + 1;
  return number;
}

struct Flooded {
  std::vector<std::int64_t> number, voxels;
  std::vector<std::uint32_t> touches;
};
Flooded flood(const Volume& v, bool over_corners, const Joined& joined) {
  const std::array<std::int64_t, 3> n = v.extent.zyx();
  const auto place = [&](const std::array<std::int64_t, 3>& at) {
    return static_cast<std::size_t>((at[0] * n[1] + at[1]) * n[2] + at[2]);
  };
  Flooded found;
  found.number.resize(static_cast<std::size_t>(v.extent.voxels()));
  for (std::int64_t start = 0; start < v.extent.voxels(); ++start) {
    std::vector<std::array<std::int64_t, 3>> stack;
    const auto reach = [&](const std::array<std::int64_t, 3>& at) {
      if (v.code(static_cast<std::int64_t>(place(at))) == 0 || found.number[place(at)]) return;
      found.number[place(at)] = static_cast<std::int64_t>(found.voxels.size());
      ++found.voxels.back();
      for (std::size_t a = 0; a < 3; ++a)
        found.touches.back() |= (at[a] == 0 ? 1u : 0u) << (2 * a) | (at[a] == n[a] - 1 ? 2u : 0u) << (2 * a);
      stack.push_back(at);
    };
    if (v.code(start) == 0 || found.number[static_cast<std::size_t>(start)]) continue;
    found.voxels.push_back(0);
    found.touches.push_back(0);
    reach({start / n[2] / n[1], start / n[2] % n[1], start % n[2]});
    while (!stack.empty()) {
      const std::array<std::int64_t, 3> at = stack.back();
      stack.pop_back();
      for (int step = 0; step < 27; ++step) {
        const std::array<int, 3> d{step / 9 - 1, step / 3 % 3 - 1, step % 3 - 1};
        if (!over_corners && d[0] * d[0] + d[1] * d[1] + d[2] * d[2] != 1) continue;
        std::array<std::int64_t, 3> to{};
        bool inside = true;
        for (std::size_t a = 0; a < 3; ++a) {
          to[a] = at[a] + d[a];
          if (joined[a]) to[a] = (to[a] + n[a]) % n[a];
          inside = inside && to[a] >= 0 && to[a] < n[a];
        }
        if (inside) reach(to);
      }
    }
  }
  return found;
}

/// Sizes and faces of the clusters that corners did not join to one before.
void expect_joined(const Clusters& all, const Flooded& expected) {
  std::vector<std::int64_t> voxels;
  std::vector<std::uint32_t> touches;
  for (std::size_t k = 0; k < all.voxels.size(); ++k) {
    if (all.voxels[k] == 0) continue;
    voxels.push_back(all.voxels[k]);
    touches.push_back(all.touches[k]);
  }
  ASSERT_EQ(voxels, expected.voxels);
  ASSERT_EQ(touches, expected.touches);
}

void expect_flood(const Volume& v, const std::string& what) {
  for (int sides = 0; sides < 8; ++sides) {
    const Joined joined{(sides & 4) != 0, (sides & 2) != 0, (sides & 1) != 0};
    const Flooded by_faces = flood(v, false, joined), by_corners = flood(v, true, joined);
    for (const int threads : {1, 2, 3, 7}) {
      const Runs runs = runs_of(v, threads);
      const Clusters c = find_clusters(runs, joined);
      SCOPED_TRACE(what + ", joined " + std::to_string(sides) + ", threads " + std::to_string(threads));
      ASSERT_EQ(number_voxels(runs, c), by_faces.number);
      ASSERT_EQ(c.voxels, by_faces.voxels);
      ASSERT_EQ(c.touches, by_faces.touches);
      const Clusters all = joined_at_corners(runs, c, joined);
      ASSERT_EQ(all.voxels.size(), c.voxels.size());
      expect_joined(all, by_corners);
    }
  }
}

TEST(Clusters, AgreeWithAFloodFillOnRoughVolumes) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    expect_flood(test::rough_volume({17, 19, 23}, seed), "seed " + std::to_string(seed));
  // Large enough for all threads to be woken.
  expect_flood(test::rough_volume({21, 27, 71}, 4), "threads at work");
}

TEST(Clusters, AgreeWithAFloodFillOnDust) {
  for (const std::uint64_t percent : {1, 10, 31, 50, 90})
    for (const std::int64_t nx : {1, 2, 3, 31, 32, 33, 64, 97})
      expect_flood(dust({6, 5, nx}, 7 * percent + static_cast<std::uint64_t>(nx), percent),
                   std::to_string(percent) + " %, nx " + std::to_string(nx));
  expect_flood(dust({20, 40, 50}, 3, 31), "threads at work");
}

TEST(Clusters, AgreeWithAFloodFillOnThinVolumes) {
  for (const std::array<std::int64_t, 3> zyx :
       {std::array<std::int64_t, 3>{1, 1, 1}, {1, 1, 70}, {1, 40, 1}, {40, 1, 1}, {2, 2, 2}, {1, 9, 33}})
    for (const std::uint64_t percent : {0, 40, 100}) expect_flood(dust(zyx, 5, percent), "thin");
}

TEST(Clusters, AreNumberedInMemoryOrderWithSizesAndFaces) {
  // Two bars along x, one of them broken.
  const Volume v = test::volume_of(
      {3, 3, 9}, [](auto z, auto y, auto x) { return z == 1 && y != 1 && !(y == 2 && x == 4); });
  for (const int threads : {1, 2, 3, 7}) {
    const Clusters c = find_clusters(runs_of(v, threads));
    ASSERT_EQ(c.count(), 3);
    EXPECT_EQ(c.voxels, (std::vector<std::int64_t>{9, 4, 4}));
    EXPECT_TRUE(c.spans(0, Axis::x));
    EXPECT_FALSE(c.spans(1, Axis::x));
    EXPECT_FALSE(c.spans(0, Axis::z));
    EXPECT_EQ(c.spanning_voxels(Axis::x), 9);
    EXPECT_EQ(c.largest(), 9);
  }
}

TEST(Clusters, JoinedSidesAndCornersConnect) {
  const Volume v = test::volume_of({2, 1, 6}, [](auto z, auto, auto x) { return z == 0 ? x == 0 : x == 5; });
  const Runs runs = runs_of(v);
  const auto over_corners = [&](const Joined& joined) {
    return joined_at_corners(runs, find_clusters(runs, joined), joined).voxels;
  };
  EXPECT_EQ(find_clusters(runs).count(), 2);
  EXPECT_EQ(over_corners(apart), (std::vector<std::int64_t>{1, 1}));
  EXPECT_EQ(over_corners({false, false, true}), (std::vector<std::int64_t>{2, 0}));
  const Volume w = test::volume_of({1, 1, 6}, [](auto, auto, auto x) { return x == 0 || x == 5; });
  EXPECT_EQ(find_clusters(runs_of(w), {false, false, true}).count(), 1);
}

TEST(Clusters, OnlyThoseThatSpanAreKept) {
  const Volume v = dust({9, 10, 75}, 2, 40);
  for (const Device& device : test::devices())
    for (const Axis axis : all_axes) {
      const Runs here = runs_of(v, device), on_cpu = runs_of(v);
      const Clusters c = find_clusters(here);
      const Unknowns kept = voxels_of(here, c, spanning(c, axis));
      const std::vector<std::int64_t> number = number_voxels(on_cpu, find_clusters(on_cpu));
      std::int64_t count = 0;
      std::vector<std::uint8_t> stays;
      for (const std::int64_t k : number) {
        stays.push_back(k > 0 && c.spans(k - 1, axis));
        count += stays.back();
      }
      EXPECT_EQ(test::voxels_in(kept), stays);
      EXPECT_EQ(kept.count(), count);
      EXPECT_EQ(c.spanning_voxels(axis), count);
    }
}

TEST(Clusters, AllOrNoneOfThemCanBeKept) {
  for (const Device& device : test::devices())
    for (const std::int64_t nx : {1, 31, 32, 33, 64, 97}) {
      const Volume v = dust({4, 5, nx}, 6, 60);
      const Runs runs = runs_of(v, device);
      const Clusters c = find_clusters(runs);
      const auto each = static_cast<std::size_t>(c.count());
      const auto& codes = std::get<LabelArray<std::uint8_t>>(v.codes);
      EXPECT_EQ(test::voxels_in(voxels_of(runs, c, std::vector<std::uint8_t>(each, 1))),
                std::vector<std::uint8_t>(codes.begin(), codes.end()));
      EXPECT_EQ(voxels_of(runs, c, std::vector<std::uint8_t>(each, 0)).count(), 0);
    }
}

TEST(Clusters, JoinAtEdgesAndCornersToThoseOf26Neighbours) {
  for (const Device& device : test::devices())
    for (const std::uint64_t percent : {0, 1, 10, 31, 60})
      for (int sides = 0; sides < 8; ++sides) {
        const Joined joined{(sides & 4) != 0, (sides & 2) != 0, (sides & 1) != 0};
        const Volume v = dust({11, 13, 40}, percent, percent);
        const Runs runs = runs_of(v, device);
        expect_joined(joined_at_corners(runs, find_clusters(runs, joined), joined), flood(v, true, joined));
      }
}

TEST(Clusters, AreTheSameOnTheGpu) {
  if (!probe_cuda().unavailable.empty()) GTEST_SKIP() << "no GPU: " << probe_cuda().unavailable;
  for (const std::uint64_t percent : {10, 31, 60}) {
    const Joined joined{true, true, false};
    const Volume v = dust({40, 50, 90}, percent, percent);
    const Runs on_cpu = runs_of(v), on_gpu = runs_of(v, cuda_device());
    const Clusters a = find_clusters(on_cpu, joined), b = find_clusters(on_gpu, joined);
    ASSERT_EQ(on_gpu.count(), on_cpu.count());
    std::vector<std::int64_t> on_a(static_cast<std::size_t>(on_cpu.count())), on_b(on_a.size());
    a.number.copy_to(on_a);
    b.number.copy_to(on_b);
    EXPECT_EQ(on_b, on_a);
    EXPECT_EQ(b.voxels, a.voxels);
    EXPECT_EQ(b.touches, a.touches);
    const Clusters all_a = joined_at_corners(on_cpu, a, joined), all_b = joined_at_corners(on_gpu, b, joined);
    EXPECT_EQ(all_b.voxels, all_a.voxels);
    EXPECT_EQ(all_b.touches, all_a.touches);
  }
}

TEST(Clusters, TakeTheBytesTheyAnnounce) {
  for (const Device& device : test::devices())
    for (const std::int64_t nx : {5, 64, 65}) {
      const Volume v = dust({7, 8, nx}, 4, 50);
      const std::int64_t before = device.bytes_in_use();
      const auto used = [&] { return device.bytes_in_use() - before; };
      const Codes codes(device, v);
      EXPECT_EQ(used(), Codes::bytes(device, v.extent, 1));
      const std::int64_t with_codes = used();
      const Unknowns set = unknowns_of(codes, {0, 1});
      EXPECT_EQ(used() - with_codes, Unknowns::bytes(v.extent));
      const std::int64_t with_set = used();
      const Runs runs(set);
      EXPECT_EQ(used() - with_set, Runs::bytes(v.extent, runs.count()));
      const std::int64_t with_runs = used();
      device.reset_peak();
      const Clusters clusters = find_clusters(runs);
      EXPECT_EQ(used() - with_runs, Clusters::bytes(runs.count()));
      if (!device.is_cuda()) {  // Thrust takes a little work space there
        EXPECT_EQ(device.peak_bytes() - before - with_runs,
                  Clusters::bytes_to_find(v.extent, runs.count(), clusters.count()));
      }
    }
}

TEST(Clusters, NothingThatConductsIsNoCluster) {
  const Volume v = test::volume_of({4, 5, 6}, [](auto, auto, auto) { return 0; });
  const Runs runs(unknowns_of(Codes(Device::cpu(2), v), {0}));
  const Clusters c = find_clusters(runs);
  EXPECT_EQ(runs.count(), 0);
  EXPECT_EQ(c.count(), 0);
  EXPECT_EQ(c.largest(), 0);
  EXPECT_EQ(voxels_of(runs, c, spanning(c, Axis::z)).count(), 0);
}

}  // namespace
}  // namespace tauvox
