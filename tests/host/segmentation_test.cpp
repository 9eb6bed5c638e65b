// What is due to where the boundary of a phase was put.
#include "host/studies/segmentation.hpp"

#include <gtest/gtest.h>

#include "host/studies/turned_axes.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

const QuantityDefinitions rows{{.name = "volume_fraction",
                                .title = "",
                                .symbol = "",
                                .definition = "",
                                .evaluated = {ErrorSource::segmentation}},
                               {.name = "effective_ratio",
                                .title = "",
                                .symbol = "",
                                .definition = "",
                                .evaluated = {ErrorSource::segmentation}},
                               {.name = "flux_in", .title = "", .symbol = "", .definition = ""}};

std::vector<Result> transport(double ratio, double fraction) {
  Result result;
  result.study = "effective_transport";
  result.axis = Axis::z;
  result.status = ratio > 0 ? Status::converged : Status::not_percolating;
  result.quantities = {{"effective_ratio", ratio}, {"volume_fraction", fraction}, {"flux_in", ratio}};
  return {result};
}

std::optional<double> half_width(const Result& result, const char* name) {
  return result.half_width(name, ErrorSource::segmentation);
}

TEST(Segmentation, TheLargerChangeCountsByTheShareOfAVoxel) {
  std::vector<Result> results = transport(0.2, 0.4);
  add_segmentation(results, rows, 0.4, 0.01, {{0.5, transport(0.26, 0.5)}, {0.32, transport(0.16, 0.32)}});
  EXPECT_NEAR(half_width(results.front(), "effective_ratio").value(), 0.06 * 0.01 / 0.1, 1e-12);
  EXPECT_NEAR(half_width(results.front(), "volume_fraction").value(), 0.01, 1e-12);
  EXPECT_FALSE(results.front().quantity("flux_in")->uncertainty(ErrorSource::segmentation));
  EXPECT_TRUE(results.front().remarks.empty());
}

TEST(Segmentation, WhereNothingPercolatesAnyMoreOnlyTheFractionIsKnown) {
  std::vector<Result> results = transport(0.2, 0.4);
  add_segmentation(results, rows, 0.4, 0.01, {{0.5, transport(0.26, 0.5)}, {0.32, transport(0, 0.32)}});
  EXPECT_TRUE(results.front().quantity("effective_ratio")->uncertainty(ErrorSource::segmentation));
  EXPECT_FALSE(half_width(results.front(), "effective_ratio"));
  EXPECT_NEAR(half_width(results.front(), "volume_fraction").value(), 0.01, 1e-12);
  ASSERT_EQ(results.front().remarks.size(), 1u);
  EXPECT_TRUE(results.front().remarks.front().starts_with("segmentation: nothing percolates"));
}

TEST(Segmentation, IsUnknownWhereTheFractionStaysOrAValueIsMissing) {
  std::vector<Result> same = transport(0.2, 0.4), missing = transport(0.2, 0.4);
  add_segmentation(same, rows, 0.4, 0.01, {{0.4, transport(0.26, 0.4)}});
  EXPECT_FALSE(half_width(same.front(), "effective_ratio"));
  std::vector<Result> other = transport(0.26, 0.5);
  other.front().quantities.front().value.reset();
  add_segmentation(missing, rows, 0.4, 0.01, {{0.5, other}});
  EXPECT_FALSE(half_width(missing.front(), "effective_ratio"));
}

TEST(Segmentation, GrowsBySharedFacesAndTakesACodeOfTheSet) {
  const Volume line = test::volume_of(
      {1, 3, 5}, [](std::int64_t, std::int64_t y, std::int64_t x) { return y == 1 && x == 2 ? 1 : 0; });
  const Volume more = grown(line, {0, 1});
  std::int64_t ones = 0;
  for (std::int64_t i = 0; i < 15; ++i) ones += more.code(i);
  EXPECT_EQ(ones, 5);  // itself and its neighbours across four faces
  EXPECT_TRUE(more.code(2) == 1 && more.code(6) == 1 && more.code(8) == 1 && more.code(12) == 1);
  EXPECT_EQ(more.labels[1].voxels, 5);
}

/// Which of several phases a voxel joins does not depend on what the axes are called.
TEST(Segmentation, ATurnedVolumeGrowsAlike) {
  const Volume v = test::volume_of(
      {9, 10, 11}, [](auto z, auto y, auto x) { return (z * 7 + y * y * 5 + x * 3 + z * x) % 5; });
  const std::vector<std::uint8_t> set{0, 1, 0, 1, 1};
  for (const char* axes : {"x,y,z", "-z,y,x", "y,-x,z", "-x,-y,-z"}) {
    const Volume first = turned(grown(v, set), axes), last = grown(turned(v, axes), set);
    for (std::int64_t i = 0; i < v.extent.voxels(); ++i)
      ASSERT_EQ(first.labels[first.code(i)].value, last.labels[last.code(i)].value) << axes << " " << i;
  }
}

}  // namespace
}  // namespace tauvox
