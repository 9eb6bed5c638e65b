// Pairs of neighbours, surfaces, Euler numbers, triple edges and profiles: exact integers of known shapes,
// and counting by hand on random volumes.
#include <gtest/gtest.h>

#include "kernels/geometry/neighbour_pairs.hpp"
#include "kernels/geometry/profiles.hpp"
#include "kernels/geometry/topology.hpp"
#include "tests/geometry.hpp"

namespace tauvox {
namespace {

using Triple = std::array<std::int64_t, 3>;
constexpr std::array<double, 3> cubes{1, 1, 1};

struct Known {
  std::string name;
  Volume volume;
  std::int64_t voxels;
  Triple faces;                        // z, y, x
  std::array<std::int64_t, 13> pairs;  // axes, face diagonals, space diagonals, sorted
  double area;
  std::int64_t euler;
};

std::vector<Known> known() {
  return {{"sphere 5 v",
           test::sphere(5, 0),
           552,
           {160, 160, 160},
           {160, 160, 160, 236, 236, 236, 236, 236, 236, 278, 278, 278, 278},
           326.38722208596977,
           1},
          {"sphere 5 c",
           test::sphere(5, 0.5),
           515,
           {162, 162, 162},
           {162, 162, 162, 218, 218, 218, 218, 218, 218, 278, 278, 278, 278},
           316.18941428960176,
           1},
          {"sphere 10 v",
           test::sphere(10, 0),
           4224,
           {632, 632, 632},
           {632, 632, 632, 888, 888, 888, 888, 888, 888, 1094, 1094, 1094, 1094},
           1260.157394015122,
           1},
          {"sphere 10 c",
           test::sphere(10, 0.5),
           4169,
           {634, 634, 634},
           {634, 634, 634, 890, 890, 890, 890, 890, 890, 1094, 1094, 1094, 1094},
           1262.5112275357342,
           1},
          {"sphere 20 v",
           test::sphere(20, 0),
           33552,
           {2528, 2528, 2528},
           {2528, 2528, 2528, 3560, 3560, 3560, 3560, 3560, 3560, 4346, 4346, 4346, 4346},
           5035.896530778023,
           1},
          {"cylinder 10",
           test::cylinder(10),
           5056,
           {0, 640, 640},
           {0, 640, 640, 600, 600, 600, 600, 928, 928, 870, 870, 870, 870},
           962.4050341457707,
           1},
          {"cylinder 20",
           test::cylinder(20),
           20224,
           {0, 1280, 1280},
           {0, 1280, 1280, 1200, 1200, 1200, 1200, 1824, 1824, 1710, 1710, 1710, 1710},
           1908.3621577798938,
           1},
          {"sphere 20 c",
           test::sphere(20, 0.5),
           33401,
           {2514, 2514, 2514},
           {2514, 2514, 2514, 3530, 3530, 3530, 3530, 3530, 3530, 4346, 4346, 4346, 4346},
           5009.378383080151,
           1},
          {"sphere 40 v",
           test::sphere(40, 0),
           268096,
           {10048, 10048, 10048},
           {10048, 10048, 10048, 14216, 14216, 14216, 14216, 14216, 14216, 17378, 17378, 17378, 17378},
           20091.415992724604,
           1},
          {"cylinder 5",
           test::cylinder(5),
           1280,
           {0, 320, 320},
           {0, 320, 320, 300, 300, 300, 300, 480, 480, 450, 450, 450, 450},
           489.42647232870934,
           1},
          {"cylinder 40",
           test::cylinder(40),
           80384,
           {0, 2560, 2560},
           {0, 2560, 2560, 2400, 2400, 2400, 2400, 3616, 3616, 3390, 3390, 3390, 3390},
           3800.276405048139,
           1},
          {"gyroid",
           test::gyroid(),
           139568,
           {6504, 6504, 6504},
           {6504, 6504, 6504, 8474, 8474, 8474, 8474, 8474, 8474, 10434, 10434, 10434, 10437},
           12283.58461055904,
           -1}};
}

/// Sorted within axes, face diagonals and space diagonals.
std::array<std::int64_t, 13> sorted_by_length(const std::array<std::int64_t, 13>& counts) {
  std::array<std::vector<std::int64_t>, 3> of;
  for (std::size_t k = 0; k < 13; ++k) {
    const Direction d = direction_of[k];
    of[static_cast<std::size_t>(d.z * d.z + d.y * d.y + d.x * d.x - 1)].push_back(counts[k]);
  }
  std::array<std::int64_t, 13> all{};
  auto next = all.begin();
  for (auto& some : of) {
    std::sort(some.begin(), some.end());
    next = std::copy(some.begin(), some.end(), next);
  }
  return all;
}

TEST(GeometryCounts, ShapesHaveTheirExactNumbers) {
  for (const Known& shape : known()) {
    SCOPED_TRACE(shape.name);
    const PhaseBits bits = test::bits_of(test::device(), shape.volume);
    const NeighbourPairs pairs = count_neighbour_pairs(bits, 1);
    EXPECT_EQ(shape.volume.labels[1].voxels, shape.voxels);
    EXPECT_EQ(pairs.faces(0), shape.faces);
    EXPECT_EQ(sorted_by_length(pairs.of_pair[0]), shape.pairs);
    EXPECT_NEAR(surface_area(pairs, 0, cubes), shape.area, 1e-9 * shape.area);
    const EulerNumbers euler = count_euler(bits)[1];
    EXPECT_EQ(euler.faces_6, shape.euler);
    EXPECT_EQ(euler.all_26, shape.euler);
  }
}

TEST(GeometryCounts, WeightsOfFlatVoxelsAndTheSphereInThem) {
  const std::array<double, 3> spacing{2, 1, 1};
  const std::array<double, 13> expected{
      0.12533977938523264, 0.11257994268197025, 0.12533977938523277, 0.1125799426819702,   0.0724009779330549,
      0.05026919645010707, 0.07240097793305486, 0.050269196450107,   0.033479858332947615, 0.050269196450107,
      0.07240097793305483, 0.050269196450107,   0.07240097793305483};
  const auto weights = direction_weights(spacing);
  double sum = 0;
  for (std::size_t k = 0; k < 13; ++k) {
    EXPECT_NEAR(weights[k], expected[k], 1e-12) << k;
    sum += weights[k];
  }
  EXPECT_NEAR(sum, 1, 1e-13);
  EXPECT_NEAR(direction_weights(cubes)[0], 2 * 0.04577789, 2e-8);
  EXPECT_NEAR(direction_weights({1000, 1, 1})[8], 0, 1e-3);

  const Volume v = test::shape_of({24, 46, 46}, [](double z, double y, double x) {
    return test::squared(2 * z - 24 - 0.5) + test::squared(y - 23 + 0.375) + test::squared(x - 23 - 0.125) <=
           400;
  });
  const NeighbourPairs pairs = count_neighbour_pairs(test::bits_of(test::device(), v), 1);
  EXPECT_EQ(v.labels[1].voxels, 16758);
  EXPECT_EQ(pairs.of_pair[0], (std::array<std::int64_t, 13>{1254, 1776, 1260, 1780, 3068, 2816, 3082, 2798,
                                                            2510, 2808, 3058, 2798, 3068}));
  EXPECT_NEAR(surface_area(pairs, 0, spacing), 5021.147557628071, 1e-8);
}

NeighbourPairs counted_by_hand(const Volume& v, int lag) {
  NeighbourPairs found;
  found.of_pair.resize(v.labels.size() * (v.labels.size() - 1) / 2);
  const Extent& e = v.extent;
  test::for_each_voxel(e, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    for (std::size_t k = 0; k < 13; ++k) {
      const Direction d = direction_of[k];
      const std::int64_t oz = z + lag * d.z, oy = y + lag * d.y, ox = x + lag * d.x;
      if (oz >= e.nz || oy < 0 || oy >= e.ny || ox < 0 || ox >= e.nx) continue;
      ++found.all[k];
      const std::int64_t a = test::code_at(v, z, y, x), b = test::code_at(v, oz, oy, ox);
      const std::int64_t p = std::min(a, b), q = std::max(a, b);
      if (p != q)
        ++found.of_pair[static_cast<std::size_t>(pair_of(static_cast<int>(p), static_cast<int>(q)))][k];
    }
  });
  return found;
}

std::array<std::int64_t, 2> euler_by_hand(const Volume& v, std::int64_t phase) {
  std::array<std::int64_t, 2> chi{};
  const auto in = [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    const Extent& e = v.extent;
    return z >= 0 && z < e.nz && y >= 0 && y < e.ny && x >= 0 && x < e.nx &&
           test::code_at(v, z, y, x) == phase;
  };
  // Cells of all dimensions: an even place is between voxels, an odd one in a voxel.
  const Extent twice{2 * v.extent.nx + 1, 2 * v.extent.ny + 1, 2 * v.extent.nz + 1};
  test::for_each_voxel(twice, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    bool any = false, all = true;
    for (std::int64_t oz = z / 2 - 1 + z % 2; oz <= z / 2; ++oz)
      for (std::int64_t oy = y / 2 - 1 + y % 2; oy <= y / 2; ++oy)
        for (std::int64_t ox = x / 2 - 1 + x % 2; ox <= x / 2; ++ox) {
          any = any || in(oz, oy, ox);
          all = all && in(oz, oy, ox);
        }
    const std::int64_t in_voxel = z % 2 + y % 2 + x % 2;
    if (all) chi[0] += (3 - in_voxel) % 2 ? -1 : 1;
    if (any) chi[1] += in_voxel % 2 ? -1 : 1;
  });
  return chi;
}

Triple triple_edges_by_hand(const Volume& v) {
  Triple found{};
  const Extent& e = v.extent;
  test::for_each_voxel(e, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      std::array<bool, 3> seen{};
      for (int i = 0; i < 4; ++i) {
        std::array<std::int64_t, 3> at{z, y, x};
        at[axis == 0 ? 1 : 0] += i & 1;
        at[axis == 2 ? 1 : 2] += i >> 1;
        if (at[0] < e.nz && at[1] < e.ny && at[2] < e.nx)
          seen[static_cast<std::size_t>(test::code_at(v, at[0], at[1], at[2]))] = true;
      }
      found[axis] += seen[0] && seen[1] && seen[2];
    }
  });
  return found;
}

void expect_layers_counted_by_hand(const std::vector<NeighbourPairs>& layers, Axis axis, const Volume& v) {
  const Extent& e = v.extent;
  std::vector<NeighbourPairs> expected(layers.size());
  for (NeighbourPairs& layer : expected) layer.of_pair.resize(3);
  test::for_each_voxel(e, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    for (std::size_t k = 0; k < 13; ++k) {
      const Direction d = direction_of[k];
      const std::array<std::int64_t, 3> here{z, y, x}, there{z + d.z, y + d.y, x + d.x};
      if (there[0] >= e.nz || there[1] < 0 || there[1] >= e.ny || there[2] < 0 || there[2] >= e.nx) continue;
      const auto a = static_cast<std::size_t>(axis);
      NeighbourPairs& layer = expected[static_cast<std::size_t>(std::min(here[a], there[a]))];
      const int p = test::code_at(v, z, y, x), q = test::code_at(v, there[0], there[1], there[2]);
      ++layer.all[k];
      if (p != q) ++layer.of_pair[static_cast<std::size_t>(pair_of(std::min(p, q), std::max(p, q)))][k];
    }
  });
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    EXPECT_EQ(layers[layer].all, expected[layer].all) << axis_name(axis) << layer;
    EXPECT_EQ(layers[layer].of_pair, expected[layer].of_pair) << axis_name(axis) << layer;
  }
}

/// A plane across the axis lies between two layers, and one along it in all.
TEST(GeometryCounts, TheSurfaceOfALayerIsWhatLiesInIt) {
  const Volume across = test::volume_of({12, 12, 12}, [](auto z, auto, auto) { return z < 5 ? 0 : 1; });
  const std::array<double, 3> edges{1, 2, 3};
  for (const Axis axis : all_axes) {
    const std::vector<NeighbourPairs> layers =
        count_pairs_of_layers(test::bits_of(test::device(), across), axis);
    const std::vector<double> found = surface_densities(layers, axis, 0, edges);
    const double whole = surface_density(sum_of_layers(layers), 0, edges);
    for (std::size_t i = 0; i < found.size(); ++i)
      EXPECT_NEAR(found[i],
                  axis != Axis::z    ? whole
                  : i == 4 || i == 5 ? whole * 11 / 2
                                     : 0,
                  1e-12 * whole)
          << axis_name(axis) << i;
  }
}

TEST(GeometryCounts, AgreeWithCountingByHandForEveryNumberOfThreads) {
  const std::vector<Triple> sizes{{1, 1, 1}, {5, 1, 3}, {1, 4, 130}, {7, 9, 64}, {6, 35, 65}, {20, 40, 63}};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const Volume v = test::noise(sizes[i], i, {30, 50, 20});
    for (const Device& device : test::devices()) {
      SCOPED_TRACE(to_string(v.extent) + " on " + device.description());
      const PhaseBits bits = test::bits_of(device, v);
      for (const int lag : {1, 2}) {
        const NeighbourPairs found = count_neighbour_pairs(bits, lag), expected = counted_by_hand(v, lag);
        EXPECT_EQ(found.all, expected.all);
        EXPECT_EQ(found.of_pair, expected.of_pair);
      }
      for (std::int64_t p = 0; p < 3; ++p) {
        const EulerNumbers euler = count_euler(bits)[static_cast<std::size_t>(p)];
        EXPECT_EQ((std::array{euler.faces_6, euler.all_26}), euler_by_hand(v, p));
      }
      EXPECT_EQ(count_triple_edges(bits, {0, 1, 2}), triple_edges_by_hand(v));
      for (const Axis axis : all_axes) {
        const std::vector<NeighbourPairs> layers = count_pairs_of_layers(bits, axis);
        EXPECT_EQ(sum_of_layers(layers).all, count_neighbour_pairs(bits, 1).all);
        expect_layers_counted_by_hand(layers, axis, v);
        std::vector<std::vector<std::int64_t>> expected(
            3, std::vector<std::int64_t>(static_cast<std::size_t>(v.extent.along(axis))));
        test::for_each_voxel(v.extent, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
          const std::array<std::int64_t, 3> at{z, y, x};
          ++expected[static_cast<std::size_t>(test::code_at(v, z, y, x))]
                    [static_cast<std::size_t>(at[static_cast<std::size_t>(axis)])];
        });
        EXPECT_EQ(count_by_layer(bits, axis), expected);
      }
    }
  }
}

}  // namespace
}  // namespace tauvox
