// What tests of steps in time share.
#pragma once

#include <gtest/gtest.h>

#include <cmath>

#include "host/solve/time_steps.hpp"

namespace tauvox::test {

inline StageSolve exactly(bool single = false) {
  StageSolve solve;
  solve.tolerance = 1e-12;
  solve.single = single;
  return solve;
}

/// What the stages of TR-BDF2 leave open is a bound on how far the state is from that of exact solves: the
/// root of the mean square, each unknown as often as it holds. Also with coarse levels of a step four times
/// shorter.
inline void expect_open_within_bound(const Problem& problem, const std::vector<double>& capacity) {
  for (const double tolerance : {1e-1, 1e-2, 1e-3}) {
    StageSolve loose;
    loose.tolerance = tolerance;
    TimeSteps steps(problem, TimeScheme::tr_bdf2, loose), exact(problem, TimeScheme::tr_bdf2, exactly());
    steps.start(std::vector<double>(capacity.size()));
    exact.start(std::vector<double>(capacity.size()));
    double open = 0;
    for (const double length : {1.0, 2.0, 4.0, 4.0, 16.0}) {
      const TimeStep& step = steps.attempt(length);
      ASSERT_TRUE(step.solved) << step.why_not;
      ASSERT_TRUE(exact.attempt(length).solved);
      steps.accept();
      exact.accept();
      open += step.open;
      const std::vector<double> c = steps.rates().values_of(steps.concentration()),
                                best = exact.rates().values_of(exact.concentration());
      double squares = 0;
      for (std::size_t i = 0; i < c.size(); ++i) squares += capacity[i] * (c[i] - best[i]) * (c[i] - best[i]);
      EXPECT_LE(std::sqrt(squares / steps.capacity()), open) << length;
      EXPECT_GT(squares, 0);
    }
  }
}

}  // namespace tauvox::test
