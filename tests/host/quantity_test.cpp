// What follows from a quantity carries its uncertainty, and every quantity is defined once.
#include "host/studies/quantity.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "host/report/run_report.hpp"
#include "host/studies/add_uncertainty.hpp"
#include "host/studies/study_table.hpp"
#include "host/studies/transport_quantities.hpp"

namespace tauvox {
namespace {

Quantity ratio(double value, double half_width, bool proven = true) {
  return {"effective_ratio",
          value,
          {{ErrorSource::solver, half_width, proven}},
          {{value - half_width, value + half_width}}};
}

TEST(Quantity, TheInverseOfAnIntervalHoldsTheInversesOfAllItsValues) {
  const Quantity tau = derived("tortuosity_factor", ratio(0.25, 0.05), [](double r) { return 0.5 / r; });
  EXPECT_DOUBLE_EQ(tau.value.value(), 2);
  EXPECT_DOUBLE_EQ(tau.bounds.value()[0], 0.5 / 0.3);
  EXPECT_DOUBLE_EQ(tau.bounds.value()[1], 0.5 / 0.2);
  const Uncertainty& u = *tau.uncertainty(ErrorSource::solver);
  EXPECT_DOUBLE_EQ(u.half_width.value(), 0.5 / 0.2 - 2);  // the wider side
  EXPECT_TRUE(u.proven);
  EXPECT_EQ(tau.uncertainty(ErrorSource::resolution), nullptr);
}

TEST(Quantity, AnIntervalThatReachesZeroSaysNothingOfTheInverse) {
  const Quantity tau = derived("x", ratio(0.25, 0.25, false), [](double r) { return 1 / r; });
  EXPECT_DOUBLE_EQ(tau.value.value(), 4);
  EXPECT_FALSE(tau.uncertainty(ErrorSource::solver)->half_width);
  EXPECT_FALSE(tau.bounds);
}

TEST(Quantity, AMultipleHasAnIntervalThatReachesZero) {
  const Quantity value = scaled("effective_value", ratio(0.25, 0.3, false), 2);
  EXPECT_DOUBLE_EQ(value.value.value(), 0.5);
  EXPECT_DOUBLE_EQ(value.uncertainty(ErrorSource::solver)->half_width.value(), 0.6);
  EXPECT_DOUBLE_EQ(value.bounds.value()[0], -0.1);
}

TEST(Quantity, WhatHasNoValueHasNothingThatFollows) {
  const Quantity none = derived("x", {"effective_ratio", {}}, [](double r) { return 1 / r; });
  EXPECT_FALSE(none.value || none.bounds || !none.uncertainties.empty());
}

TEST(Quantity, TheSameNameHasTheSameDefinitionInEveryStudy) {
  const QuantityDefinitions every = all_quantities();
  for (const Study& study : studies()) {
    std::set<std::string> names;
    for (const QuantityDefinition& row : quantities_of_family(study))
      EXPECT_TRUE(names.insert(row.name).second) << study.name << " has two " << row.name;
    for (const QuantityDefinition& row : study.quantities) {
      const QuantityDefinition shared = definition_of(every, row.name);
      EXPECT_EQ(row.definition, shared.definition) << row.name;
      EXPECT_EQ(row.unit, shared.unit) << row.name;
      EXPECT_TRUE(row.definition.ends_with('.') && !row.title.empty() && !row.symbol.empty()) << row.name;
    }
  }
}

TEST(Quantity, WhatAStudyFillsWithoutADefinitionIsAnError) {
  EXPECT_THROW(definition_of(all_quantities(), "surprise"), Error);
}

AxisResult found(Status status) {
  AxisResult r;
  r.status = status;
  r.mean = 0.5;
  r.percolating_mean = 0.4;
  r.volume_fraction = 0.5;
  r.ratio_bounds = {0.19, 0.21};
  r.solver.error = 0.05;
  r.solver.error_kind = "bound";
  return r;
}

TEST(TransportQuantities, FollowFromTheRatio) {
  AxisResult r = found(Status::converged);
  r.ratio = 0.2;
  Materials materials;
  materials.unit = "mS/cm";
  materials.to_si = 0.1;
  materials.largest = 30;
  materials.volume_fraction = 0.5;
  materials.conducting_phases = 2;  // of one conductivity: labels are not what conducts
  materials.class_conductivity = {1};
  Result result = result_of(r, materials);
  materials.class_conductivity = {0.5, 1};
  EXPECT_FALSE(result_of(r, materials).value("bruggeman_exponent"));
  materials.class_conductivity = {1};
  const auto value = [&](const char* name) { return result.value(name).value(); };
  EXPECT_EQ(value("effective_value"), 0.2 * 30);
  EXPECT_NEAR(value("effective_value_si"), 0.6, 1e-15);
  EXPECT_EQ(value("tortuosity_factor"), 0.5 / 0.2);
  EXPECT_EQ(value("tortuosity_factor_percolating"), 0.4 / 0.2);
  EXPECT_EQ(value("macmullin_number"), 1 / 0.2);
  EXPECT_EQ(value("bruggeman_exponent"), std::log(0.2) / std::log(0.5));
  for (const char* name : {"effective_value", "tortuosity_factor", "macmullin_number", "bruggeman_exponent"})
    EXPECT_GT(result.half_width(name, ErrorSource::solver).value(), 0) << name;
  EXPECT_EQ(result.quantity("best_estimate"), nullptr);
  EXPECT_FALSE(result.value("flux_balance"));

  add_uncertainty(result, {ErrorSource::resolution, 0.04, false}, materials);
  EXPECT_NEAR(result.half_width("effective_ratio", ErrorSource::resolution).value(), 0.04, 1e-15);
  EXPECT_NEAR(result.half_width("effective_value", ErrorSource::resolution).value(), 1.2, 1e-14);
  EXPECT_NEAR(result.half_width("tortuosity_factor", ErrorSource::resolution).value(), 0.5 / 0.16 - 2.5,
              1e-14);
  EXPECT_NEAR(result.half_width("bruggeman_exponent", ErrorSource::resolution).value(),
              std::log(0.2 / 0.16) / std::log(2), 1e-14);
  EXPECT_FALSE(result.half_width("volume_fraction", ErrorSource::resolution));
}

TEST(TransportQuantities, AnEstimateThatDidNotConvergeNeverStandsUnderTheNameOfTheResult) {
  AxisResult r = found(Status::not_converged);
  r.best_estimate = 0.2;
  const Result result = result_of(r, {});
  for (const QuantityDefinition& row : study_named("effective_transport").quantities)
    if (row.bounded && row.name != "best_estimate") {
      EXPECT_FALSE(result.value(row.name) || result.quantity(row.name)->bounds) << row.name;
    }
  EXPECT_EQ(result.value("best_estimate"), 0.2);
  EXPECT_TRUE(result.quantity("best_estimate")->bounds);
}

TEST(TransportQuantities, WithoutAPathTheTortuosityFactorIsInfiniteAndNotANumber) {
  AxisResult r = found(Status::not_percolating);
  r.ratio = 0;
  r.ratio_bounds.reset();
  r.solver.error.reset();
  const Result result = result_of(r, {});
  EXPECT_EQ(result.value("effective_ratio"), 0);
  for (const char* name : {"tortuosity_factor", "tortuosity_factor_percolating", "macmullin_number"}) {
    EXPECT_FALSE(result.value(name)) << name;
    EXPECT_TRUE(result.quantity(name)->infinite) << name;
  }
}

}  // namespace
}  // namespace tauvox
