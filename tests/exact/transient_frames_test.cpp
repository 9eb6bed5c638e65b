// Fields of a transient: what each holds, when it comes, and that a run that goes on gives the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "host/studies/frame_sink.hpp"
#include "host/studies/kept_state.hpp"
#include "host/studies/study_table.hpp"
#include "tests/posed.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

Settings settings_to(double end) {
  Settings s;
  s.input = "test";
  s.study = "transient";
  s.phase = {std::int64_t{0}};
  s.end_time = end;
  return s;
}

struct Frame {
  double time = 0;
  std::map<std::string, double> facts;
  std::vector<float> field;
};

/// Keeps what it is given by its place in the series.
struct Series {
  std::map<std::size_t, Frame> frames;
  std::vector<double> times;
  int taken = 0;
  FrameSink sink(std::int64_t most) {
    return {most, [this](const auto& so_far, const auto& facts, const std::vector<float>& field) {
              frames[so_far.size() - 1] = {so_far.back(), {facts.begin(), facts.end()}, field};
              times = so_far;
              ++taken;
            }};
  }
};

Report report_of(const Volume& volume, const Settings& s, const FrameSink& sink) {
  const Materials materials = assign_materials(volume, s);
  StudyInput in{volume, materials, s, test::device()};
  in.frames = &sink;
  return study_named("transient").run(in, {}, {});
}

/// What a step leaves of a mode that decays at this rate, z of it and of the step.
double left_of_step(const std::string& scheme, double z) {
  if (scheme == "backward-euler") return 1 / (1 + z);
  const double g = 2 - std::sqrt(2.0), middle = (1 - g * z / 2) / (1 + g * z / 2);
  return (middle - (1 - g) * (1 - g)) / (g * (2 - g)) / (1 + g * z / 2);
}

TEST(TransientFrames, OfASlabAreItsModes) {
  constexpr std::int64_t n = 12;
  constexpr double step = 0.01;
  const Volume slab = test::volume_of({n, 2, 3}, [](auto, auto, auto) { return 0; });
  for (const char* scheme : {"backward-euler", "tr-bdf2"}) {
    Settings s = settings_to(0.1);
    s.time_scheme = scheme;
    s.time_step = step;
    s.precision = "double";
    s.tolerance = 1e-9;
    Series series;
    report_of(slab, s, series.sink(1000));
    ASSERT_EQ(series.times.size(), 11u);
    for (std::size_t k = 0; k < 11; ++k) {
      EXPECT_NEAR(series.times[k], step * static_cast<double>(k), 1e-15);
      std::vector<double> exact(n, 1);
      for (std::int64_t m = 0; m < n; ++m) {
        const double wave = static_cast<double>(2 * m + 1) * std::numbers::pi / (2 * n);
        const auto mode = [&](std::int64_t i) { return std::sin(wave * (static_cast<double>(i) + 0.5)); };
        double amplitude = 0;
        for (std::int64_t i = 0; i < n; ++i) amplitude += mode(i) * 2 / n;
        const double sine = std::sin(wave / 2), z = 4 * n * n * sine * sine * step;
        const double left = amplitude * std::pow(left_of_step(scheme, z), static_cast<double>(k));
        for (std::int64_t i = 0; i < n; ++i) exact[static_cast<std::size_t>(i)] -= left * mode(i);
      }
      const std::vector<float>& field = series.frames[k].field;
      ASSERT_EQ(field.size(), static_cast<std::size_t>(6 * n));
      for (std::size_t i = 0; i < field.size(); ++i)
        EXPECT_NEAR(field[i], exact[i / 6], 2e-7) << scheme << " frame " << k << " voxel " << i;
    }
  }
}

TEST(TransientFrames, HoldWhatTheTableSays) {
  const Volume rough = test::rough_volume({16, 12, 10}, 3, 2);
  for (const char* boundary : {"uptake", "membrane"}) {
    Settings s = settings_to(0.5);
    s.boundary = boundary;
    Series series;
    const Report report = report_of(rough, s, series.sink(8));
    const std::vector<double>&time = report.curves[0].values[0], &uptake = report.curves[0].values[2];
    EXPECT_GE(series.times.size(), 5u);
    EXPECT_LE(series.times.size(), 9u);
    EXPECT_EQ(series.taken, static_cast<int>(series.times.size()));
    EXPECT_EQ(series.times.front(), 0);
    EXPECT_EQ(series.times.back(), 0.5);
    EXPECT_TRUE(std::is_sorted(series.times.begin(), series.times.end(), std::less_equal<>()));
    for (const auto& [number, frame] : series.frames) {
      double sum = 0, count = 0;
      for (const float c : frame.field)
        if (!std::isnan(c)) sum += static_cast<double>(c), ++count;
      EXPECT_EQ(count / static_cast<double>(frame.field.size()),
                report.results[0].value("reached_volume_fraction"));
      const auto row = std::find(time.begin(), time.end(), frame.time);
      ASSERT_EQ(row != time.end(), number > 0);
      const double expected = number > 0 ? uptake[static_cast<std::size_t>(row - time.begin())] : 0;
      EXPECT_NEAR(sum / count, expected, 1e-6);
      EXPECT_EQ(frame.facts.at("uptake"), expected);
      EXPECT_EQ(frame.facts.count("flux_in"), number > 0 ? 1u : 0u);
    }
  }
}

/// Ended at any point it gives all frames in the end, the last before that point again at most.
TEST(TransientFrames, GoOnWhereTheRunDoes) {
  const Volume rough = test::rough_volume({12, 9, 8}, 3, 2);
  const Settings s = settings_to(0.3);
  const Materials materials = assign_materials(rough, s);
  Series whole;
  report_of(rough, s, whole.sink(10));
  struct Ended {};
  for (const int most : {20, 45, 90, 150}) {
    std::vector<double> kept;
    const KeptState state{[&] { return kept; }, [&](const std::vector<double>& all) { kept = all; }};
    Series series;
    const FrameSink sink = series.sink(10);
    StudyInput in{rough, materials, s, test::device()};
    in.state = &state;
    in.frames = &sink;
    int calls = 0;
    const auto run = [&](int limit) {
      calls = 0;
      (void)study_named("transient").run(in, {}, [&, limit](const auto&, double, const auto&) {
        if (++calls == limit) throw Ended();
      });
    };
    EXPECT_THROW(run(most), Ended);
    ASSERT_FALSE(kept.empty());
    const std::size_t before = series.frames.size();
    EXPECT_LT(before, whole.frames.size());
    run(-1);
    EXPECT_EQ(series.times, whole.times);
    EXPECT_LE(series.taken, whole.taken + 1);
    ASSERT_EQ(series.frames.size(), whole.frames.size());
    for (const auto& [number, frame] : whole.frames) {
      const Frame& again = series.frames[number];
      EXPECT_EQ(again.facts, frame.facts);
      for (std::size_t i = 0; i < frame.field.size(); ++i)
        EXPECT_TRUE(again.field[i] == frame.field[i] ||
                    (std::isnan(again.field[i]) && std::isnan(frame.field[i])));
    }
  }
}

/// A run whose disk is full in the middle of a frame has that frame when it goes on.
TEST(TransientFrames, OneThatCouldNotBeWrittenIsGivenAgain) {
  const Volume rough = test::rough_volume({12, 9, 8}, 3, 2);
  const Settings s = settings_to(0.3);
  const Materials materials = assign_materials(rough, s);
  std::vector<double> kept;
  const KeptState state{[&] { return kept; }, [&](const std::vector<double>& all) { kept = all; }};
  Series series;
  FrameSink sink = series.sink(10), full = sink;
  struct Full {};
  full.take = [&](const auto& times, const auto& facts, const auto& field) {
    if (times.size() == 4) throw Full();
    sink.take(times, facts, field);
  };
  StudyInput in{rough, materials, s, test::device()};
  in.state = &state;
  in.frames = &full;
  EXPECT_THROW((void)study_named("transient").run(in, {}, {}), Full);
  EXPECT_EQ(series.frames.size(), 3u);
  in.frames = &sink;
  (void)study_named("transient").run(in, {}, {});
  Series whole;
  report_of(rough, s, whole.sink(10));
  EXPECT_EQ(series.times, whole.times);
  EXPECT_EQ(series.frames.size(), whole.frames.size());
  EXPECT_EQ(series.taken, whole.taken);
}

}  // namespace
}  // namespace tauvox
