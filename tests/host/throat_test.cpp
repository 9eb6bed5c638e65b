// The throat is the edge of the widest cube that gets from plate to plate.
#include "host/studies/throat.hpp"

#include <gtest/gtest.h>

#include "tests/support.hpp"

namespace tauvox {
namespace {

template <class F>
int throat_of(std::array<std::int64_t, 3> zyx, F inside, Axis flow = Axis::z, bool joined = false) {
  const Extent e = make_extent(zyx);
  VoxelSet set;
  for (std::int64_t z = 0; z < e.nz; ++z)
    for (std::int64_t y = 0; y < e.ny; ++y)
      for (std::int64_t x = 0; x < e.nx; ++x) set.push_back(inside(z, y, x) ? 1 : 0);
  return throat(test::device(), e, set, flow, {false, joined, joined}, 5);
}

TEST(Throat, OfAChannelIsItsWidth) {
  for (int width = 1; width <= 4; ++width)
    EXPECT_EQ(throat_of({9, 10, 11},
                        [&](auto, auto y, auto x) { return y < width + 2 && x >= 3 && x < 3 + width; }),
              width);
}

TEST(Throat, OfAChannelWithANeckIsTheNeck) {
  EXPECT_EQ(throat_of({15, 12, 12},
                      [](auto z, auto y, auto x) {
                        return z == 7 ? y >= 4 && y < 7 && x >= 4 && x < 7
                                      : y >= 2 && y < 10 && x >= 2 && x < 10;
                      }),
            3);
}

TEST(Throat, OfABendIsFoundWhereItEndsElsewhereThanItBegins) {
  EXPECT_EQ(throat_of({16, 6, 12}, [](auto z, auto, auto x) { return z < 6 ? x < 4 : z < 10 || x >= 8; }), 4);
}

TEST(Throat, IsZeroWithoutAPathAndAtMostWhatWasAskedFor) {
  EXPECT_EQ(throat_of({6, 6, 6}, [](auto z, auto, auto) { return z != 3; }), 0);
  EXPECT_EQ(throat_of({16, 16, 16}, [](auto, auto, auto) { return true; }), 5);
}

TEST(Throat, GoesThroughJoinedSidesOnly) {
  const auto cut = [](auto, auto, auto x) { return x < 2 || x >= 8; };
  EXPECT_EQ(throat_of({6, 9, 10}, cut), 2);
  EXPECT_EQ(throat_of({6, 9, 10}, cut, Axis::z, true), 4);
}

TEST(Throat, DoesNotCountAnAxisOfOneVoxel) {
  EXPECT_EQ(throat_of({9, 1, 9}, [](auto, auto, auto x) { return x < 3; }), 3);
}

}  // namespace
}  // namespace tauvox
