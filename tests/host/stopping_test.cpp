#include "host/solve/stopping.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>

namespace tauvox {
namespace {

EnergyStop after(std::initializer_list<double> terms, double tolerance = 0, std::int64_t wanted = 0) {
  EnergyStop stop(tolerance, Convergence::fast, wanted);
  stop.start(2);
  for (const double term : terms) stop.take(term);
  return stop;
}

TEST(Stopping, OfAGeometricSeriesMoreIsLeftTheSlowerItFalls) {
  const EnergyStop early = after({0.5, 0.25, 0.125, 0.0625});
  EXPECT_NEAR(early.relative_error(), 2 * 0.0625 * 0.5 / 0.25 / early.energy(), 1e-15);
  EXPECT_NEAR(early.energy(), 2 - 0.9375, 1e-15);
  const EnergyStop later = after({0.5, 0.25, 0.125, 0.0625, 0.03125});
  EXPECT_NEAR(later.relative_error(), 0.7 * 0.03125 * 0.5 / 0.25 / later.energy(), 1e-15);
  EXPECT_TRUE(std::isinf(after({0.5}).relative_error()));
  EXPECT_TRUE(std::isinf(after({0.5, 0.5}).relative_error()));
}

TEST(Stopping, EndsAtTheToleranceOrAfterAsManyAsAreWanted) {
  EXPECT_FALSE(after({0.5, 0.005}, 1e-5).done());
  EXPECT_TRUE(after({0.5, 0.005}, 1e-4).done());
  EXPECT_FALSE(after({}, 1, 1).done());
  EXPECT_TRUE(after({0.5}, 0, 1).done());
  EXPECT_FALSE(after({0.5, 1e-9}, 1, 3).done());
}

TEST(Stopping, TheLastTermsSayHowManyMoreItTakes) {
  EXPECT_EQ(after({1, 0.1}).iterations_to(0.9), 1);
  EXPECT_EQ(after({1, 0.1}).iterations_to(0.2), 2);    // ln 0.2 / ln 0.3 = 1.3
  EXPECT_EQ(after({1, 0.25}).iterations_to(0.2), 6);   // ln 0.2 / ln 0.75 = 5.6
  EXPECT_EQ(after({1, 0.8}).iterations_to(0.95), 4);   // to the half: ln 0.5 / ln 0.8 = 3.1
  EXPECT_EQ(after({1, 0.95}).iterations_to(0.95), 0);  // hardly falls
  EXPECT_EQ(after({1, -0.1}).iterations_to(0.95), 0);
  EXPECT_EQ(after({1}).iterations_to(0.95), 0);
}

}  // namespace
}  // namespace tauvox
