// A solve that ends at any of its iterations and goes on in another run finds the same bits, and makes each
// iteration once.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

#include "host/app/iterate_file.hpp"
#include "host/solve/solver.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

struct Ended : std::runtime_error {
  Ended() : std::runtime_error("asked to end") {}
};

/// Keeps at one iteration of the run, counted over all passes.
class InMemory : public SolveKeeper {
 public:
  std::string begin(const std::string& solve) override { return solve == of ? numbers : ""; }
  void read(const Device& device, const Vectors& to, std::size_t bytes) override {
    for (std::size_t i = 0; i < 3; ++i) {
      ASSERT_EQ(vectors[i].size(), bytes);
      device.copy_in(to[i], vectors[i].data(), bytes);
    }
  }
  bool is_due(std::size_t) override { return ++iterations == at; }
  void keep(const Device& device, const std::string& state, const Vectors& from, std::size_t bytes) override {
    numbers = state;
    for (std::size_t i = 0; i < 3; ++i) {
      vectors[i].resize(bytes);
      device.copy_out(vectors[i].data(), from[i], bytes);
    }
    throw Ended();
  }
  bool has_kept() const override { return false; }
  std::string of, numbers;
  std::array<std::string, 3> vectors;
  std::int64_t at = 0, iterations = 0;
};

struct Outcome {
  std::vector<double> numbers;
  std::vector<float> field;
  std::int64_t iterations = 0;
  bool operator==(const Outcome&) const = default;
};

Outcome solve(const Volume& volume, const Settings& settings, SolveKeeper& keeper) {
  const Materials materials = assign_materials(volume, settings);
  Outcome run;
  const FieldSink sink = [&](const Result&, const std::vector<float>& u) {
    for (const float value : u)
      if (!std::isnan(value)) run.field.push_back(value);
  };
  StudyInput in{volume, materials, settings, test::device()};
  in.keeper = &keeper;
  const Result result = effective_transport(in, sink, {}).results.back();
  for (const Quantity& q : result.quantities) {
    if (q.value) run.numbers.push_back(*q.value);
    if (q.bounds) run.numbers.insert(run.numbers.end(), q.bounds->begin(), q.bounds->end());
  }
  run.numbers.push_back(static_cast<double>(result.solver->operator_applications));
  run.numbers.push_back(result.solver->relative_residual.value_or(-1));
  run.iterations = result.solver->iterations;
  return run;
}

struct Case {
  const char *name, *conductivity, *precision, *solver;
  double tolerance;
  std::int64_t starts = 1;  // at least; more where a bound has failed
};

class KeptSolve : public testing::TestWithParam<Case> {
 protected:
  KeptSolve() : settings(test::exact_settings(GetParam().conductivity)) {
    settings.precision = GetParam().precision;
    settings.solver = GetParam().solver;
    settings.tolerance = GetParam().tolerance;
  }
  const Volume volume = test::rough_volume({26, 25, 24}, 11);
  Settings settings;
};

TEST_P(KeptSolve, GoesOnWithTheSameBitsFromAnyIteration) {
  InMemory whole_run;
  const Outcome whole = solve(volume, settings, whole_run);
  ASSERT_GT(whole_run.iterations, 4);
  ASSERT_EQ(whole_run.iterations, whole.iterations);
  const double applications = whole.numbers[whole.numbers.size() - 2];
  EXPECT_GE(applications, static_cast<double>(whole.iterations + 2 * GetParam().starts));
  const char* const seed = std::getenv("TAUVOX_TEST_SEED");
  std::mt19937_64 random(seed ? std::strtoull(seed, nullptr, 10) : 1);
  std::vector<std::int64_t> ends{1, 2, whole.iterations};
  for (int i = 0; i < 3; ++i)
    ends.push_back(1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(whole.iterations)));
  for (const std::int64_t end : ends) {
    InMemory first;
    first.at = end;
    EXPECT_THROW(solve(volume, settings, first), Ended);
    InMemory second;
    second.of = "axis z";
    second.numbers = first.numbers;
    second.vectors = first.vectors;
    EXPECT_EQ(solve(volume, settings, second), whole) << "ended in iteration " << end;
    EXPECT_EQ(second.iterations, whole.iterations - end + 1) << "the residual of " << end << " is there";
  }
}

INSTANTIATE_TEST_SUITE_P(Precisions, KeptSolve,
                         testing::Values(Case{"mixed", "0=0,1=1", "mixed", "multigrid", 1e-5},
                                         Case{"bound_fails", "0=1e-3,1=1", "mixed", "multigrid", 3e-4, 2},
                                         Case{"goes_on_in_double", "0=0.01,1=1", "mixed", "multigrid", 1e-11},
                                         Case{"high_contrast", "0=1e-9,1=1", "mixed", "multigrid", 1e-6},
                                         Case{"double", "0=0.01,1=1", "double", "multigrid", 1e-10},
                                         Case{"jacobi", "0=0,1=1", "double", "jacobi", 1e-6},
                                         Case{"jacobi_mixed", "0=0.01,1=1", "mixed", "jacobi", 1e-10}),
                         [](const testing::TestParamInfo<Case>& of) { return of.param.name; });

/// A file that is written in one iteration, where the run ends.
class InFile : public IterateFile {
 public:
  InFile(const std::string& identity, std::int64_t at, std::vector<std::string>& said)
      : IterateFile(
            path(), identity, "", std::nullopt, [&](const std::string& text) { said.push_back(text); },
            [](const std::string& failed) { FAIL() << failed; }),
        at_(at) {}
  static std::string path() {
    return (std::filesystem::temp_directory_path() / ("keep_solve." + std::to_string(::getpid()))).string();
  }
  bool is_due(std::size_t) override { return ++iterations == at_; }
  void keep(const Device& device, const std::string& state, const Vectors& from, std::size_t bytes) override {
    IterateFile::keep(device, state, from, bytes);
    throw Ended();
  }
  std::int64_t iterations = 0;

 private:
  std::int64_t at_;
};

TEST(IterateFile, IsWrittenWhereThatPays) {
  const auto pays = [](IterateFile::Times times, bool ends) { return IterateFile::pays(times, ends); };
  EXPECT_TRUE(pays({61, 61, 0, 1}, false));
  EXPECT_FALSE(pays({59, 59, 0, 0.001}, false)) << "once a minute is enough";
  EXPECT_FALSE(pays({161, 59, 0, 0.001}, false));
  EXPECT_TRUE(pays({334, 334, 0, 10}, false));
  EXPECT_FALSE(pays({330, 330, 0, 10}, false)) << "more than 3 %";
  EXPECT_FALSE(pays({664, 334, 10, 10}, false)) << "the last one took longer than it should have";
  EXPECT_TRUE(pays({668, 334, 10, 10}, false));
  EXPECT_TRUE(pays({2.1, 2.1, 0, 0.1}, true));
  EXPECT_FALSE(pays({1.9, 1.9, 0, 0.1}, true)) << "a solve of a few seconds";
  EXPECT_TRUE(pays({11, 11, 0, 10}, true));
  EXPECT_FALSE(pays({11, 9, 0, 10}, true));
  const auto pays_finished = [](IterateFile::Times times, bool ends) {
    return IterateFile::pays_finished(times, ends);
  };
  EXPECT_TRUE(pays_finished({2.1, 0.1, 0, 0.01}, false)) << "once: no minute is waited for";
  EXPECT_FALSE(pays_finished({1.9, 1.9, 0, 0.01}, false)) << "a study of a few seconds";
  EXPECT_FALSE(pays_finished({100, 90, 2, 1.1}, false)) << "more than 3 %";
  EXPECT_TRUE(pays_finished({100, 90, 2, 0.9}, false));
  EXPECT_TRUE(pays_finished({100, 11, 2, 10}, true));
  EXPECT_FALSE(pays_finished({100, 9, 2, 10}, true));
}

TEST(IterateFile, WhatCannotBeWrittenIsSaidOnce) {
  std::vector<std::string> warned;
  IterateFile file("no-such-folder/name.iterate", "this", "", std::nullopt, {},
                   [&](const std::string& text) { warned.push_back(text); });
  EXPECT_EQ(file.begin("axis z"), "");
  Buffer<float> vector(test::device(), 10);
  for (int i = 0; i < 2; ++i)
    file.keep(test::device(), "numbers", {vector.data(), vector.data(), vector.data()}, 40);
  EXPECT_FALSE(file.has_kept());
  ASSERT_EQ(warned.size(), 1u);
  EXPECT_NE(warned[0].find("no-such-folder"), std::string::npos) << warned[0];
}

TEST(IterateFile, WhatIsDamagedOrOfAnotherRunIsNotTaken) {
  const Volume volume = test::rough_volume({26, 25, 24}, 11);
  Settings settings = test::exact_settings("0=0.01,1=1");
  std::vector<std::string> said;
  InFile undisturbed("this", 0, said);
  const Outcome whole = solve(volume, settings, undisturbed);
  EXPECT_TRUE(said.empty());
  InFile ended("this", 7, said);
  EXPECT_THROW(solve(volume, settings, ended), Ended);
  EXPECT_EQ(ended.kept(), std::vector<std::string>{"how far axis z came in " + InFile::path()});
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(InFile::path()));

  const auto goes_on = [&](const std::string& identity) {
    said.clear();
    InFile again(identity, 0, said);
    EXPECT_EQ(solve(volume, settings, again), whole);
    return whole.iterations - again.iterations;
  };
  EXPECT_EQ(goes_on("this"), 6);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_NE(said[0].find("axis z goes on within its solve"), std::string::npos) << said[0];
  EXPECT_EQ(goes_on("other"), 0);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_NE(said[0].find("of another run: axis z begins anew"), std::string::npos) << said[0];
  for (const std::int64_t at : {std::int64_t{20}, std::int64_t{50}, std::int64_t{70}, size / 3, size - 1}) {
    std::fstream file(InFile::path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const char byte = static_cast<char>(file.get());
    for (const char put : {static_cast<char>(byte ^ 1), byte}) {
      file.seekp(at);
      file.put(put);
      file.flush();
      EXPECT_EQ(goes_on("this"), put == byte ? 6 : 0) << "byte " << at;
      EXPECT_EQ(said.size(), 1u);
    }
  }
  InFile of_x("this", 0, said);
  said.clear();
  settings.axes = {Axis::x};
  solve(volume, settings, of_x);
  EXPECT_TRUE(said.empty()) << said[0];
  settings.axes = {Axis::z};
  std::filesystem::resize_file(InFile::path(), static_cast<std::uintmax_t>(size - 100));
  EXPECT_EQ(goes_on("this"), 0);
  of_x.remove();
  EXPECT_FALSE(std::filesystem::exists(InFile::path()));
}

}  // namespace
}  // namespace tauvox
