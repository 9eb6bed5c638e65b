#include "host/report/wide_intervals.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace tauvox {
namespace {

QuantityDefinition row(const std::string& name, double least) {
  QuantityDefinition row;
  row.name = name;
  row.least = least;
  return row;
}

std::vector<std::string> remarks_of(std::vector<Quantity> quantities) {
  Result result;
  result.quantities = std::move(quantities);
  remark_on_wide_intervals(result,
                           {row("effective_ratio", 0), row("tortuosity_factor", 0), row("slope", -INFINITY)});
  return result.remarks;
}

TEST(WideIntervals, OfUsualWidthNeedNoWord) {
  EXPECT_TRUE(remarks_of({{"effective_ratio", 0.5, {{ErrorSource::sampling, 0.4}}},
                          {"tortuosity_factor", 2.0, {{ErrorSource::sampling, 1.9}}},
                          {"slope", 0.1, {{ErrorSource::sampling, 3.0}}}})
                  .empty());
}

TEST(WideIntervals, EndWhereTheQuantityEnds) {
  const auto low = remarks_of({{"effective_ratio", 0.02, {{ErrorSource::resolution, 0.03}}}});
  ASSERT_EQ(low.size(), 1u);
  EXPECT_NE(low[0].find("the interval of effective_ratio is wider than"), std::string::npos);
  // Of 0 itself there is nothing to say.
  EXPECT_TRUE(remarks_of({{"effective_ratio", 0.0, {{ErrorSource::resolution, 0.03}}}}).empty());
}

TEST(WideIntervals, LeaveReciprocalsWithoutOne) {
  const auto said = remarks_of({{"effective_ratio", 0.02, {{ErrorSource::sampling, 0.03}}},
                                {"tortuosity_factor", 50.0, {{ErrorSource::sampling, std::nullopt}}}});
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[1], "tortuosity_factor: no interval of sampling, since that of effective_ratio reaches 0");
}

}  // namespace
}  // namespace tauvox
