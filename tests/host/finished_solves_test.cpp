// A study of several solves that ends in any iteration of any of them goes on in another run: what is
// finished is not solved again, and all numbers have the same bits.
#include "host/solve/finished_solves.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "host/report/kept.hpp"
#include "host/studies/merged_classes.hpp"
#include "host/studies/study_table.hpp"
#include "tests/exact/grey.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

struct Ended : std::runtime_error {
  Ended() : std::runtime_error("asked to end") {}
};

/// Ends a run in one iteration, counted over all its solves; what is kept stays for the next.
class InMemory : public SolveKeeper, public SolveStore {
 public:
  /// @param late what is finished waits until the run ends
  explicit InMemory(bool late = false) : late_(late) {}

  void end_at(std::int64_t iteration) {
    at_ = iteration;
    iterations = 0;
  }
  std::string begin(const std::string& solve) override {
    solves.push_back(solve);
    solve_ = solve;
    return solve == of_ ? numbers_ : "";
  }
  void read(const Device& device, const Vectors& to, std::size_t bytes) override {
    for (std::size_t i = 0; i < 3; ++i) {
      ASSERT_EQ(vectors_[i].size(), bytes);
      device.copy_in(to[i], vectors_[i].data(), bytes);
    }
  }
  bool is_due(std::size_t) override { return ++iterations == at_; }
  void keep(const Device& device, const std::string& numbers, const Vectors& from,
            std::size_t bytes) override {
    of_ = solve_;
    numbers_ = numbers;
    for (std::size_t i = 0; i < 3; ++i) {
      vectors_[i].resize(bytes);
      device.copy_out(vectors_[i].data(), from[i], bytes);
    }
    throw Ended();
  }
  bool has_kept() const override { return false; }
  SolveStore* finished() override { return this; }

  std::string find(int place, const std::string& solve) override {
    const auto there = kept.find(place);
    if (there == kept.end()) return "";
    EXPECT_EQ(there->second.solve, solve);
    return there->second.numbers;
  }
  void read(int place, const std::string&, const Device& device, std::span<std::byte> to) override {
    ASSERT_EQ(kept.at(place).vector.size(), to.size());
    device.copy_in(to.data(), kept.at(place).vector.data(), to.size());
  }
  bool is_due(std::size_t, std::size_t, double) override { return !late_ || iterations + 1 == at_; }
  void keep(const Kept& solve) override {
    std::string vector(solve.vector.size(), '\0');
    solve.device->copy_out(vector.data(), solve.vector.data(), vector.size());
    EXPECT_TRUE(kept.emplace(solve.place, Of{solve.solve, solve.numbers, vector}).second) << "twice";
  }

  struct Of {
    std::string solve, numbers, vector;
  };
  std::map<int, Of> kept;
  std::vector<std::string> solves;  // that were begun, by all runs
  std::int64_t iterations = 0;

 private:
  bool late_;
  std::string solve_, of_, numbers_;
  std::array<std::string, 3> vectors_;
  std::int64_t at_ = 0;
};

struct Case {
  const char *name, *study, *precision, *solver;
  double tolerance;
  bool grey = false, transfers = false;
};

class GoesOnWithin : public testing::TestWithParam<Case> {
 protected:
  GoesOnWithin() {
    const Case& c = GetParam();
    s.study = c.study;
    s.precision = c.precision;
    s.solver = c.solver;
    s.tolerance = c.tolerance;
    s.axes = {Axis::z};
    if (s.study == "electrode") s.impedance = true;
    if (c.grey) {
      volume = test::noise({13, 12, 11}, 5, 600);
      const auto law = [](double grey) { return grey < 400 ? 1 + grey / 400 : 0.0; };
      const Settings of_grey = test::grey_settings(volume, law);
      s.grey_table = of_grey.grey_table;
      s.conductivity_table = of_grey.conductivity_table;
      for (const Label& label : volume.labels)
        if (label.value >= 400) s.reactive_labels.push_back(label.value);
    } else {
      s.conductivity = {{std::int64_t{0}, 1.0}, {std::int64_t{1}, s.study == "tensor" ? 0.01 : 0.0}};
      if (s.study == "electrode") s.reactive_labels = {1};
    }
    if (c.transfers) {
      volume.voxel_size = std::array{1e-6, 1e-6, 1e-6};
      s.unit = "S/m";
      s.charge_transfer_resistance = 1e-4;
    }
    s.input = "test";
  }
  /// What does not depend on when it was run.
  std::string run(InMemory& keeper) const {
    Materials materials = assign_materials(volume, s);
    if (GetParam().grey) assign_classes(materials, volume, 20);
    StudyInput in{volume, materials, s, test::device()};
    in.keeper = &keeper;
    Report report = study_named(s.study).run(in, {}, {});
    for (Result& result : report.results) {
      EXPECT_EQ(result.status, Status::converged) << result.reason.value_or("");
      result.seconds = 0;
      result.stages.reset();
    }
    report.seconds.clear();
    return kept_json(report).dump(1);
  }
  Volume volume = test::rough_volume({22, 21, 20}, 3, 2);
  Settings s;
};

TEST_P(GoesOnWithin, FromAnyIterationWithTheSameBits) {
  InMemory undisturbed;
  const std::string whole = run(undisturbed);
  const std::int64_t all = undisturbed.iterations;
  const bool is_tensor = s.study == "tensor";
  ASSERT_EQ(undisturbed.kept.size(), is_tensor ? 3u : GetParam().transfers ? 12u : 11u);
  const char* const seed = std::getenv("TAUVOX_TEST_SEED");
  std::mt19937_64 random(seed ? std::strtoull(seed, nullptr, 10) : 1);
  std::vector<std::int64_t> ends{1, all};
  for (int i = 0; i < 6; ++i)
    ends.push_back(1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(all)));
  for (const std::int64_t end : ends)
    for (const bool late : {false, true}) {
      InMemory kept(late);
      kept.end_at(end);
      EXPECT_THROW(run(kept), Ended);
      const std::vector<std::string> begun = kept.solves;
      EXPECT_EQ(kept.kept.size(), begun.size() - 1) << "all but the one at work";
      kept.end_at(0);
      EXPECT_EQ(run(kept), whole) << "ended in iteration " << end;
      EXPECT_EQ(kept.iterations, all - end + 1) << "the residual of " << end << " is there";
      EXPECT_EQ(kept.solves.size(), undisturbed.solves.size() + 1) << "only the one at work is begun twice";
      EXPECT_EQ(kept.solves[begun.size()], begun.back());
    }
}

TEST_P(GoesOnWithin, InRunsOfAFewIterations) {
  InMemory undisturbed;
  const std::string whole = run(undisturbed);
  InMemory kept(true);
  std::int64_t made = 0;
  for (int runs = 1;; ++runs) {
    ASSERT_LT(runs, 1000);
    kept.end_at(4);
    try {
      EXPECT_EQ(run(kept), whole);
      break;
    } catch (const Ended&) {
      made += 3;
    }
  }
  EXPECT_EQ(made + kept.iterations, undisturbed.iterations);
}

TEST_P(GoesOnWithin, WhatIsLostIsSolvedAgain) {
  InMemory undisturbed;
  const std::string whole = run(undisturbed);
  for (const int lost : {1, 2, static_cast<int>(undisturbed.kept.size())}) {
    InMemory kept;
    kept.kept = undisturbed.kept;
    kept.kept.erase(lost);
    EXPECT_EQ(run(kept), whole) << "without " << lost;
    EXPECT_EQ(kept.solves,
              std::vector<std::string>{undisturbed.solves.at(static_cast<std::size_t>(lost - 1))});
    EXPECT_EQ(kept.kept.at(lost).vector == undisturbed.kept.at(lost).vector, true);
    EXPECT_EQ(kept.kept.at(lost).numbers == undisturbed.kept.at(lost).numbers, true);
  }
}

/// However good it is: an undisturbed run has other bits.
TEST(FinishedSolves, NothingIsTakenOfASolveThatALimitOfTimeStopped) {
  const Volume volume = test::rough_volume({22, 21, 20}, 3, 2);
  for (const char* study : {"electrode", "tensor"}) {
    Settings s;
    s.input = "test";
    s.study = study;
    s.conductivity = {{std::int64_t{0}, 1.0}, {std::int64_t{1}, s.study == "tensor" ? 0.5 : 0.0}};
    if (s.study == "electrode") s.reactive_labels = {1};
    s.impedance = s.study == "electrode";
    s.tolerance = 0.9;
    const Materials materials = assign_materials(volume, s);
    StudyInput in{volume, materials, s, test::device()};
    in.deadline = Clock::now() - std::chrono::seconds(1);
    InMemory kept;
    in.keeper = &kept;
    const Report report = study_named(study).run(in, {}, {});
    EXPECT_EQ(report.results.front().status, Status::not_converged) << study;
    EXPECT_TRUE(report.curves.empty());
    EXPECT_TRUE(kept.kept.empty()) << study;
    EXPECT_EQ(kept.solves.back(), s.impedance ? "shift 1 of 10 of the impedance" : "direction z");
  }
}

INSTANTIATE_TEST_SUITE_P(
    Studies, GoesOnWithin,
    testing::Values(Case{"spectrum", "electrode", "mixed", "multigrid", 1e-4},
                    Case{"spectrum_double", "electrode", "double", "multigrid", 1e-10},
                    Case{"spectrum_goes_on_in_double", "electrode", "mixed", "multigrid", 1e-12},
                    Case{"spectrum_jacobi", "electrode", "mixed", "jacobi", 1e-4},
                    Case{"spectrum_transfer", "electrode", "mixed", "multigrid", 1e-4, false, true},
                    Case{"spectrum_of_classes", "electrode", "mixed", "multigrid", 1e-2, true},
                    Case{"tensor", "tensor", "mixed", "multigrid", 1e-4},
                    Case{"tensor_double", "tensor", "double", "multigrid", 1e-9},
                    Case{"tensor_goes_on_in_double", "tensor", "mixed", "multigrid", 1e-11},
                    Case{"tensor_jacobi", "tensor", "mixed", "jacobi", 1e-5}),
    [](const testing::TestParamInfo<Case>& of) { return of.param.name; });

}  // namespace
}  // namespace tauvox
