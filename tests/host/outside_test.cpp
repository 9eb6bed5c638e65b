// A sample in a larger box, the rest outside: every study finds in it what it finds in the sample cut out.
#include "host/studies/outside.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "host/studies/coarsen.hpp"
#include "host/studies/prism.hpp"
#include "host/studies/segmentation.hpp"
#include "host/studies/study_table.hpp"
#include "tests/geometry.hpp"

namespace tauvox {
namespace {

constexpr std::int64_t around = 3;

/// The volume with so many voxels that are outside on all four sides beside z.
Volume embedded(const Volume& inner) {
  Volume outer;
  outer.extent = make_extent({inner.extent.nz, inner.extent.ny + 2 * around, inner.extent.nx + 2 * around});
  outer.labels = inner.labels;
  outer.voxel_size = inner.voxel_size;
  std::vector<std::uint8_t> codes;
  test::for_each_voxel(outer.extent, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    const std::int64_t j = y - around, i = x - around;
    const bool inside = j >= 0 && j < inner.extent.ny && i >= 0 && i < inner.extent.nx;
    codes.push_back(static_cast<std::uint8_t>(inside ? test::code_at(inner, z, j, i)
                                                     : static_cast<std::int64_t>(inner.labels.size())));
  });
  outer.codes = codes;
  outer.outside = Outside{outer.extent.voxels() - inner.extent.voxels(), 9, "test"};
  return outer;
}

Settings settings() {
  Settings s;
  s.phases = {{{"pore", {0}}, {"active", {1}}, {"binder", {2}}, {"solid", {1, 2}}}};
  s.conductivity = {{0, 1.0}, {1, 0.0}, {2, 0.1}};
  s.ionic_labels = {0};
  s.electronic_labels = {1, 2};
  s.tolerance = 1e-10;
  s.precision = "double";
  return s;
}

Report run(const std::string& study, const Volume& volume, const Settings& s) {
  const Materials materials = assign_materials(volume, s);
  StudyInput in{volume, materials, s, test::device()};
  in.phases = s.phases;
  return study_named(study).run(in, {}, {});
}

void expect_same(const Report& found, const Report& expected, const std::string& study, double within) {
  ASSERT_EQ(found.results.size(), expected.results.size()) << study;
  for (std::size_t i = 0; i < found.results.size(); ++i) {
    const Result &a = found.results[i], &b = expected.results[i];
    if (study == "percolation" && b.axis != Axis::z) continue;  // nothing of the sample is at those sides
    EXPECT_EQ(a.status, b.status) << study << " " << subject_of(b);
    ASSERT_EQ(a.quantities.size(), b.quantities.size());
    for (std::size_t q = 0; q < a.quantities.size(); ++q) {
      const std::string what = study + " " + subject_of(b) + " " + b.quantities[q].name;
      ASSERT_EQ(a.quantities[q].value.has_value(), b.quantities[q].value.has_value()) << what;
      if (!a.quantities[q].value || b.quantities[q].name == "flux_balance") continue;
      const double value = *b.quantities[q].value;
      // a flux is known to the square root of what the energy is known to
      const bool is_flux = b.quantities[q].name.starts_with("flux_");
      EXPECT_NEAR(*a.quantities[q].value, value, (is_flux ? 1e-5 : within) * std::abs(value) + 1e-300)
          << what;
    }
  }
  ASSERT_EQ(found.curves.size(), expected.curves.size()) << study;
  for (std::size_t c = 0; c < found.curves.size(); ++c)
    for (std::size_t k = 0; k < expected.curves[c].values.size(); ++k) {
      const std::vector<double>&a = found.curves[c].values[k], &b = expected.curves[c].values[k];
      ASSERT_EQ(a.size(), b.size()) << study << " " << expected.curves[c].name;
      for (std::size_t i = 0; i < a.size(); ++i)
        EXPECT_NEAR(a[i], b[i], 1e-12 * std::abs(b[i]))
            << study << " " << expected.curves[c].name << " " << i;
    }
}

TEST(Outside, EveryStudyFindsWhatItFindsInTheSampleCutOut) {
  for (const std::array<double, 3>& edges : {std::array{4e-7, 4e-7, 4e-7}, std::array{4e-7, 3e-7, 5e-7}}) {
    Volume inner = test::electrode(28, 0.45, 5);
    inner.voxel_size = edges;
    const Volume outer = embedded(inner);
    const Settings s = settings();
    for (const char* study : {"fractions", "percolation", "connectivity", "interfaces", "triple_lines",
                              "sizes", "particles", "chords", "geodesic", "accessible"})
      expect_same(run(study, outer, s), run(study, inner, s), study, 1e-12);
    expect_same(run("effective_transport", outer, s), run("effective_transport", inner, s), "transport",
                1e-8);
  }
}

TEST(Outside, WhatFillsACylinderConductsAsInABox) {
  Volume v = test::cylinder(10);  // label 1 in a box of label 0
  Settings s;
  s.read.outside = io::OutsideVoxels{false, 0};
  s.phase = {1};
  v = without_outside(test::shape_of({16, 20, 20},
                                     [](double, double y, double x) {
                                       return test::squared(y - 10) + test::squared(x - 10) <= 100;
                                     }),
                      s, nullptr);
  ASSERT_TRUE(v.outside);
  EXPECT_TRUE(is_prism(v, Axis::z));
  EXPECT_FALSE(is_prism(v, Axis::y) || is_prism(v, Axis::x));
  EXPECT_THROW(check_prism(v, {Axis::z, Axis::x}), Error);
  const Report report = run("effective_transport", v, s);
  EXPECT_NEAR(*report.results.front().value("effective_ratio"), 1, 1e-6);
  EXPECT_NEAR(*report.results.front().value("tortuosity_factor"), 1, 1e-6);
  EXPECT_EQ(*report.results.front().value("volume_fraction"), 1);
  for (const CoarseRule rule : {CoarseRule::sample, CoarseRule::vote}) {
    const Volume coarse = coarsen(v, 2, rule);
    EXPECT_TRUE(is_prism(coarse, Axis::z));
    EXPECT_EQ(coarse.labels.front().voxels + coarse.outside->voxels, coarse.extent.voxels());
  }
}

TEST(Outside, IsNotGrownInto) {
  Volume inner = test::electrode(12, 0.45, 2);
  const Volume outer = embedded(inner), moved = grown(outer, {1, 0, 0});
  EXPECT_EQ(moved.outside->voxels, outer.outside->voxels);
  const Volume alone = grown(inner, {1, 0, 0});
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(moved.labels[i].voxels, alone.labels[i].voxels);
}

TEST(Outside, TakesALabelWithItThatHadNoOtherVoxel) {
  Volume v = test::volume_of(
      {4, 8, 8}, [](std::int64_t z, std::int64_t y, std::int64_t x) { return 64 * z + 8 * y + x; });
  ASSERT_EQ(v.labels.size(), 256u);
  const Volume mask = test::volume_of({4, 8, 8}, [](std::int64_t z, std::int64_t y, std::int64_t x) {
    return z == 1 && y == 2 && x == 3 ? 0 : 7;
  });
  const std::size_t place = 64 + 16 + 3;
  const Volume masked = without_outside(v, Settings(), &mask);
  EXPECT_EQ(masked.labels.size(), 255u);  // the label that it had is gone
  EXPECT_EQ(masked.outside->voxels, 1);
  EXPECT_EQ(masked.code(place), 255);
  EXPECT_EQ(masked.outside->label, place);  // the smallest that is free
}

TEST(Outside, NeedsTwoBytesBesideTwoHundredAndFiftySixLabels) {
  const Volume v = test::volume_of({4, 8, 9}, [](std::int64_t z, std::int64_t y, std::int64_t x) {
    return 64 * z + 8 * y + std::min<std::int64_t>(x, 7);
  });
  ASSERT_EQ(v.labels.size(), 256u);
  const Volume mask = test::volume_of({4, 8, 9}, [](std::int64_t z, std::int64_t y, std::int64_t x) {
    return z == 1 && y == 2 && x == 8 ? 0 : 7;
  });
  const Volume masked = without_outside(v, Settings(), &mask);
  EXPECT_EQ(masked.labels.size(), 256u);
  EXPECT_TRUE(std::holds_alternative<LabelArray<std::uint16_t>>(masked.codes));
  EXPECT_EQ(masked.code(8 + 9 * (2 + 8)), 256);
  EXPECT_EQ(masked.outside->voxels, 1);
}

TEST(Outside, EmptyLayersAtAnEndAreRefusedWithTheCropToGive) {
  Settings s;
  s.read.outside = io::OutsideVoxels{false, 5};
  s.read.crop = io::Crop{{10, 0, 0}, {14, 4, 4}};
  const Volume v = test::volume_of(
      {4, 4, 4}, [](std::int64_t z, std::int64_t, std::int64_t x) { return z == 0 || x == 3 ? 5 : x % 2; });
  try {
    without_outside(v, s, nullptr);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("--crop 11:14,0:4,0:3"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace tauvox
