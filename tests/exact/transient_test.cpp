// Diffusion in time: modes whose decay is known to the last digit, membranes, conservation, and what a steady
// solve says of the same structure.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "host/solve/time_steps.hpp"
#include "host/studies/study_table.hpp"
#include "kernels/transport/forms.hpp"
#include "tests/posed.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

using test::volume_of;

/// Stages to round-off.
StageSolve exactly(bool single = false) {
  StageSolve solve;
  solve.tolerance = 1e-12;
  solve.single = single;
  return solve;
}

Problem problem_of(const Volume& volume, const Sides& sides) {
  test::Asked asked{"", volume, {1, 0}, sides, {1, 1, 1}};
  asked.only_held = true;
  return test::pose(asked, test::device()).problem;
}

/// sin(pi z), of n^3 voxels between plates of 0.
std::vector<double> sine(std::int64_t n) {
  std::vector<double> mode;
  for (std::int64_t i = 0; i < n * n * n; ++i)
    mode.push_back(std::sin(std::numbers::pi * (static_cast<double>(i / (n * n)) + 0.5) / static_cast<double>(n)));
  return mode;
}

/// What is left of the mode after ten steps of 0.01 L^2/D.
double left_of_mode(TimeScheme scheme, bool single) {
  constexpr std::int64_t n = 8;
  const Volume block = volume_of({n, n, n}, [](auto, auto, auto) { return 0; });
  TimeSteps steps(problem_of(block, test::plates(Axis::z, 0, 0)), scheme, exactly(single));
  const std::vector<double> mode = sine(n);
  steps.start(mode);
  for (int k = 0; k < 10; ++k) {
    const TimeStep& step = steps.attempt(0.01 * n * n);
    EXPECT_TRUE(step.solved) << step.why_not;
    steps.accept();
  }
  const std::vector<double> left = steps.rates().values_of(steps.concentration());
  double least = 2, most = 0;
  for (std::size_t i = 0; i < mode.size(); ++i) {
    least = std::min(least, left[i] / mode[i]);
    most = std::max(most, left[i] / mode[i]);
  }
  EXPECT_NEAR(least, most, 1e-12);
  return least;
}

TEST(Transient, AModeDecaysAsItsSchemeSays) {
  for (const bool single : {false, true}) {
    EXPECT_NEAR(left_of_mode(TimeScheme::backward_euler, single), 0.3946527231967939, 1e-12);
    EXPECT_NEAR(left_of_mode(TimeScheme::bdf2, single), 0.3790954094019229, 1e-12);
    EXPECT_NEAR(left_of_mode(TimeScheme::tr_bdf2, single), 0.377298110369088, 1e-12);
  }
}

}  // namespace
}  // namespace tauvox
