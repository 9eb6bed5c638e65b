// What limits say of values with an uncertainty.
#include "host/report/judge.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace tauvox {
namespace {

Judgement of(double value, double half_width, std::optional<double> least, std::optional<double> most,
             bool guarded = true) {
  Judgement judgement;
  judgement.value = value;
  judgement.half_width = half_width;
  judgement.least = least;
  judgement.most = most;
  judge(judgement, guarded);
  return judgement;
}

double normal(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

TEST(Judge, FourStatesAtTheFourPositions) {
  const double limit = 3.2, u = 0.1;
  EXPECT_EQ(of(limit - 1.01 * u, u, {}, limit).verdict, "pass");
  EXPECT_EQ(of(limit - 0.5 * u, u, {}, limit).verdict, "conditional pass");
  EXPECT_EQ(of(limit + 0.5 * u, u, {}, limit).verdict, "conditional fail");
  EXPECT_EQ(of(limit + 1.01 * u, u, {}, limit).verdict, "fail");
  EXPECT_EQ(of(limit + 1.01 * u, u, limit, {}).verdict, "pass");
  EXPECT_EQ(of(limit + 0.5 * u, u, limit, {}).verdict, "conditional pass");
  EXPECT_EQ(of(limit - 0.5 * u, u, limit, {}).verdict, "conditional fail");
  EXPECT_EQ(of(limit - 1.01 * u, u, limit, {}).verdict, "fail");
}

TEST(Judge, ProbabilityOfConformity) {
  EXPECT_NEAR(of(3.2, 0.1, {}, 3.2).probability.value(), 0.5, 1e-12);
  EXPECT_EQ(of(3.2, 0.1, {}, 3.2).verdict, "conditional pass");
  EXPECT_NEAR(of(3.1, 0.1, {}, 3.2).probability.value(), normal(2), 1e-12);
  const Judgement both = of(0.35, 0.04, 0.32, 0.38);
  EXPECT_NEAR(both.probability.value(), normal(1.5) - normal(-1.5), 1e-12);
  EXPECT_EQ(both.verdict, "conditional pass");
  EXPECT_EQ(of(0.35, 0.02, 0.32, 0.38).verdict, "pass");
}

TEST(Judge, WithoutUncertaintyOrGuardTheValueDecides) {
  EXPECT_EQ(of(1, 0, {}, 1).verdict, "pass");
  EXPECT_EQ(of(1, 0, {}, 1).probability, 1);
  EXPECT_EQ(of(1.001, 0, {}, 1).verdict, "fail");
  EXPECT_EQ(of(1.001, 0, {}, 1).probability, 0);
  EXPECT_EQ(of(0.99, 0.1, {}, 1, false).verdict, "pass");
  EXPECT_EQ(of(1.01, 0.1, {}, 1, false).verdict, "fail");
}

const QuantityDefinitions rows{
    {.name = "tau", .title = "", .symbol = "", .definition = "", .known = Known::with_path},
    {.name = "area", .title = "", .symbol = "", .unit = "1/m", .definition = ""},
    {.name = "share_of_phase", .title = "", .symbol = "", .definition = ""},
    {.name = "share_of_other", .title = "", .symbol = "", .definition = ""}};

Result result(const std::string& phase, std::optional<Axis> axis, const Quantity& quantity) {
  Result found;
  found.study = quantity.name == "tau" ? "transport" : "surfaces";
  found.phase = phase;
  found.axis = axis;
  found.status = Status::complete;
  found.quantities = {quantity};
  return found;
}

Quantity sure(const std::string& name, double value) {
  return {name, value, {{ErrorSource::resolution, 0.0}, {ErrorSource::sampling, 0.0}}};
}

Judgement judged(const Limit& limit, const std::vector<Result>& results) {
  return judge({{limit}}, results, rows, "relative", Axis::z).front();
}

TEST(Judge, WhatIsNeededAndMissingDecidesNothing) {
  const Quantity half{"tau", 1.0, {{ErrorSource::resolution, 0.01}}};
  const Judgement found = judged({"tau", "", {}, {}, 3.0, ""}, {result("pore", Axis::z, half)});
  EXPECT_EQ(found.verdict, "not decided");
  EXPECT_EQ(found.reason, "its uncertainty of sampling is not known");
  EXPECT_FALSE(found.probability || found.half_width);
}

TEST(Judge, BySimpleRuleAValueWithoutUncertaintyIsJudged) {
  const Quantity half{"tau", 1.0, {{ErrorSource::resolution, 0.01}}};
  const std::vector<Result> results{result("pore", Axis::z, half)};
  const Limits high{{{"tau", "", {}, {}, 3.0, ""}}, false}, low{{{"tau", "", {}, {}, 0.9, ""}}, false};
  const std::vector<Judgement> kept = judge(high, results, rows, "relative", Axis::z),
                               failed = judge(low, results, rows, "relative", Axis::z);
  EXPECT_EQ(kept.front().verdict, "pass");
  EXPECT_EQ(failed.front().verdict, "fail");
  EXPECT_EQ(kept.front().reason, "");
  EXPECT_FALSE(kept.front().probability || kept.front().half_width);
  EXPECT_NE(text_of_verdict(kept, false).find("the value alone decides"), std::string::npos);
  EXPECT_EQ(text_of_verdict(kept, false).find("guard"), std::string::npos);
}

TEST(Judge, AnInverseKeepsItsLimitsWhereWhatItIsOfDoes) {
  const QuantityDefinitions both{
      {.name = "D", .title = "", .symbol = "", .definition = "", .known = Known::with_path},
      {.name = "N", .title = "", .symbol = "", .definition = "", .known = Known::with_path}};
  const auto decided = [&](double half_width, const Limit& limit, bool guarded = true) {
    const Quantity D{"D", 0.125, {{ErrorSource::resolution, 0.0}, {ErrorSource::sampling, half_width}}};
    Result found = result("pore", Axis::z, D);
    found.quantities.push_back(inverse("N", D, 1));
    return judge({{limit}, guarded}, {found}, both, "relative", Axis::z).front();
  };
  for (const double half_width : {0.01, 0.12, 0.2})  // the last reaches 0: that of N has no end
    for (const double limit : {0.05, 0.12, 0.13, 0.2, 1 / 3.0, 0.5})
      for (const bool guarded : {true, false}) {
        const Judgement least = decided(half_width, {"D", "", {}, limit, {}, ""}, guarded),
                        most = decided(half_width, {"N", "", {}, {}, 1 / limit, ""}, guarded);
        EXPECT_EQ(most.verdict, least.verdict) << half_width << " " << limit;
        EXPECT_NEAR(most.probability.value(), least.probability.value(), 1e-9) << half_width << " " << limit;
        EXPECT_NE(most.verdict, "not decided");
        EXPECT_EQ(most.half_width.has_value(), half_width < 0.125);
        EXPECT_EQ(most.reason.empty(), half_width < 0.125);
        const Judgement high = decided(half_width, {"N", "", {}, 1 / limit, {}, ""}, guarded),
                        low = decided(half_width, {"D", "", {}, {}, limit, ""}, guarded);
        EXPECT_EQ(high.verdict, low.verdict) << half_width << " " << limit;
      }
  EXPECT_EQ(decided(0.2, {"N", "", {}, {}, 0.0, ""}).verdict, "fail");  // no such number
  EXPECT_EQ(decided(0.01, {"N", "", {}, -1.0, {}, ""}).verdict, "pass");
}

TEST(Judge, WithoutAPathItFails) {
  Quantity infinite{"tau", {}};
  infinite.infinite = true;
  Result closed = result("pore", Axis::z, infinite);
  closed.status = Status::not_percolating;
  EXPECT_EQ(judged({"tau", "", {}, {}, 3.0, ""}, {closed}).verdict, "fail");
  closed.status = Status::not_converged;
  EXPECT_EQ(judged({"tau", "", {}, {}, 3.0, ""}, {closed}).verdict, "not decided");
}

TEST(Judge, AxesAndPhasesAreFound) {
  Result pair = result("pore", {}, sure("area", 2));
  pair.with = {"active"};
  const std::vector<Result> results{result("pore", Axis::z, sure("tau", 2)),
                                    result("pore", Axis::y, sure("tau", 4)),
                                    result("pore", {}, sure("area", 3)), pair};
  EXPECT_EQ(judged({"tau", "", {}, {}, 3.0, ""}, results).verdict, "pass");  // the thickness
  EXPECT_EQ(judged({"tau", "pore", Axis::y, {}, 3.0, ""}, results).verdict, "fail");
  EXPECT_EQ(judged({"tau", "pore", Axis::x, {}, 3.0, ""}, results).verdict, "not decided");
  EXPECT_EQ(judged({"area", "active+pore", {}, {}, 2.5, ""}, results).verdict, "pass");
  EXPECT_EQ(judged({"area", "pore", {}, {}, 2.5, ""}, results).verdict, "fail");
  EXPECT_EQ(judged({"area", "", {}, {}, 2.5, ""}, results).verdict, "not decided");  // two have one
  EXPECT_EQ(judged({"area", "pore", {}, {}, 2.5, ""}, results).unit, "1/m");
}

/// A share is over the surface of the phase that the key names first, whichever the results name first.
TEST(Judge, TheOrderOfAPairCounts) {
  Result pair = result("active", {}, sure("share_of_phase", 0.4));
  pair.with = {"binder"};
  pair.quantities.push_back(sure("share_of_other", 0.7));
  const auto verdict = [&](const char* quantity, const char* phases) {
    return judged({quantity, phases, {}, {}, 0.5, ""}, {pair});
  };
  EXPECT_EQ(verdict("share_of_phase", "active+binder").verdict, "pass");
  EXPECT_EQ(verdict("share_of_phase", "binder+active").verdict, "fail");
  EXPECT_EQ(verdict("share_of_other", "active+binder").verdict, "fail");
  EXPECT_EQ(verdict("share_of_other", "binder+active").verdict, "pass");
  EXPECT_EQ(verdict("share_of_phase", "binder+active").value, 0.7);
  EXPECT_EQ(verdict("share_of_phase", "binder+active").subject, "phase binder with active");
}

TEST(Judge, OnlyTheStudyThatWasJudgedHasTheJudgement) {
  Result first = result("pore", {}, sure("area", 2)), second = result("pore", {}, sure("area", 9));
  second.study = "repeats_it";
  const std::vector<Judgement> judgements{judged({"area", "pore", {}, {}, 2.5, ""}, {first, second})};
  EXPECT_EQ(judgements.front().study, "surfaces");
  EXPECT_EQ(judgement_of(judgements, first, "area"), judgements.data());
  EXPECT_EQ(judgement_of(judgements, second, "area"), nullptr);
  EXPECT_EQ(judgement_of(judgements, first, "tau"), nullptr);
  // Of a limit that may mean several results none is judged.
  const std::vector<Result> two{result("pore", {}, sure("area", 3)), result("active", {}, sure("area", 3))};
  const std::vector<Judgement> unclear{judged({"area", "", {}, {}, 2.5, ""}, two)};
  EXPECT_EQ(judgement_of(unclear, two.front(), "area"), nullptr);
}

TEST(Judge, TheWorstCounts) {
  const auto with = [](const std::vector<const char*>& verdicts) {
    std::vector<Judgement> judgements;
    for (const char* verdict : verdicts) judgements.emplace_back().verdict = verdict;
    return worst(judgements);
  };
  EXPECT_EQ(with({}), "");
  EXPECT_EQ(with({"pass", "pass"}), "pass");
  EXPECT_EQ(with({"pass", "conditional pass"}), "conditional pass");
  EXPECT_EQ(with({"not decided", "pass"}), "not decided");
  EXPECT_EQ(with({"not decided", "conditional fail"}), "conditional fail");
  EXPECT_EQ(with({"not decided", "fail"}), "fail");
}

}  // namespace
}  // namespace tauvox
