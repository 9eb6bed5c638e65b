// What a checkpoint keeps of a report: every bit. A member that is added does not compile here until it is
// compared.
#include "host/report/kept.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <tuple>

namespace tauvox {
namespace {

auto members_of(const Uncertainty& u) {
  const auto& [source, half_width, proven, one_sided, of_inverse] = u;
  return std::tuple(source, half_width, proven, one_sided, of_inverse);
}
auto members_of(const StageCost& c) {
  const auto& [seconds, bytes_moved] = c;
  return std::tuple(seconds, bytes_moved);
}
auto members_of(const SolverResult& s) {
  const auto& [method, precision, iterations, applications, residual, error, error_kind] = s;
  return std::tuple(method, precision, iterations, applications, residual, error, error_kind);
}
auto members_of(const Curve& c) {
  const auto& [name, columns, values, phase, in_json] = c;
  return std::tuple(name, columns, values, phase, in_json);
}
auto members_of(const Quantity& q) {
  const auto& [name, value, uncertainties, bounds, infinite] = q;
  std::vector<decltype(members_of(uncertainties.front()))> of_uncertainties;
  for (const Uncertainty& u : uncertainties) of_uncertainties.push_back(members_of(u));
  return std::tuple(name, value, of_uncertainties, bounds, infinite);
}
auto members_of(const Result& r) {
  const auto& [study, label, phase, with, axis, carrier, status, reason, percolates, quantities, solver,
               stages, seconds, remarks] = r;
  std::vector<decltype(members_of(quantities.front()))> of_quantities;
  for (const Quantity& q : quantities) of_quantities.push_back(members_of(q));
  const auto& [transfer, setup, solve] = stages.value();
  return std::tuple(study, label, phase, with, axis, carrier, status, reason, percolates, of_quantities,
                    members_of(solver.value()), members_of(transfer), members_of(setup), members_of(solve),
                    seconds, remarks);
}

/// No member as it is by default.
Report full_report() {
  Result result;
  result.study = "interfaces";
  result.label = 7;
  result.phase = "pore";
  result.with = {"active", "binder"};
  result.axis = Axis::x;
  result.carrier = "electrons";
  result.status = Status::not_percolating;
  result.reason = "no path";
  result.percolates = false;
  result.quantities = {
      {"specific_surface",
       0.1,
       {{ErrorSource::resolution, 0.3, true, true}, {ErrorSource::sampling, {}, false, true, 0.7}},
       {{1.0 / 3, HUGE_VAL}},
       true}};
  result.solver = {"pcg", "mixed", 3, 4, 1e-7, 2e-3, "bound"};
  result.stages = {{1.5, 2}, {2.5, 3}, {3.5, 4}};
  result.seconds = 0.7;
  result.remarks = {"one", "two"};
  return {{result},
          {{"profile_{}", {"position_um", "share"}, {{0, 1}, {0.25, -HUGE_VAL}}, "pore", true}},
          {"a notice"},
          {"a warning"},
          {{"interfaces", 0.8}}};
}

TEST(Kept, AReportComesBackWithEveryMember) {
  const Report report = full_report(), again = report_from(kept_json(report));
  const auto& [results, curves, notices, warnings, seconds] = report;
  ASSERT_EQ(again.results.size(), 1u);
  ASSERT_EQ(again.curves.size(), 1u);
  EXPECT_EQ(members_of(again.results.front()), members_of(results.front()));
  EXPECT_EQ(members_of(again.curves.front()), members_of(curves.front()));
  EXPECT_EQ(again.notices, notices);
  EXPECT_EQ(again.warnings, warnings);
  EXPECT_EQ(again.seconds, seconds);
}

TEST(Kept, WhatIsNoNumberStaysNone) {
  Report report;
  report.results.emplace_back().quantities = {{"x", std::nan("")}};
  const Report again = report_from(nlohmann::ordered_json::parse(kept_json(report).dump()));
  EXPECT_TRUE(std::isnan(again.results.front().quantities.front().value.value()));
}

}  // namespace
}  // namespace tauvox
