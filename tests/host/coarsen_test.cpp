// Coarse copies keep the box, the meaning of the codes and, sampled, the volume fractions.
#include "host/studies/coarsen.hpp"

#include <gtest/gtest.h>

#include "tests/support.hpp"

namespace tauvox {
namespace {

TEST(Coarsen, ACopyCoversTheSameBoxWhateverTheLengths) {
  for (const std::array<std::int64_t, 3> n : {std::array<std::int64_t, 3>{16, 17, 18}, {19, 33, 1}}) {
    Volume v = test::volume_of(n, [](auto z, auto y, auto x) { return (z + y + x) % 3; });
    v.voxel_size = std::array{1e-6, 2e-6, 3e-6};
    for (const int factor : {2, 4})
      for (const CoarseRule rule : {CoarseRule::sample, CoarseRule::vote}) {
        const Volume c = coarsen(v, factor, rule);
        std::int64_t voxels = 0;
        for (const Label& label : c.labels) voxels += label.voxels;
        EXPECT_EQ(voxels, c.extent.voxels());
        for (std::size_t axis = 0; axis < 3; ++axis)
          EXPECT_NEAR((*c.voxel_size)[axis] * static_cast<double>(c.extent.zyx()[axis]),
                      (*v.voxel_size)[axis] * static_cast<double>(n[axis]), 1e-18);
      }
  }
}

TEST(Coarsen, AnAxisOfOneVoxelStays) {
  EXPECT_EQ(coarse_extent(make_extent({1, 32, 33}), 2), make_extent({1, 16, 17}));
  EXPECT_EQ(coarse_extent(make_extent({1, 32, 33}), 4), make_extent({1, 8, 8}));
  EXPECT_NEAR(refinement(make_extent({1, 32, 32}), make_extent({1, 16, 16})), 2, 1e-14);
}

TEST(Coarsen, SamplingTakesTheVoxelNearestToTheCentre) {
  const Volume v =
      test::volume_of({8, 8, 8}, [](auto z, auto y, auto x) { return x + 8 * (y % 2) + 16 * (z % 2); });
  const Volume two = coarsen(v, 2, CoarseRule::sample), four = coarsen(v, 4, CoarseRule::sample);
  for (std::int64_t x = 0; x < 4; ++x) EXPECT_EQ(two.labels[two.code(x)].value, 2 * x);
  for (std::int64_t x = 0; x < 2; ++x) EXPECT_EQ(four.labels[four.code(x)].value, 4 * x + 1 + 8 + 16);
}

TEST(Coarsen, TheUpperSampleIsTheLowerOneOfTheVolumeSeenFromItsOtherCorner) {
  for (const std::array<std::int64_t, 3> n : {std::array<std::int64_t, 3>{16, 17, 18}, {19, 33, 1}}) {
    const auto label = [&](auto z, auto y, auto x) { return (z * 7 + y * 5 + x * 3 + z * y) % 4; };
    const Volume v = test::volume_of(n, label);
    const Volume other = test::volume_of(
        n, [&](auto z, auto y, auto x) { return label(n[0] - 1 - z, n[1] - 1 - y, n[2] - 1 - x); });
    for (const int factor : {2, 4}) {
      const Volume upper = coarsen(v, factor, CoarseRule::sample_upper);
      const Volume lower = coarsen(other, factor, CoarseRule::sample);
      const std::int64_t voxels = upper.extent.voxels();
      for (std::int64_t i = 0; i < voxels; ++i)
        ASSERT_EQ(upper.labels[upper.code(i)].value, lower.labels[lower.code(voxels - 1 - i)].value);
    }
  }
}

TEST(Coarsen, AVoteTakesTheMajorityAndTiesFavourNobody) {
  const Volume most =
      test::volume_of({2, 2, 2}, [](auto z, auto y, auto x) { return z + y + x > 0 ? 5 : 3; });
  EXPECT_EQ(coarsen(most, 2, CoarseRule::vote).labels[1].voxels, 1);
  const Volume tied = test::volume_of({16, 16, 16}, [](auto, auto, auto x) { return x % 2; });
  const Volume c = coarsen(tied, 2, CoarseRule::vote);
  EXPECT_EQ(c.labels[0].voxels, c.labels[1].voxels);
}

TEST(Coarsen, MaterialsKeepTheirConductivitiesAndTakeTheFractionsOfTheCopy) {
  const Volume v = test::rough_volume({16, 16, 16}, 3);
  const Materials fine = assign_materials(v, test::exact_settings("0=1,1=4"));
  const Volume c = coarsen(v, 4, CoarseRule::sample);
  const Materials coarse = materials_of(c, fine);
  EXPECT_EQ(coarse.largest, 4);
  EXPECT_EQ(coarse.class_of_code, fine.class_of_code);
  EXPECT_NEAR(coarse.mean, c.fraction(c.labels[0]) / 4 + c.fraction(c.labels[1]), 1e-14);
}

}  // namespace
}  // namespace tauvox
