// Diffusion in time where phases hold unlike amounts: layers with known modes, matrix exponentials.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "host/solve/eigen.hpp"
#include "host/solve/time_steps.hpp"
#include "host/studies/study_table.hpp"
#include "host/studies/time_lag.hpp"
#include "tests/exact/stages.hpp"
#include "tests/posed.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

using test::volume_of;

struct Held {
  test::Posed posed;
  std::vector<double> capacity;  // of each voxel
};

/// @param capacity of each code
Held hold(const Volume& volume, const std::vector<double>& conductivity, const std::vector<double>& capacity,
          const Sides& sides) {
  Held made{test::pose({"", volume, conductivity, sides}, test::device()), {}};
  std::vector<std::uint8_t> kinds;
  for (std::int64_t i = 0; i < volume.extent.voxels(); ++i) {
    const auto code = static_cast<std::size_t>(volume.code(i));
    made.capacity.push_back(capacity.at(code));
    if (conductivity[code] > 0) kinds.push_back(static_cast<std::uint8_t>(code));
  }
  auto of_unknowns =
      std::make_shared<Buffer<std::uint8_t>>(test::device(), made.posed.problem.unknowns->count());
  of_unknowns->copy_from(kinds);
  made.posed.problem.kinds = of_unknowns;
  made.posed.problem.weight_of_kind = capacity;
  return made;
}

/// Modes of M dc/dt = -K c with plates of 0, densely: rates, and y = sqrt(M) x of length 1 as columns.
/// @pre every voxel conducts
Eigen modes_of(const Held& held) {
  const std::size_t n = held.capacity.size();
  std::vector<double> matrix(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<double> unit(n);
    unit[i] = 1;
    const std::vector<double> column = held.posed.grid.apply(unit);
    for (std::size_t j = 0; j < n; ++j)
      matrix[j * n + i] = column[j] / std::sqrt(held.capacity[i] * held.capacity[j]);
  }
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < i; ++j) matrix[i * n + j] = matrix[j * n + i];
  return eigen_of_symmetric(matrix);
}

/// What a step of length z / rate leaves of a mode after ten of them.
double left_by(TimeScheme scheme, double z) {
  const double g = 2 - std::numbers::sqrt2, euler = 1 / (1 + z), middle = (1 - g * z / 2) / (1 + g * z / 2),
               tr_bdf2 = (middle - (1 - g) * (1 - g)) / (g * (2 - g)) / (1 + g * z / 2);
  if (scheme == TimeScheme::backward_euler) return std::pow(euler, 10);
  if (scheme == TimeScheme::tr_bdf2) return std::pow(tr_bdf2, 10);
  double before = 1, now = euler;
  for (int k = 1; k < 10; ++k) {
    const double next = (4 * now - before) / 3 / (1 + 2 * z / 3);
    before = now;
    now = next;
  }
  return now;
}

/// Two layers between plates of 0. In a layer of N cells the mode is sin((k - 1/2) theta), counted from its
/// plate, with sin(theta/2)^2 = rate M / (4 D); where they meet flux and concentration are the same.
struct Layers {
  std::int64_t cells[2];
  double D[2], M[2];

  double angle(double rate, int layer) const {
    return 2 * std::asin(std::sqrt(rate * M[layer] / D[layer]) / 2);
  }
  /// The least root of D1 tan(theta1/2) cot(N1 theta1) + D2 tan(theta2/2) cot(N2 theta2).
  double slowest() const {
    double least = 0, most = 1e9;
    for (int layer : {0, 1}) {
      const double sine = std::sin(std::numbers::pi / (2 * static_cast<double>(cells[layer])));
      most = std::min(most, 4 * D[layer] / M[layer] * sine * sine);
    }
    for (int k = 0; k < 200; ++k) {
      const double rate = (least + most) / 2;
      double sum = 0;
      for (int layer : {0, 1}) {
        const double theta = angle(rate, layer);
        sum += D[layer] * std::tan(theta / 2) / std::tan(static_cast<double>(cells[layer]) * theta);
      }
      (sum > 0 ? least : most) = rate;
    }
    return least;
  }
  std::vector<double> mode() const {
    const double rate = slowest();
    std::vector<double> values;
    double at_meeting[2];
    for (int layer : {0, 1})
      at_meeting[layer] =
          std::sin(static_cast<double>(cells[layer]) * angle(rate, layer)) * std::cos(angle(rate, layer) / 2);
    for (std::int64_t k = 0; k < cells[0]; ++k)
      values.push_back(std::sin((static_cast<double>(k) + 0.5) * angle(rate, 0)) / at_meeting[0]);
    for (std::int64_t k = cells[1] - 1; k >= 0; --k)
      values.push_back(std::sin((static_cast<double>(k) + 0.5) * angle(rate, 1)) / at_meeting[1]);
    return values;
  }
  Volume volume() const {
    return volume_of({cells[0] + cells[1], 1, 2},
                     [this](auto z, auto, auto) { return z < cells[0] ? 0 : 1; });
  }
};

TEST(Capacity, TheSlowestModeOfTwoLayersDecaysAsItsSchemeSays) {
  const Layers layers{{5, 7}, {1, 0.2}, {0.47, 1.8}};
  const double rate = layers.slowest();
  std::vector<double> mode;
  for (const double value : layers.mode()) mode.insert(mode.end(), 2, value);
  const Held held = hold(layers.volume(), {1, 0.2}, {0.47, 1.8}, test::plates(Axis::z, 0, 0));
  for (const TimeScheme scheme : {TimeScheme::backward_euler, TimeScheme::bdf2, TimeScheme::tr_bdf2}) {
    TimeSteps steps(held.posed.problem, scheme, test::exactly());
    EXPECT_NEAR(steps.capacity(), 2 * (5 * 0.47 + 7 * 1.8), 1e-12);
    steps.start(mode);
    for (int k = 0; k < 10; ++k) {
      const TimeStep& step = steps.attempt(0.2 / rate);
      ASSERT_TRUE(step.solved) << step.why_not;
      steps.accept();
    }
    const std::vector<double> left = steps.rates().values_of(steps.concentration());
    for (std::size_t i = 0; i < mode.size(); ++i)
      EXPECT_NEAR(left[i] / mode[i], left_by(scheme, 0.2), 1e-11) << i;
  }
}

/// sqrt(D1 M1) cot(l1 sqrt(rate M1/D1)) + sqrt(D2 M2) cot(l2 sqrt(rate M2/D2)) = 0, of layers that are no
/// cells.
TEST(Capacity, RatesOfCellsGoToThatOfLayersByTheSquareOfTheirEdge) {
  const double D[2] = {1, 0.2}, M[2] = {0.47, 1.8}, length[2] = {0.4, 0.6};
  double least = 0, most = 1e9;
  for (int layer : {0, 1})
    most = std::min(most, D[layer] / M[layer] * std::pow(std::numbers::pi / length[layer], 2));
  for (int k = 0; k < 200; ++k) {
    const double rate = (least + most) / 2;
    double sum = 0;
    for (int layer : {0, 1})
      sum += std::sqrt(D[layer] * M[layer]) / std::tan(length[layer] * std::sqrt(rate * M[layer] / D[layer]));
    (sum > 0 ? least : most) = rate;
  }
  double before = 0;
  for (const std::int64_t n : {10, 20, 40}) {
    const Layers layers{{2 * n / 5, 3 * n / 5}, {D[0], D[1]}, {M[0], M[1]}};
    const Held held = hold(layers.volume(), {1, 0.2}, {0.47, 1.8}, Sides::between_plates(Axis::z, false));
    const Membrane found = find_membrane(held.posed.problem, test::exactly(), 1e-12, {});
    ASSERT_TRUE(found.solved) << found.why_not;
    EXPECT_NEAR(found.decay_rate / layers.slowest(), 1, 1e-8);
    const double off = std::abs(found.decay_rate * static_cast<double>(n * n) / least - 1);
    EXPECT_NEAR(before > 0 ? before / off : 4, 4, 0.2) << n;
    before = off;
  }
  EXPECT_LT(before, 2e-3);
}

TEST(Capacity, TheSlowestDecayIsTheLeastEigenvalueAsNearAsItSays) {
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    const Held held = hold(test::rough_volume({5, 4, 4}, seed, 3), {1, seed % 2 ? 1e-4 : 0.1, 0.3},
                           {seed % 3 ? 1 : 0.01, 0.47, 25}, Sides::between_plates(Axis::z, false));
    const std::vector<double> rates = modes_of(held).values;
    const double exact = *std::min_element(rates.begin(), rates.end());
    const Membrane found = find_membrane(held.posed.problem, StageSolve{}, 1e-9, {});
    ASSERT_TRUE(found.solved) << found.why_not;
    EXPECT_GT(found.decay_rate, exact * (1 - 1e-9)) << seed;  // a quotient of Rayleigh
    ASSERT_TRUE(found.decay_rate_error) << seed;
    EXPECT_LE(found.decay_rate - exact, *found.decay_rate_error) << seed;
    EXPECT_LT(*found.decay_rate_error, 1e-4 * exact) << seed;
  }
}

TEST(Capacity, WhatGoesThroughAMembraneAndWhatItHoldsAddUp) {
  const Held held = hold(test::rough_volume({8, 6, 5}, 5, 3), {1, 0.1, 0.3}, {1, 0.47, 7},
                         Sides::between_plates(Axis::z, false));
  const Problem& problem = held.posed.problem;
  const std::size_t n = held.capacity.size();
  TimeSteps forever(problem, TimeScheme::backward_euler,
                    test::exactly());  // the steady concentration, by one step
  forever.start(std::vector<double>(n));
  ASSERT_TRUE(forever.attempt(1e16).solved);
  forever.accept();
  const std::vector<double> u = forever.rates().values_of(forever.concentration());
  for (const TimeScheme scheme : {TimeScheme::backward_euler, TimeScheme::bdf2, TimeScheme::tr_bdf2}) {
    TimeSteps steps(problem, scheme, test::exactly());
    steps.start(std::vector<double>(n));
    double through = 0, came = 0, time = 0;
    for (int k = 0; k < 12; ++k) {
      const double length = k < 6 ? 2 : 8;
      const TimeStep& step = steps.attempt(length);
      ASSERT_TRUE(step.solved) << step.why_not;
      came += step.in;
      through += step.out;
      time += length;
      steps.accept();
      const std::vector<double> c = steps.rates().values_of(steps.concentration());
      double held_by_weight = 0, held_now = 0;
      for (std::size_t i = 0; i < n; ++i) {
        held_by_weight += held.capacity[i] * (1 - u[i]) * c[i];
        held_now += held.capacity[i] * c[i];
      }
      EXPECT_NEAR((through + held_by_weight) / (forever.at().flux_out * time), 1, 3e-12);
      EXPECT_NEAR((came - through) / held_now, 1, 1e-11);
      EXPECT_NEAR(steps.mean() * steps.capacity() / held_now, 1, 1e-13);
    }
  }
}

TEST(Capacity, WhatSolvesLeaveOpenIsWithinItsBound) {
  const Held held =
      hold(test::rough_volume({20, 18, 16}, 7, 3), {1, 0.1, 0.3}, {1, 0.05, 7}, test::plates(Axis::z, 1, {}));
  test::expect_open_within_bound(held.posed.problem, held.capacity);
}

Settings settings_of(const std::string& boundary, double end) {
  Settings s;
  s.input = "test";
  s.study = "transient";
  s.conductivity = {{std::int64_t{0}, 1}, {std::int64_t{1}, 0.2}, {std::int64_t{2}, 0.5}};
  s.capacity = {{std::int64_t{0}, 0.3}, {std::int64_t{1}, 2}};
  s.boundary = boundary;
  s.end_time = end;
  s.precision = "double";
  s.tolerance = 1e-10;
  s.allow_absent = true;
  return s;
}

Report report_of(const Volume& volume, const Settings& settings) {
  const Materials materials = assign_materials(volume, settings);
  return study_named(settings.study).run({volume, materials, settings, test::device()}, {}, {});
}

double value(const Report& report, const char* name) {
  const Result& result = report.results.front();
  EXPECT_EQ(result.status, Status::converged) << result.reason.value_or("");
  EXPECT_TRUE(result.value(name).has_value()) << name;
  return result.value(name).value_or(NAN);
}

/// In a layer c falls from a to b along a straight line; the mean of c (1 - c) over the centres of its cells
/// is (a + b)/2 - (a^2 + a b + b^2)/3 + (a - b)^2/(12 N^2).
TEST(Capacity, TheTimeLagOfAMembraneOfLayersIsExact) {
  const std::int64_t cells[3] = {4, 3, 5};
  const double D[3] = {1, 0.2, 0.5}, M[3] = {0.3, 2, 1}, all = 12;
  const Volume layers = volume_of({12, 2, 3}, [](auto z, auto, auto) { return z < 4 ? 0 : z < 7 ? 1 : 2; });
  double resistance = 0, stored = 0, above = 1, lag = 0;
  for (int k = 0; k < 3; ++k) {
    const double length = static_cast<double>(cells[k]) / all;
    resistance += length / D[k];
    stored += length * M[k];
  }
  for (int k = 0; k < 3; ++k) {
    const double length = static_cast<double>(cells[k]) / all, below = above - length / D[k] / resistance;
    const double fall = (above - below) / static_cast<double>(cells[k]);
    lag += M[k] * length * resistance *
           ((above + below) / 2 - (above * above + above * below + below * below) / 3 + fall * fall / 12);
    above = below;
  }
  const Report report = report_of(layers, settings_of("membrane", 12));
  EXPECT_NEAR(value(report, "time_lag"), lag, 1e-7);
  EXPECT_NEAR(value(report, "time_lag_of_transient"), lag, 5e-3);
  EXPECT_NEAR(value(report, "diffusivity_lag"), 1 / (6 * lag), 1e-7);
  EXPECT_NEAR(value(report, "steady_flux"), 1 / resistance, 1e-11);
  EXPECT_NEAR(value(report, "outflow"), 1 / resistance, 1e-7);
  EXPECT_NEAR(value(report, "reached_capacity"), stored, 1e-14);
  EXPECT_NEAR(value(report, "diffusivity_steady"), 1 / resistance / stored, 1e-10);
  EXPECT_LT(value(report, "mass_balance"), 1e-7);
}

/// c(t) = sum over modes of y (1 - exp(-rate t)) / rate y.(b / sqrt(M)) / sqrt(M), b what a plate feeds in.
TEST(Capacity, SmallVolumesFollowTheirMatrixExponential) {
  const Volume rough = test::rough_volume({6, 4, 4}, 3, 3);
  const std::vector<double> D{1, 0.2, 0.5}, M{0.3, 2, 1};
  const double time = 0.3, square = 36;
  for (const bool membrane : {false, true}) {
    const Held held =
        hold(rough, D, M, membrane ? Sides::between_plates(Axis::z, false) : test::plates(Axis::z, 1, {}));
    const Eigen modes = modes_of(held);
    const std::size_t n = held.capacity.size(), layer = 16;
    std::vector<double> c(n);
    for (std::size_t k = 0; k < n; ++k) {
      double fed = 0;
      for (std::size_t i = 0; i < layer; ++i)
        fed += modes.vectors[i * n + k] * 2 * held.posed.grid.sigma[i] / std::sqrt(held.capacity[i]);
      const double rate = modes.values[k], grown = (1 - std::exp(-rate * time * square)) / rate * fed;
      for (std::size_t i = 0; i < n; ++i)
        c[i] += modes.vectors[i * n + k] * grown / std::sqrt(held.capacity[i]);
    }
    double amount = 0, all = 0, inflow = 0, outflow = 0;
    for (std::size_t i = 0; i < n; ++i) {
      amount += held.capacity[i] * c[i];
      all += held.capacity[i];
      if (i < layer) inflow += 2 * held.posed.grid.sigma[i] * (1 - c[i]) * 6 / 16;
      if (i >= n - layer) outflow += 2 * held.posed.grid.sigma[i] * c[i] * 6 / 16;
    }
    Settings s = settings_of(membrane ? "membrane" : "uptake", time);
    s.time_tolerance = 1e-6;
    s.tolerance = 1e-8;
    const Report report = report_of(rough, s);
    EXPECT_NEAR(value(report, "uptake"), amount / all, 1e-5);
    EXPECT_LT(std::abs(value(report, "uptake") - amount / all), value(report, "time_step_error"));
    EXPECT_NEAR(value(report, "inflow"), inflow, 1e-4 * inflow);
    EXPECT_NEAR(value(report, "outflow"), membrane ? outflow : 0, 1e-4);
  }
}

TEST(Capacity, OfOneKindItIsAScaleOfTime) {
  const Volume rough = test::rough_volume({9, 8, 7}, 5, 2);
  Settings quarter = settings_of("membrane", 0.05), whole = settings_of("membrane", 0.2);
  for (Settings* s : {&quarter, &whole}) s->conductivity = {{std::int64_t{0}, 1}, {std::int64_t{1}, 0}};
  quarter.capacity = {{std::int64_t{0}, 0.25}};
  whole.capacity.clear();
  quarter.time_step = 0.0025;
  whole.time_step = 0.01;
  const Report one = report_of(rough, whole), fast = report_of(rough, quarter);
  for (const auto& [name, factor] :
       {std::pair{"uptake", 1.0}, std::pair{"outflow", 1.0}, std::pair{"inflow", 1.0},
        std::pair{"time_step_error", 1.0}, std::pair{"amount_in", 0.25}, std::pair{"time_lag", 0.25},
        std::pair{"reached_capacity", 0.25}, std::pair{"diffusivity_steady", 4.0},
        std::pair{"diffusivity_lag", 4.0}})
    EXPECT_NEAR(value(fast, name) / value(one, name), factor, 1e-8) << name;
  EXPECT_NEAR(value(fast, "diffusivity_decay") / value(one, "diffusivity_decay"), 4, 1e-4);
  EXPECT_EQ(value(one, "reached_capacity"), value(one, "reached_volume_fraction"));
}

TEST(Capacity, AtLastItDoesNotMatter) {
  const Volume rough = test::rough_volume({10, 9, 8}, 2, 3);
  const Settings s = settings_of("membrane", 60);
  Settings steady = s;
  steady.study = "effective_transport";
  const double expected = report_of(rough, steady).results.front().value("effective_ratio").value();
  const Report in_time = report_of(rough, s);
  EXPECT_NEAR(value(in_time, "outflow"), expected, 1e-7 * expected);
  EXPECT_NEAR(value(in_time, "steady_flux"), expected, 1e-7 * expected);
}

TEST(Capacity, OfAPorousPhaseItIsThePorosityUnlessSaid) {
  const Volume rough = test::rough_volume({8, 7, 6}, 4, 3);
  Settings porous = settings_of("uptake", 0.1);
  porous.conductivity.clear();
  porous.capacity.clear();
  porous.phase = {std::int64_t{0}};
  porous.phase_porosity = {{std::int64_t{2}, 0.47}};
  Settings said = porous;
  said.phase.clear();
  said.phase_porosity.clear();
  said.conductivity = {{std::int64_t{0}, 1}, {std::int64_t{1}, 0}, {std::int64_t{2}, std::pow(0.47, 1.5)}};
  said.capacity = {{std::int64_t{2}, 0.47}};
  EXPECT_EQ(value(report_of(rough, porous), "uptake"), value(report_of(rough, said), "uptake"));
  said.capacity.clear();
  EXPECT_GT(std::abs(value(report_of(rough, porous), "uptake") - value(report_of(rough, said), "uptake")),
            1e-3);
  porous.capacity = {{std::int64_t{2}, 1}};
  EXPECT_EQ(value(report_of(rough, porous), "uptake"), value(report_of(rough, said), "uptake"));
}

}  // namespace
}  // namespace tauvox
