// What volumes of a lot have in common: limits of control, and whether two of them differ.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "host/batch/chart.hpp"
#include "host/report/digits.hpp"
#include "host/report/results_file.hpp"

namespace tauvox {
namespace {

struct Lot {
  explicit Lot(const std::vector<double>& numbers) : values(numbers.size()), volumes(numbers.size()) {
    for (std::size_t i = 0; i < numbers.size(); ++i) values[i].value = numbers[i];
    series.quantity = "volume_fraction";
    for (const LotValue& value : values) series.values.push_back(&value);
    for (const LotVolume& volume : volumes) those.push_back(&volume);
  }
  std::vector<LotValue> values;
  std::vector<LotVolume> volumes;
  std::vector<const LotVolume*> those;
  LotSeries series;
};

int outside(const Lot& lot) {
  const std::string chart = control_chart(lot.series, lot.those);
  int count = 0;
  for (std::size_t at = 0; (at = chart.find("r=\"5\"", at)) != std::string::npos; ++at) ++count;
  return count;
}

TEST(Lot, LimitsOfControlAreThoseOfTheMovingRange) {
  const Lot lot({0.40, 0.42, 0.41, 0.41});
  EXPECT_NEAR(lot.series.control_reach().value(), 2.66 * (0.02 + 0.01 + 0) / 3, 1e-12);
  EXPECT_EQ(outside(lot), 0);
  EXPECT_FALSE(Lot({0.4}).series.control_reach());
}

TEST(Lot, OneOfFiveCanBeOutOfControl) {
  EXPECT_EQ(outside(Lot({0.40, 0.41, 0.40, 0.41, 0.60})), 1);
  EXPECT_EQ(outside(Lot({0.40, 0.41, 0.40, 0.41, 0.40})), 0);
}

TEST(Lot, AVolumeWithoutAValueIsNoStep) {
  Lot lot({0.40, 0.90, 0.42});
  lot.values[1].value.reset();
  EXPECT_NEAR(lot.series.control_reach().value(), 2.66 * 0.02, 1e-12);
}

LotValue sampled(double value, double half_width) {
  LotValue found;
  found.value = value;
  found.half_widths["sampling"] = half_width;
  found.half_width = half_width;
  return found;
}

TEST(Lot, ADifferenceIsSignificantBeyondTheIntervalsOfBoth) {
  EXPECT_EQ(difference_of(sampled(1, 0.3), sampled(1.51, 0.4)), Difference::significant);
  EXPECT_EQ(difference_of(sampled(1, 0.3), sampled(1.49, 0.4)), Difference::not_significant);
  LotValue unsampled = sampled(9, 0.1);
  unsampled.half_widths.clear();
  EXPECT_EQ(difference_of(sampled(1, 0.3), unsampled), Difference::not_judged);
  LotValue unknown = sampled(9, 0.1);
  unknown.half_width.reset();
  EXPECT_EQ(difference_of(sampled(1, 0.3), unknown), Difference::not_judged);
}

TEST(Lot, ABiasIsReadBackAsOne) {
  const auto quantity = nlohmann::ordered_json::parse(
      R"({"value": 1, "uncertainty": {"resolution": {"half_width": 0.3, "kind": "estimate", "one_sided": true},
          "sampling": {"half_width": 0.4, "kind": "estimate"}, "solver": {"half_width": 0.1, "kind": "bound"},
          "segmentation": {"half_width": null, "kind": "estimate"}}})");
  EXPECT_NEAR(half_width_of(quantity).value(), 2 * std::sqrt(0.16 / 1.96 / 1.96 + 0.01 / 3) + 0.3, 1e-12);
  EXPECT_FALSE(half_width_of(nlohmann::ordered_json{{"value", 1}}));
}

TEST(Lot, DigitsAreThoseThatTheIntervalLeaves) {
  EXPECT_EQ(with_half_width(0.4, 0.081), "0.400 ± 0.081");
  EXPECT_EQ(with_half_width(0.4, {}), "0.4000");
  EXPECT_EQ(rounded(0.4, 0.081), "0.400");
}

}  // namespace
}  // namespace tauvox
