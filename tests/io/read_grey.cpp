// Grey values in every build: levels, what looks like an image, Otsu's thresholds.
#include <gtest/gtest.h>

#include <random>

#include "io/grey.hpp"
#include "read_support.hpp"

namespace tauvox::test {
namespace {

io::ReadOptions raw(const std::string& dtype, std::array<std::int64_t, 3> shape) {
  io::ReadOptions options;
  options.shape = shape;
  options.dtype = dtype;
  return options;
}

Volume volume_of(const Extent& extent, const std::vector<std::uint8_t>& codes, std::int64_t labels) {
  Volume volume;
  volume.extent = extent;
  volume.codes = codes;
  for (std::int64_t label = 0; label < labels; ++label) volume.labels.push_back({label, 1});
  return volume;
}

TEST(Grey, AnImageIsToldFromRegionsByItsNeighbours) {
  const Extent extent{20, 10, 10};
  std::mt19937 random(1);
  std::vector<std::uint8_t> noise(2000), regions(2000);
  for (std::size_t i = 0; i < noise.size(); ++i) {
    noise[i] = static_cast<std::uint8_t>(random() % 32);
    regions[i] = static_cast<std::uint8_t>(i / 4 % 32);
  }
  EXPECT_TRUE(io::looks_grey(volume_of(extent, noise, 32)));
  EXPECT_FALSE(io::looks_grey(volume_of(extent, regions, 32)));
  for (std::uint8_t& code : noise) code %= 16;
  EXPECT_FALSE(io::looks_grey(volume_of(extent, noise, 16)));  // as many as phases may be
  EXPECT_FALSE(io::looks_grey(volume_of({1, 40, 50}, noise, 32)));
}

TEST(Grey, ThresholdsLieHalfwayBetweenTheClasses) {
  const std::vector<io::GreyLevel> levels{{1, 50}, {2, 50}, {10, 30}, {12, 30}, {100, 5}};
  EXPECT_EQ(io::otsu(levels, 1), std::vector<double>{56});
  EXPECT_EQ(io::otsu(levels, 2), (std::vector<double>{6, 56}));
  EXPECT_EQ(io::otsu({{1, 5}, {2, 5}}, 1), std::vector<double>{1.5});
  EXPECT_TRUE(io::otsu({{1, 5}, {2, 5}}, 2).empty());
  EXPECT_TRUE(io::otsu({{1, 5}}, 1).empty());
  EXPECT_EQ(io::otsu({{-0x1p1023, 50}, {-0x1p1022, 50}, {0x1p1023, 90}}, 1), std::vector<double>{0x1p1021});
  std::vector<io::GreyLevel> bulk{{1, 500}, {2, 500}, {10, 400}, {12, 400}};
  bulk.push_back({1e9, 1});  // a hot voxel
  EXPECT_EQ(io::otsu(bulk, 1), std::vector<double>{6});
  EXPECT_EQ(io::bulk_of(bulk).high, 23);
  EXPECT_EQ(io::otsu({{0, 99999}, {9, 1}}, 1), std::vector<double>{4.5});  // nothing else differs
  const double far = 1e15;  // values far from zero lose nothing
  EXPECT_EQ(io::otsu({{far + 1, 50}, {far + 2, 50}, {far + 10, 60}}, 1), std::vector<double>{far + 6});
}

TEST(Grey, OneValueMayHaveNearlyAllVoxels) {
  std::mt19937 random(2);
  std::normal_distribution<float> normal(100, 5);
  const std::vector<float> zeros(1 << 20);
  std::vector<float> others(70000);
  for (float& value : others) value = normal(random);
  constexpr int times = 64;
  const io::GreyHistogram histogram =
      io::histogram_of(io::Element::float32, "a", [&](const io::ValueVisitor& visit) {
        for (int i = 0; i < times; ++i)
          visit(zeros.data(), i * (1LL << 20), static_cast<std::int64_t>(zeros.size()));
        visit(others.data(), times * (1LL << 20), static_cast<std::int64_t>(others.size()));
      });
  EXPECT_FALSE(histogram.is_exact);
  const double threshold = io::otsu(histogram.levels, 1).at(0);
  EXPECT_TRUE(0 < threshold && threshold < 75) << threshold;
}

TEST(Grey, FractionsAreReadInStepsWhereAsked) {
  const Folder folder;
  std::vector<float> values(1000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.25f * static_cast<float>(i % 7 * i % 999);
  const std::string path = folder.write("a.raw", values);
  const io::ReadOptions options = raw("float32", {10, 10, 10});
  const Volume volume = io::read_volume(path, options, {}, io::own_memory, io::Read::labels_or_grey_levels);
  ASSERT_TRUE(volume.grey);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::int64_t label =
        volume.labels[static_cast<std::size_t>(volume.code(static_cast<std::int64_t>(i)))].value;
    EXPECT_NEAR(volume.grey->value_of(label), values[i], 0.51 * volume.grey->step);
  }
  EXPECT_EQ(refused(path, options).code, 4);
  for (float& value : values) value *= 4;
  const std::string whole = folder.write("b.raw", values);
  EXPECT_FALSE(
      io::read_volume(whole, options, {}, io::own_memory, io::Read::labels_or_grey_levels).labels.empty());
}

#ifndef TAUVOX_HAVE_VTK
TEST(Grey, WithoutVtkThereAreNoFilters) {
  const Folder folder;
  io::ReadOptions options = raw("uint8", {2, 2, 2});
  options.filters = {{io::GreyFilter::Kind::median, 3}};
  const Refusal refusal = refused(folder.write("a.raw", std::vector<std::uint8_t>(8)), options);
  EXPECT_EQ(refusal.code, 2);
  EXPECT_SAYS(refusal, "VTK");
}
#endif

}  // namespace
}  // namespace tauvox::test
