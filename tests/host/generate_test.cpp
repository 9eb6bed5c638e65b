#include "host/generate/generate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tauvox {
namespace {

std::int64_t label_at(const Volume& volume, std::int64_t i) {
  return volume.labels[static_cast<std::size_t>(volume.code(i))].value;
}

std::int64_t voxels_of(const Volume& volume, std::int64_t value) {
  for (const Label& label : volume.labels)
    if (label.value == value) return label.voxels;
  return 0;
}

/// 64-bit FNV-1a over the codes.
std::uint64_t checksum(const Volume& volume) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (std::int64_t i = 0; i < volume.extent.voxels(); ++i)
    hash = (hash ^ static_cast<std::uint64_t>(volume.code(i))) * 0x100000001b3;
  return hash;
}

Volume shape(const std::string& name, std::int64_t z, std::int64_t y, std::int64_t x, double fraction = 0.4) {
  GenerateSettings settings;
  settings.shape = name;
  settings.size = {z, y, x};
  settings.fraction = fraction;
  return generate(settings);
}

Volume electrode(std::int64_t z, std::int64_t y, std::int64_t x, double porosity = 0.4, double binder = 0.08,
                 std::uint64_t seed = 1) {
  GenerateSettings settings;
  settings.size = {z, y, x};
  settings.porosity = porosity;
  settings.binder = binder;
  settings.seed = seed;
  return generate(settings);
}

struct Clusters {
  std::int64_t largest = 0;        // voxels
  std::array<bool, 3> spanning{};  // z, y, x: some cluster reaches both faces
};

/// Face-connected clusters of the voxels with one of the labels, by flood fill.
Clusters clusters(const Volume& volume, const std::set<std::int64_t>& labels) {
  const Extent& extent = volume.extent;
  std::vector<char> open(static_cast<std::size_t>(extent.voxels()));
  for (std::int64_t i = 0; i < extent.voxels(); ++i)
    open[static_cast<std::size_t>(i)] = labels.count(label_at(volume, i)) > 0;
  Clusters found;
  const std::array<std::int64_t, 3> size = extent.zyx(), stride{extent.ny * extent.nx, extent.nx, 1};
  for (std::int64_t start = 0; start < extent.voxels(); ++start) {
    if (!open[static_cast<std::size_t>(start)]) continue;
    open[static_cast<std::size_t>(start)] = 0;
    std::vector<std::int64_t> stack{start};
    std::int64_t voxels = 0;
    std::array<std::array<bool, 2>, 3> touches{};
    while (!stack.empty()) {
      const std::int64_t i = stack.back();
      stack.pop_back();
      ++voxels;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const std::int64_t position = i / stride[axis] % size[axis];
        touches[axis][0] |= position == 0;
        touches[axis][1] |= position == size[axis] - 1;
        for (const int step : {-1, 1}) {
          if (position + step < 0 || position + step >= size[axis]) continue;
          const std::int64_t next = i + step * stride[axis];
          if (!open[static_cast<std::size_t>(next)]) continue;
          open[static_cast<std::size_t>(next)] = 0;
          stack.push_back(next);
        }
      }
    }
    found.largest = std::max(found.largest, voxels);
    for (std::size_t axis = 0; axis < 3; ++axis) found.spanning[axis] |= touches[axis][0] && touches[axis][1];
  }
  return found;
}

void expect_usage_error(const GenerateSettings& settings, const std::string& part) {
  try {
    generate(settings);
    ADD_FAILURE() << "no error; expected one with: " << part;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage) << error.what();
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(Electrode, SameSeedMakesTheSameBytesEverywhere) {
  EXPECT_EQ(checksum(electrode(48, 40, 56)), 12249016789355310852u);
  EXPECT_EQ(checksum(electrode(31, 47, 29, 0.3, 0.05, 9)), 9474154538788578303u);
}

TEST(Electrode, PorosityIsMetToHalfAVoxel) {
  for (const double porosity : {0.05, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9}) {
    const Volume volume = electrode(41, 37, 43, porosity, 0.06);
    const double voxels = static_cast<double>(volume.extent.voxels());
    EXPECT_NEAR(static_cast<double>(voxels_of(volume, 0)), porosity * voxels, 0.5) << "porosity " << porosity;
    EXPECT_NEAR(static_cast<double>(voxels_of(volume, 2)), 0.06 * voxels, 0.02 * voxels)
        << "porosity " << porosity;
  }
}

TEST(Electrode, AnotherSizeRasterisesTheSameStructure) {
  const Volume coarse = electrode(30, 24, 36), fine = electrode(90, 72, 108);
  std::int64_t same = 0, same_active = 0;
  for (std::int64_t z = 0; z < 30; ++z)
    for (std::int64_t y = 0; y < 24; ++y)
      for (std::int64_t x = 0; x < 36; ++x) {
        // The middle one of 3x3x3 fine voxels has the same centre as the coarse voxel.
        const std::int64_t here = label_at(coarse, (z * 24 + y) * 36 + x);
        const std::int64_t there = label_at(fine, ((3 * z + 1) * 72 + 3 * y + 1) * 108 + 3 * x + 1);
        same += here == there;
        same_active += (here == 1) == (there == 1);
      }
  EXPECT_EQ(same_active, coarse.extent.voxels());
  EXPECT_GT(static_cast<double>(same), 0.98 * static_cast<double>(coarse.extent.voxels()));
}

TEST(Electrode, SeedsDiffer) {
  const Volume one = electrode(40, 40, 40), other = electrode(40, 40, 40, 0.4, 0.08, 2);
  std::int64_t same = 0;
  for (std::int64_t i = 0; i < one.extent.voxels(); ++i) same += one.code(i) == other.code(i);
  EXPECT_LT(static_cast<double>(same), 0.6 * static_cast<double>(one.extent.voxels()));
}

TEST(Electrode, PoreAndSolidSpanAllAxes) {
  for (const double porosity : {0.3, 0.4, 0.5})
    for (const std::uint64_t seed : {1, 2, 3}) {
      const Volume volume = electrode(64, 64, 64, porosity, 0.08, seed);
      const Clusters pore = clusters(volume, {0}), solid = clusters(volume, {1, 2});
      for (std::size_t axis = 0; axis < 3; ++axis) {
        EXPECT_TRUE(pore.spanning[axis]) << "porosity " << porosity << " seed " << seed << " axis " << axis;
        EXPECT_TRUE(solid.spanning[axis]) << "porosity " << porosity << " seed " << seed << " axis " << axis;
      }
      EXPECT_GT(static_cast<double>(pore.largest), 0.95 * static_cast<double>(voxels_of(volume, 0)));
    }
}

TEST(Electrode, ParticlesTouch) {
  const Volume volume = electrode(80, 80, 80);
  EXPECT_GT(static_cast<double>(clusters(volume, {1}).largest),
            0.9 * static_cast<double>(voxels_of(volume, 1)));
}

TEST(Electrode, IsAlikeInAllParts) {
  GenerateSettings settings;
  settings.size = {96, 96, 96};
  settings.diameter = {0.04, 0.08};
  const Volume volume = generate(settings);
  std::array<double, 8> pore{};
  for (std::int64_t i = 0; i < volume.extent.voxels(); ++i)
    if (label_at(volume, i) == 0)
      pore[static_cast<std::size_t>(i / (96 * 96) / 48 * 4 + i / 96 % 96 / 48 * 2 + i % 96 / 48)] +=
          1.0 / (48 * 48 * 48);
  for (const double octant : pore) EXPECT_NEAR(octant, 0.4, 0.03);
}

TEST(Electrode, VolumeSaysHowItWasMade) {
  const Volume volume = electrode(20, 24, 28, 0.35, 0.1, 5);
  EXPECT_EQ(volume.path,
            "generated: electrode size=20x24x28 porosity=0.35 binder=0.1 diameter=0.1,0.25 seed=5");
  EXPECT_EQ(volume.format, "generated");
  EXPECT_EQ(volume.voxel_size_source, "generated");
  EXPECT_EQ(volume.voxel_size.value(), (std::array<double, 3>{4e-7, 4e-7, 4e-7}));
  EXPECT_EQ(volume.extent.zyx(), (std::array<std::int64_t, 3>{20, 24, 28}));
  ASSERT_EQ(volume.labels.size(), 3u);
  std::int64_t total = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(volume.labels[i].value, static_cast<std::int64_t>(i));
    total += volume.labels[i].voxels;
  }
  EXPECT_EQ(total, volume.extent.voxels());
}

TEST(Electrode, RefusesSettingsThatCannotBeMet) {
  GenerateSettings settings;
  settings.size = {24, 24, 24};
  for (const auto& [porosity, binder] : std::vector<std::array<double, 2>>{
           {0, 0.1}, {1, 0.1}, {-0.1, 0.1}, {0.5, 0}, {0.6, 0.4}, {0.2, NAN}}) {
    GenerateSettings wrong = settings;
    wrong.porosity = porosity;
    wrong.binder = binder;
    expect_usage_error(wrong, "above 0 and below 1");
  }
  for (const std::array<double, 2>& diameter :
       {std::array<double, 2>{0.2, 0.1}, {0, 0.1}, {0.1, 1.5}, {NAN, NAN}}) {
    GenerateSettings wrong = settings;
    wrong.diameter = diameter;
    expect_usage_error(wrong, "between 0.005 and 1");
  }
  GenerateSettings flat = settings;
  flat.size = {2, 4000, 4000};
  expect_usage_error(flat, "at most 524288 particles");
}

TEST(Electrode, SaysWhichPorosityIsWithinReach) {
  GenerateSettings settings;
  settings.size = {100, 100, 100};
  settings.seed = 2;
  settings.binder = 1e-5;  // leaves no room for the raster's error
  expect_usage_error(settings, "ask for a porosity up to 0.39");
}

TEST(Shapes, EachHasItsPinnedBytes) {
  const std::map<std::string, std::uint64_t> pinned{{"uniform", 7325916930155470357u},
                                                    {"layers-series", 997825009820303546u},
                                                    {"layers-parallel", 1334179681633670101u},
                                                    {"channel", 9877023732365651353u},
                                                    {"slanted-strip", 18033220477653032633u},
                                                    {"cube", 5468179716381513695u},
                                                    {"sphere", 3660273763538495151u},
                                                    {"sphere-large", 922984228902272375u},
                                                    {"sc", 5570289258177231237u},
                                                    {"bcc", 9445604899765342593u},
                                                    {"fcc", 1635436741551048969u},
                                                    {"checkerboard", 9912368044608309835u},
                                                    {"gyroid", 7826846032265736869u},
                                                    {"site-percolation", 10218479320352114264u},
                                                    {"dead-end", 18393794540370072088u},
                                                    {"diagonal", 5289086181025293239u}};
  for (const Generator& generator : generators()) {
    if (generator.name == "electrode") continue;
    const auto row = pinned.find(generator.name);
    ASSERT_NE(row, pinned.end()) << generator.name;
    EXPECT_EQ(checksum(shape(generator.name, 20, 23, 25)), row->second) << generator.name;
  }
}

TEST(Shapes, AnUnknownNameListsTheValidOnes) {
  GenerateSettings settings;
  settings.shape = "spaghetti";
  expect_usage_error(settings, "electrode, uniform, layers-series");
}

TEST(Shapes, RefuseSizesAndFractionsOutOfRange) {
  GenerateSettings settings;
  settings.shape = "uniform";
  settings.size = {4, 0, 4};
  expect_usage_error(settings, "from 1 to");
  settings.size = {4, 4, 4};
  settings.voxel_size = 0;
  expect_usage_error(settings, "voxel size");
  for (const std::string name : {"channel", "sc", "bcc", "fcc", "site-percolation"}) {
    GenerateSettings wrong;
    wrong.shape = name;
    wrong.size = {8, 8, 8};
    wrong.fraction = name == "channel" || name == "site-percolation" ? 1.01 : 0.75;
    expect_usage_error(wrong, "give a fraction above 0 and up to");
    wrong.fraction = 0;
    expect_usage_error(wrong, "give a fraction above 0 and up to");
  }
}

TEST(Shapes, LargeSphereHasTheReferencePoreFractions) {
  const std::map<std::int64_t, double> fractions{{16, 0.61718750}, {32, 0.61645508}, {64, 0.61843872}};
  for (const auto& [edge, fraction] : fractions) {
    const Volume volume = shape("sphere-large", edge, edge, edge);
    EXPECT_NEAR(volume.fraction(volume.labels[0]), fraction, 5e-9) << "edge " << edge;
  }
}

TEST(Shapes, GyroidHalvesTheBoxAndBothHalvesRunThrough) {
  const Volume volume = shape("gyroid", 48, 48, 48);
  EXPECT_NEAR(volume.fraction(volume.labels[0]), 0.5, 1e-2);
  for (const std::int64_t label : {0, 1})
    EXPECT_EQ(clusters(volume, {label}).spanning, (std::array<bool, 3>{true, true, true})) << label;
}

// As the help says it.
TEST(Shapes, GyroidHalvesAreEqualWhereSixteenDividesTheEdge) {
  for (std::int64_t edge = 9; edge <= 64; ++edge) {
    const Volume volume = shape("gyroid", edge, edge, edge);
    const double fraction = volume.fraction(volume.labels[0]);
    EXPECT_EQ(fraction == 0.5, edge % 16 == 0) << edge;
    EXPECT_GE(fraction, 0.5) << edge;
    EXPECT_LT(fraction, 0.519) << edge;
  }
  for (const std::int64_t edge : {4, 8})
    EXPECT_EQ(shape("gyroid", edge, edge, edge).labels.size(), 1) << edge;
}

TEST(Shapes, SitePercolationHasItsFractionAndItsThreshold) {
  const Volume above = shape("site-percolation", 64, 64, 64, 0.34);
  const Volume below = shape("site-percolation", 64, 64, 64, 0.28);
  EXPECT_NEAR(above.fraction(above.labels[0]), 0.34, 4 * std::sqrt(0.34 * 0.66) / 512);
  EXPECT_TRUE(clusters(above, {0}).spanning[0]);
  EXPECT_FALSE(clusters(below, {0}).spanning[0]);
}

TEST(Shapes, CubeFillsAnEighth) {
  const Volume volume = shape("cube", 16, 16, 16);
  EXPECT_EQ(voxels_of(volume, 1), 8 * 8 * 8);
}

TEST(Shapes, LatticeFractionsApproachTheTarget) {
  for (const char* name : {"sc", "bcc", "fcc"})
    for (const double fraction : {0.1, 0.4, 0.5}) {
      const Volume volume = shape(name, 64, 64, 64, fraction);
      EXPECT_NEAR(static_cast<double>(voxels_of(volume, 1)) / (64 * 64 * 64), fraction, 0.01) << name;
    }
}

TEST(Shapes, LatticeRepeatsAlongLongerAxes) {
  const Volume volume = shape("fcc", 16, 32, 48);
  for (std::int64_t z = 0; z < 16; ++z)
    for (std::int64_t y = 0; y < 32; ++y)
      for (std::int64_t x = 0; x < 48; ++x)
        ASSERT_EQ(volume.code((z * 32 + y) * 48 + x), volume.code((z * 32 + y % 16) * 48 + x % 16));
}

TEST(Shapes, ChannelHasItsFractionAndRunsThrough) {
  const Volume volume = shape("channel", 8, 8, 10, 0.25);
  EXPECT_EQ(voxels_of(volume, 0), 8 * 20);
  EXPECT_TRUE(clusters(volume, {0}).spanning[0]);
  for (std::int64_t i = 0; i < volume.extent.voxels(); ++i) ASSERT_EQ(volume.code(i), volume.code(i % 80));
}

TEST(Shapes, SlantedStripChoosesItsBoxAndIsConnected) {
  const Volume volume = shape("slanted-strip", 20, 1, 1);
  EXPECT_EQ(volume.extent.zyx(), (std::array<std::int64_t, 3>{20, 21, 21}));
  EXPECT_EQ(voxels_of(volume, 0), 4 * 20);
  EXPECT_EQ(clusters(volume, {0}).largest, 4 * 20);
  EXPECT_EQ(volume.path, "generated: slanted-strip size=20x21x21");
}

TEST(Shapes, DeadEndAndDiagonalDoNotRunThrough) {
  const Volume dead_end = shape("dead-end", 12, 10, 11);
  EXPECT_EQ(label_at(dead_end, 5 * 11 + 5), 0);  // open at the first face
  EXPECT_FALSE(clusters(dead_end, {0}).spanning[0]);
  const Volume diagonal = shape("diagonal", 12, 10, 11);
  EXPECT_FALSE(clusters(diagonal, {0}).spanning[0]);
  EXPECT_EQ(label_at(diagonal, 5 * 110 + 4 * 11), 0);  // the two sides of the shared edge
  EXPECT_EQ(label_at(diagonal, 6 * 110 + 5 * 11), 0);
}

}  // namespace
}  // namespace tauvox
