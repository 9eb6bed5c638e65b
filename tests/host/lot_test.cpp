// What volumes of a lot have in common: limits of control, and whether two of them differ.
#include <gtest/gtest.h>

#include "host/batch/chart.hpp"

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

}  // namespace
}  // namespace tauvox
