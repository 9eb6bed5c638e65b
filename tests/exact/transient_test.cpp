// Diffusion in time: modes whose decay is known to the last digit, membranes, conservation, and what a steady
// solve says of the same structure.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "host/solve/eigen.hpp"
#include "host/solve/time_steps.hpp"
#include "host/studies/kept_state.hpp"
#include "host/studies/study_table.hpp"
#include "host/studies/time_lag.hpp"
#include "tests/exact/stages.hpp"
#include "tests/posed.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

using test::volume_of;

/// Stages to round-off.
Problem problem_of(const Volume& volume, const Sides& sides) {
  test::Asked asked{"", volume, {1, 0}, sides, {1, 1, 1}};
  asked.only_held = true;
  return test::pose(asked, test::device()).problem;
}

/// sin(pi z), of n^3 voxels between plates of 0.
std::vector<double> sine(std::int64_t n) {
  std::vector<double> mode;
  for (std::int64_t i = 0; i < n * n * n; ++i)
    mode.push_back(
        std::sin(std::numbers::pi * (static_cast<double>(i / (n * n)) + 0.5) / static_cast<double>(n)));
  return mode;
}

/// What is left of the mode after ten steps of 0.01 L^2/D.
double left_of_mode(TimeScheme scheme, bool single) {
  constexpr std::int64_t n = 8;
  const Volume block = volume_of({n, n, n}, [](auto, auto, auto) { return 0; });
  TimeSteps steps(problem_of(block, test::plates(Axis::z, 0, 0)), scheme, test::exactly(single));
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

/// Label 0 conducts. To round-off unless the test says otherwise.
Settings transient_settings(const std::string& boundary, double end) {
  Settings s;
  s.input = "test";
  s.study = "transient";
  s.phase = {std::int64_t{0}};
  s.boundary = boundary;
  s.end_time = end;
  s.precision = "double";
  s.tolerance = 1e-10;
  return s;
}

Report report_of(const Volume& volume, const Settings& settings) {
  const Materials materials = assign_materials(volume, settings);
  return study_named("transient").run({volume, materials, settings, test::device()}, {}, {});
}

double value(const Report& report, const char* name) {
  const Result& result = report.results.front();
  EXPECT_EQ(result.status, Status::converged) << result.reason.value_or("");
  EXPECT_TRUE(result.value(name).has_value()) << name;
  return result.value(name).value_or(NAN);
}

Volume block(const std::array<std::int64_t, 3>& size) {
  return volume_of(size, [](auto, auto, auto) { return 0; });
}

/// Of two voxels across, in what conducts nothing.
Volume straight_pore(std::int64_t n) {
  return volume_of({n, 3, 4}, [](auto, auto y, auto x) { return y == 1 && (x == 1 || x == 2) ? 0 : 1; });
}

TEST(Transient, AMembraneOfNCellsFollowsItsExactSolution) {
  struct Case {
    std::int64_t n;
    double time, flux, amount;
  };
  for (const Case& c : {Case{16, 0.1, 0.2924533597140577, 0.00798031182513552},
                        Case{16, 0.5, 0.9853866751782774, 0.3344932185166607},
                        Case{32, 0.1, 0.2927823833207124, 0.00790910948556936},
                        Case{32, 0.5, 0.9855591329434511, 0.33471629506851003},
                        Case{64, 0.1, 0.29286997627841205, 0.007891250737969271}}) {
    Settings s = transient_settings("membrane", c.time);
    s.time_tolerance = 1e-6;
    s.tolerance = 1e-6;
    s.precision = "mixed";
    const Report report = report_of(block({c.n, 1, 1}), s);
    EXPECT_NEAR(value(report, "outflow"), c.flux, 1e-4 * c.flux) << c.n;
    EXPECT_NEAR(value(report, "amount_out"), c.amount, 1e-5) << c.n;
    EXPECT_LT(value(report, "mass_balance"), 1e-6);
  }
}

TEST(Transient, ASealedPoreOfAnyCrossSectionIsASlab) {
  Settings s = transient_settings("uptake", 0.2);
  s.time_step = 0.01;
  const double slab = value(report_of(block({12, 1, 1}), s), "uptake");
  EXPECT_NEAR(slab, 0.5040878202, 2e-3);  // of the continuum
  EXPECT_NEAR(value(report_of(block({12, 5, 4}), s), "uptake"), slab, 1e-10);
  EXPECT_NEAR(value(report_of(straight_pore(12), s), "uptake"), slab, 1e-10);
  Volume flat = block({12, 5, 4});
  flat.voxel_size = {1e-6, 3e-6, 0.2e-6};
  EXPECT_NEAR(value(report_of(flat, s), "uptake"), slab, 1e-10);
}

TEST(Transient, ErrorsOfStepsAreWithinWhatIsEstimated) {
  Settings exact = transient_settings("uptake", 0.5);
  exact.time_tolerance = 1e-6;
  const Volume slab = block({20, 1, 1});
  const double best = value(report_of(slab, exact), "uptake");
  for (const double tolerance : {1e-2, 1e-3, 1e-4}) {
    Settings s = transient_settings("uptake", 0.5);
    s.time_tolerance = tolerance;
    const Report report = report_of(slab, s);
    EXPECT_LT(std::abs(value(report, "uptake") - best), value(report, "time_step_error"));
    EXPECT_LT(value(report, "time_step_error"), 100 * tolerance);
  }
}

TEST(Transient, TheTimeLagOfASlabIsThatOfItsCells) {
  for (const std::int64_t n : {1, 2, 5, 16}) {
    Settings s = transient_settings("membrane", 2);
    const Report report = report_of(block({n, 2, 3}), s);
    const double lag = 1.0 / 6 + 1.0 / (12 * static_cast<double>(n * n));
    EXPECT_NEAR(value(report, "time_lag"), lag, 1e-11) << n;
    EXPECT_NEAR(value(report, "diffusivity_lag"), 1 / (6 * lag), 1e-10) << n;
    EXPECT_NEAR(value(report, "steady_flux"), 1, 1e-11) << n;
    EXPECT_NEAR(value(report, "diffusivity_steady"), 1, 1e-11) << n;
    const double half = std::numbers::pi / (2 * static_cast<double>(n)), sine = std::sin(half) / half;
    EXPECT_NEAR(value(report, "diffusivity_decay"), sine * sine, 1e-6) << n;
    EXPECT_NEAR(value(report, "time_lag_of_transient"), lag, 5e-3) << n;
  }
}

TEST(Transient, TheSlowestDecayIsTheLeastEigenvalueAsNearAsItSays) {
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    test::Asked asked{"", test::rough_volume({5, 4, 4}, seed, 3), {1, seed % 2 ? 1e-4 : 0.1, 0.3}};
    asked.sides = Sides::between_plates(Axis::z, false);
    const test::Posed posed = test::pose(asked, test::device());
    const std::size_t n = posed.grid.sigma.size();
    std::vector<double> matrix;
    for (std::size_t i = 0; i < n; ++i) {
      std::vector<double> unit(n);
      unit[i] = 1;
      for (const double a : posed.grid.apply(unit)) matrix.push_back(a);
    }
    const std::vector<double> rates = eigen_of_symmetric(matrix).values;
    const double exact = *std::min_element(rates.begin(), rates.end());
    const Membrane found = find_membrane(posed.problem, StageSolve{}, 1e-9, {});
    ASSERT_TRUE(found.solved) << found.why_not;
    EXPECT_GT(found.decay_rate, exact * (1 - 1e-9)) << seed;  // a quotient of Rayleigh
    ASSERT_TRUE(found.decay_rate_error) << seed;
    EXPECT_LE(found.decay_rate - exact, *found.decay_rate_error) << seed;
    EXPECT_LT(*found.decay_rate_error, 1e-4 * exact) << seed;
  }
}

TEST(Transient, WhatGoesThroughAMembraneAndWhatItHoldsAddUp) {
  const Volume rough = test::rough_volume({9, 8, 7}, 5, 2);
  const Problem problem = problem_of(rough, Sides::between_plates(Axis::z, false));
  const auto n = static_cast<std::size_t>(problem.unknowns->count());
  TimeSteps forever(problem, TimeScheme::backward_euler,
                    test::exactly());  // the steady concentration, by one step
  forever.start(std::vector<double>(n));
  ASSERT_TRUE(forever.attempt(1e16).solved);
  forever.accept();
  const std::vector<double> u = forever.rates().values_of(forever.concentration());
  for (const TimeScheme scheme : {TimeScheme::backward_euler, TimeScheme::bdf2, TimeScheme::tr_bdf2}) {
    TimeSteps steps(problem, scheme, test::exactly());
    steps.start(std::vector<double>(n));
    double through = 0, time = 0;
    for (int k = 0; k < 12; ++k) {
      const double length = k < 6 ? 2 : 8;
      const TimeStep& step = steps.attempt(length);
      ASSERT_TRUE(step.solved) << step.why_not;
      through += step.out;
      time += length;
      steps.accept();
      const std::vector<double> c = steps.rates().values_of(steps.concentration());
      double held = 0, least = 1, most = 0;
      for (std::size_t i = 0; i < c.size(); ++i) {
        held += (1 - u[i]) * c[i];
        least = std::min(least, c[i]);
        most = std::max(most, c[i]);
      }
      EXPECT_NEAR((through + held) / (forever.at().flux_out * time), 1, 3e-12);
      if (scheme == TimeScheme::backward_euler) {  // the maximum principle
        EXPECT_GE(least, -1e-14);
        EXPECT_LE(most, 1 + 1e-14);
      }
    }
  }
}

TEST(Transient, WhatSolvesLeaveOpenIsWithinItsBound) {
  const Volume rough = test::rough_volume({20, 18, 16}, 7, 2);
  const Problem problem = problem_of(rough, test::plates(Axis::z, 1, {}));
  test::expect_open_within_bound(problem,
                                 std::vector<double>(static_cast<std::size_t>(problem.unknowns->count()), 1));
}

TEST(Transient, AtLastItIsTheSteadySolve) {
  for (const int seed : {1, 2, 3}) {
    const Volume rough = test::rough_volume({10, 9, 8}, static_cast<std::uint64_t>(seed), 2);
    Settings s = transient_settings("membrane", 20);
    const Report in_time = report_of(rough, s);
    if (in_time.results.front().status == Status::not_percolating) continue;
    Settings steady = s;
    steady.study = "effective_transport";
    const Materials materials = assign_materials(rough, steady);
    const Report plates =
        study_named("effective_transport").run({rough, materials, steady, test::device()}, {}, {});
    const double expected = plates.results.front().value("effective_ratio").value();
    EXPECT_NEAR(value(in_time, "outflow"), expected, 1e-7 * expected);
    EXPECT_NEAR(value(in_time, "inflow"), expected, 1e-7 * expected);
    EXPECT_NEAR(value(in_time, "steady_flux"), expected, 1e-7 * expected);
    EXPECT_NEAR(value(in_time, "time_lag_of_transient"), value(in_time, "time_lag"), 1e-2);
  }
}

TEST(Transient, WhatDoesNotLeadThroughIsAnAnswer) {
  const Volume dead_end = volume_of({8, 3, 3}, [](auto z, auto, auto) { return z < 5 ? 0 : 1; });
  const Report membrane = report_of(dead_end, transient_settings("membrane", 1));
  EXPECT_EQ(membrane.results.front().status, Status::not_percolating);
  EXPECT_FALSE(membrane.results.front().value("time_lag").has_value());
  EXPECT_EQ(membrane.results.front().value("steady_flux"), 0);
  EXPECT_TRUE(membrane.curves.empty());
  EXPECT_NEAR(value(report_of(dead_end, transient_settings("uptake", 20)), "uptake"), 1, 1e-6);
  const Volume closed = volume_of({8, 3, 3}, [](auto z, auto, auto) { return z > 1 ? 0 : 1; });
  EXPECT_EQ(report_of(closed, transient_settings("uptake", 1)).results.front().status,
            Status::not_percolating);
}

TEST(Transient, AStepThatDoesNotConvergeIsNoNumber) {
  Settings s = transient_settings("uptake", 1);
  s.max_iterations = 2;
  const Result result = report_of(test::rough_volume({16, 16, 16}, 5, 2), s).results.front();
  EXPECT_EQ(result.status, Status::not_converged);
  EXPECT_FALSE(result.value("uptake").has_value());
  EXPECT_NE(result.reason->find("--max-iterations"), std::string::npos) << *result.reason;
}

TEST(Transient, OneStateLeadsToTheSameBits) {
  const Volume rough = test::rough_volume({12, 9, 8}, 3, 2);
  for (const char* scheme : {"tr-bdf2", "bdf2"}) {
    Settings s = transient_settings("uptake", 0.3);
    s.time_scheme = scheme;
    if (s.time_scheme == "bdf2") s.time_step = 0.01;
    if (s.time_scheme == "bdf2") s.capacity = {{std::int64_t{0}, 0.6}};
    s.precision = "mixed";
    s.tolerance = 1e-4;
    const Report undisturbed = report_of(rough, s);
    const Materials materials = assign_materials(rough, s);
    std::vector<double> kept;
    const KeptState state{[&] { return kept; }, [&](const std::vector<double>& all) { kept = all; }};
    StudyInput in{rough, materials, s, test::device()};
    in.state = &state;
    int calls = 0;
    struct Ended {};
    const auto run = [&](int most) {
      calls = 0;
      return study_named("transient").run(in, {}, [&, most](const std::string&, double, const std::string&) {
        if (++calls == most) throw Ended();
      });
    };
    for (int k = 0; k < 2; ++k) EXPECT_THROW(run(37), Ended);
    ASSERT_FALSE(kept.empty());
    const Report resumed = run(-1);
    ASSERT_EQ(resumed.curves.size(), 1u);
    EXPECT_EQ(resumed.curves[0].values.front(), undisturbed.curves[0].values.front()) << scheme;
    for (std::size_t k = 0; k < resumed.curves[0].values.size(); ++k)
      for (std::size_t i = 0; i < resumed.curves[0].values[k].size(); ++i) {
        const double a = resumed.curves[0].values[k][i], b = undisturbed.curves[0].values[k][i];
        EXPECT_TRUE(a == b || (std::isnan(a) && std::isnan(b))) << scheme << " " << k << " " << i;
      }
  }
}

}  // namespace
}  // namespace tauvox
