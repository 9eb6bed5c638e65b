// Settings that a study does not heed.
#include "host/app/unheeded.hpp"

#include <gtest/gtest.h>

#include "host/studies/study_table.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

std::string refusal(const Settings& s) {
  try {
    refuse_unheeded(s, study_named(s.study));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    return error.what();
  }
  return "";
}

Settings with(const std::string& study) {
  Settings s;
  s.study = study;
  return s;
}

TEST(Unheeded, WhatNobodySaidIsNotRefused) {
  for (const Study& study : studies()) EXPECT_EQ(refusal(with(study.name)), "") << study.name;
}

TEST(Unheeded, IsRefusedWithTheStudyThatWouldHeedIt) {
  for (const Study& study : studies()) {
    Settings time = with(study.name), size = time, reaction = time;
    time.end_time = 2;
    size.rve = 0.1;
    reaction.impedance = true;
    EXPECT_EQ(refusal(time).find("--end-time") == std::string::npos, study.name == "transient") << study.name;
    EXPECT_EQ(refusal(size).find("--rve") == std::string::npos, study.name == "rve") << study.name;
    EXPECT_EQ(refusal(reaction).find("--study electrode") == std::string::npos, study.name == "electrode");
  }
}

TEST(Unheeded, TheThicknessIsForStudiesThatHaveOne) {
  for (const auto& [study, thickness, separator] :
       {std::tuple{"effective_transport", false, false}, std::tuple{"rve", false, false},
        std::tuple{"transient", false, false}, std::tuple{"tensor", true, false},
        std::tuple{"electrode", true, true}, std::tuple{"connectivity", true, true},
        std::tuple{"sizes", true, true}}) {
    Settings across = with(study), from = across;
    across.thickness = Axis::x;
    from.separator = "high";
    EXPECT_EQ(refusal(across).empty(), thickness) << study;
    EXPECT_EQ(refusal(from).empty(), separator) << study;
  }
}

TEST(Unheeded, FluxesOfPlanesAreOfEffectiveTransport) {
  Settings s = with("transient");
  s.flux_balance = 0.5;
  EXPECT_NE(refusal(s).find("--study effective_transport"), std::string::npos);
  s.study = "resolution";
  EXPECT_EQ(refusal(s), "");
}

TEST(Unheeded, GreyValuesLeaveNothingToInsulate) {
  Settings s;
  s.law = std::string("g^2");
  s.default_insulating = true;
  EXPECT_NE(refusal(s).find("--default-insulating"), std::string::npos);
}

TEST(Unheeded, HowASolverWorksIsSaidWhereNothingIsSolvedAndRefusedNowhere) {
  for (const Study& study : studies()) {
    Settings s = with(study.name);
    EXPECT_TRUE(unheeded(s, study).empty()) << study.name;
    s.tolerance = 1e-6;
    s.solver = "jacobi";
    s.precision = "double";
    s.max_iterations = 7;
    EXPECT_EQ(refusal(s), "") << study.name;
    const std::vector<std::string> said = unheeded(s, study);
    ASSERT_EQ(said.size(), study.needs_conductivity ? 0u : 4u) << study.name;
    if (said.empty()) continue;
    std::size_t i = 0;
    for (const char* option : {"--tolerance", "--solver", "--precision", "--max-iterations"})
      EXPECT_EQ(said[i++].find(option), 0u) << study.name;
  }
}

TEST(Unheeded, PicturesOfAFieldAreMissedWhereThereIsNone) {
  for (const Study& study : studies()) {
    Settings s = with(study.name);
    s.png = std::string("p");
    const std::vector<std::string> said = unheeded(s, study);
    ASSERT_EQ(said.size(), study.gives_field ? 0u : 1u) << study.name;
    if (study.gives_field) continue;
    EXPECT_NE(said[0].find("--png draws the structure"), std::string::npos);
  }
}

TEST(Unheeded, GreyValuesNameNoLabel) {
  Settings s;
  s.law = std::string("g^2");
  s.allow_absent = true;
  EXPECT_EQ(refusal(s), "");
  ASSERT_EQ(unheeded(s, study_named(s.study)).size(), 1u);
  EXPECT_EQ(unheeded(s, study_named(s.study))[0].find("--allow-absent"), 0u);
}

TEST(Unheeded, WhatAStudyWithoutASolveTakesIsSaid) {
  Settings s = with("fractions");
  EXPECT_TRUE(unheeded(s, study_named(s.study)).empty());
  s.axes = {Axis::x};
  s.axes_named = s.periodic_sides = s.default_insulating = true;
  s.phase = parse::labels("0", "");
  s.conductivity = parse::conductivities("1=2", "");
  s.unit = "S/m";
  s.slice_at = {{Axis::z, 3}};
  const std::vector<std::string> said = unheeded(s, study_named(s.study));
  for (const char* option : {"--axis", "--periodic-sides", "--default-insulating", "--phase",
                             "--conductivity", "--unit", "--slice-at"})
    EXPECT_EQ(
        std::count_if(said.begin(), said.end(),
                      [&](const std::string& line) { return line.starts_with(option + std::string(" ")); }),
        1)
        << option;
  s.study = "effective_transport";
  s.png = "p.png";
  EXPECT_TRUE(unheeded(s, study_named(s.study)).empty());
}

}  // namespace
}  // namespace tauvox
