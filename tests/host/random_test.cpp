// Known answers of Philox4x32-10: kat_vectors of the Random123 distribution (Salmon et al., SC 2011).
#include "host/generate/random.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tauvox {
namespace {

TEST(Philox, GivesThePublishedKnownAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, DrawsEveryIntegerOfARangeAboutEquallyOften) {
  Random random(7, 0);
  std::vector<int> seen(10);
  for (int i = 0; i < 100000; ++i) {
    const std::int64_t drawn = random.between(-4, 5);
    ASSERT_GE(drawn, -4);
    ASSERT_LE(drawn, 5);
    ++seen[static_cast<std::size_t>(drawn + 4)];
  }
  for (const int times : seen) EXPECT_NEAR(times, 10000, 400);  // 4 standard deviations
}

TEST(Random, StreamsAndSeedsDiffer) {
  EXPECT_NE(random_bits(1, 0, 0), random_bits(1, 1, 0));
  EXPECT_NE(random_bits(1, 0, 0), random_bits(2, 0, 0));
  EXPECT_NE(random_bits(1, 0, 0), random_bits(std::uint64_t{1} << 32, 0, 0));
}

TEST(Random, ScaleMapsTheEndsOfTheFractionToTheEndsOfTheRange) {
  EXPECT_EQ(scale(0, 1000), 0);
  EXPECT_EQ(scale(~std::uint64_t{0}, 1000), 999);
  EXPECT_EQ(scale(std::uint64_t{1} << 63, std::int64_t{1} << 40), std::int64_t{1} << 39);
}

}  // namespace
}  // namespace tauvox
