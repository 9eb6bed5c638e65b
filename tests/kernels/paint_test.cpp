// Balls painted on vector registers and without: the same voxels, and the same are left.
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "kernels/base/launch.hpp"
#include "kernels/geometry/paint_at.hpp"

namespace tauvox {
namespace {

template <class Value>
class Painting : public testing::Test {};
using Values = testing::Types<std::uint16_t, std::uint32_t, float>;
TYPED_TEST_SUITE(Painting, Values);

/// A tile of which about two thirds are to be painted.
Unpainted random_tile(std::mt19937& random, const std::int64_t (&size)[3]) {
  Unpainted left{};
  for (std::int64_t z = 0; z < size[0]; ++z)
    for (std::int64_t y = 0; y < size[1]; ++y)
      for (std::int64_t x = 0; x < size[2]; ++x)
        if (random() % 3 > 0) {
          left.rows[64 * z + y] |= std::uint64_t{1} << x;
          ++left.voxels;
        }
  for (std::int64_t row = 0; row < 64 * 64; ++row) {
    left.any[row / 4] |= left.rows[row];
    left.near[16 * (row / 256) + row % 64 / 4] |= left.rows[row];
  }
  return left;
}

template <class Value>
std::vector<Ball> random_balls(std::mt19937& random, int count) {
  std::vector<Ball> balls;
  for (int i = 0; i < count; ++i) {
    const auto value = static_cast<Value>(i % 50 == 0 ? 3000 : 1 + random() % 90);
    Ball ball{0, static_cast<std::uint16_t>(random() % 128), static_cast<std::uint16_t>(random() % 128),
              static_cast<std::uint16_t>(random() % 128)};
    if constexpr (std::is_integral_v<Value>)
      ball.order = value;
    else
      std::memcpy(&ball.order, &value, sizeof value);
    balls.push_back(ball);
  }
  return balls;
}

TYPED_TEST(Painting, BothFormsPaintTheSame) {
  if (!have_vectors()) GTEST_SKIP() << "this CPU lacks the registers";
  std::mt19937 random(7);
  const double weights[3] = {1, std::is_integral_v<TypeParam> ? 1.0 : 2.25, 1};
  for (const std::int64_t high : {64, 61}) {
    // The tile from 32 on in a volume of 128^3: balls come from all sides.
    const std::int64_t size[3] = {high, high, high};
    const Unpainted before = random_tile(random, size);
    const std::vector<Ball> balls = random_balls<TypeParam>(random, 400);
    std::vector<TypeParam> plain_values(64 * 64 * 64), vector_values(64 * 64 * 64);
    const auto paint = [&](auto form, std::vector<TypeParam>& values) {
      Unpainted left = before;
      BallRows rows(weights, {127, 127});
      const Tile<TypeParam> tile{{32, 32, 32}, {32 + high, 32 + high, 32 + high}, values.data(), 64, 64 * 64};
      form(balls.data(), static_cast<std::int64_t>(balls.size()), rows, left, tile);
      return left;
    };
    const Unpainted plain_left = paint(plain::paint_balls<TypeParam>, plain_values);
    const Unpainted vector_left = paint(vectors::paint_balls<TypeParam>, vector_values);
    EXPECT_EQ(plain_values, vector_values);
    EXPECT_EQ(std::memcmp(&plain_left, &vector_left, sizeof plain_left), 0);
    EXPECT_GT(plain_left.voxels, 0);
    EXPECT_LT(plain_left.voxels, before.voxels / 2);
    // What is left is counted by its bits, and no summary misses one.
    std::int64_t bits = 0;
    for (std::int64_t row = 0; row < 64 * 64; ++row) {
      bits += __builtin_popcountll(plain_left.rows[row]);
      EXPECT_EQ(plain_left.rows[row] & ~plain_left.any[row / 4], 0u);
      EXPECT_EQ(plain_left.rows[row] & ~plain_left.near[16 * (row / 256) + row % 64 / 4], 0u);
    }
    EXPECT_EQ(bits, plain_left.voxels);
  }
}

}  // namespace
}  // namespace tauvox
