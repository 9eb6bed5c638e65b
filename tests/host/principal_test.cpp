// Principal values: known matrices, and whether the intervals hold whatever the entries' intervals hold.
#include "host/studies/principal.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace tauvox {
namespace {

const std::vector<Vector3> space{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};

SymmetricIntervals exactly(const Matrix3& m) {
  SymmetricIntervals of;
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) of[i][j] = {m[i][j], m[i][j]};
  return of;
}

TEST(Principal, OfAKnownMatrix) {
  // 2, 3 and 6 along (1, -1, 0), (1, 1, -1) and (1, 1, 2).
  const auto values = principal_values(exactly({{{3, 1, 1}, {1, 3, 1}, {1, 1, 5}}}), space);
  const double expected[3] = {6, 3, 2};
  const Vector3 directions[3] = {{1 / std::sqrt(6), 1 / std::sqrt(6), 2 / std::sqrt(6)},
                                 {1 / std::sqrt(3), 1 / std::sqrt(3), -1 / std::sqrt(3)},
                                 {1 / std::sqrt(2), -1 / std::sqrt(2), 0}};
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(values[k].value, expected[k], 1e-14);
    EXPECT_LT(values[k].half_width, 1e-13);
    ASSERT_TRUE(values[k].direction);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR((*values[k].direction)[i], directions[k][i], 1e-14);
  }
}

TEST(Principal, EqualOnesHaveNoDirection) {
  const auto values = principal_values(exactly({{{2, 0, 0}, {0, 5, 0}, {0, 0, 2}}}), space);
  EXPECT_EQ(values[0].value, 5);
  EXPECT_EQ(values[0].direction, (Vector3{0, 1, 0}));
  EXPECT_FALSE(values[1].direction);
  EXPECT_FALSE(values[2].direction);
}

TEST(Principal, BeyondTheRangeAreExactlyZero) {
  const double s = std::sqrt(0.5);
  const auto line = principal_values(exactly({{{2, 2, 0}, {2, 2, 0}, {0, 0, 0}}}), orthonormal({{3, 3, 0}}));
  EXPECT_NEAR(line[0].value, 4, 1e-14);
  EXPECT_NEAR((*line[0].direction)[0], s, 1e-14);
  EXPECT_EQ(line[1].value, 0);
  EXPECT_EQ(line[2].half_width, 0);
  EXPECT_FALSE(line[2].direction);
  const auto plane =
      principal_values(exactly({{{2, 2, 0}, {2, 2, 0}, {0, 0, 9}}}), orthonormal({{1, 1, 1}, {1, 1, 0}}));
  EXPECT_NEAR(plane[0].value, 9, 1e-13);
  EXPECT_NEAR(plane[1].value, 4, 1e-13);
  EXPECT_EQ(plane[2].value, 0);
  EXPECT_NEAR(std::abs((*plane[2].direction)[0]), s, 1e-14);
  const auto nothing = principal_values(exactly({}), {});
  EXPECT_EQ(nothing[0].value, 0);
}

TEST(Principal, IntervalsHoldWhateverTheEntriesHold) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> any(-1, 1);
  for (int round = 0; round < 2000; ++round) {
    Matrix3 root, m{};
    for (Vector3& row : root)
      for (double& value : row) value = any(random);
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j)
        for (std::size_t k = 0; k < 3; ++k)
          m[i][j] += root[i][k] * root[j][k] * (round % 3 == 0 ? 1 : k == 0 ? 1 : 1e-2);
    const double width = std::pow(10, -2 - round % 5);
    SymmetricIntervals of;
    Matrix3 other = m;
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = i; j < 3; ++j) {
        const double w = width * std::sqrt(m[i][i] * m[j][j]);
        of[i][j] = of[j][i] = {m[i][j] - w, m[i][j] + w};
        other[i][j] = other[j][i] = m[i][j] + w * (round % 2 == 0 ? any(random) : any(random) < 0 ? -1 : 1);
      }
    const auto values = principal_values(of, space), inside = principal_values(exactly(other), space);
    for (std::size_t k = 0; k < 3; ++k) {
      ASSERT_LE(std::abs(values[k].value - inside[k].value), values[k].half_width + 1e-14) << round;
      if (!values[k].direction || !inside[k].direction) continue;
      double cosine = 0;
      for (std::size_t i = 0; i < 3; ++i) cosine += (*values[k].direction)[i] * (*inside[k].direction)[i];
      ASSERT_LE(1 - cosine * cosine, values[k].sine * values[k].sine + 1e-13) << round;
    }
  }
}

}  // namespace
}  // namespace tauvox
