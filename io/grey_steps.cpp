#include "io/grey_steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace tauvox::io {
namespace {

constexpr int most = 65535;             // labels; one more is what is outside
constexpr int steps_of_bulk = 32768;    // where values far away would leave it fewer
constexpr double last_number = 0x1p50;  // of a step: neighbours differ in FP64, halves of them too

/// Numbers of steps that have a voxel.
class Occurring {
 public:
  Occurring(double low, double step)
      : low_(low), step_(step), near_(static_cast<std::size_t>(steps_of_bulk) + 1) {}

  template <class T>
  void add(const T* values, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      const double number = std::floor((static_cast<double>(values[i]) - low_) / step_);
      if (number >= 0 && number < static_cast<double>(near_.size()))
        near_[static_cast<std::size_t>(number)] = 1;
      else if (far_.size() < most && !std::isnan(number))  // NaN: outside of the sample
        far_.insert(number);
    }
  }

  std::vector<double> numbers() const {
    std::vector<double> all(far_.begin(), far_.end());
    for (std::size_t i = 0; i < near_.size(); ++i)
      if (near_[i] != 0) all.push_back(static_cast<double>(i));
    std::sort(all.begin(), all.end());
    return all;
  }

 private:
  double low_, step_;
  std::vector<std::uint8_t> near_;
  std::set<double> far_;
};

/// Each by itself, as a multiple of a power of two that is as fine as FP64's digits of the greatest; nothing
/// where that makes one of several.
ValueCuts each_by_itself(const GreyHistogram& histogram, Volume& volume) {
  const double largest = std::max(std::abs(histogram.least), std::abs(histogram.greatest));
  const double step = std::ldexp(1, largest > 0 ? std::max(std::ilogb(largest) - 51, -1074) : -1074);
  ValueCuts cuts;
  for (const GreyLevel& level : histogram.levels) {
    const auto label = static_cast<std::int64_t>(std::llround(level.value / step));
    if (!cuts.labels.empty() && cuts.labels.back() == label) return {};
    if (!cuts.labels.empty()) cuts.at.push_back(level.value);
    cuts.labels.push_back(label);
  }
  volume.grey = GreyScale{0, step};
  if (cuts.at.empty()) {  // all are below a cut that none reaches
    cuts.at.push_back(histogram.greatest + std::max(std::abs(histogram.greatest), 1.0));
    volume.notices.push_back(fmt::format("every grey value is {:.7g}", histogram.least));
  }
  return cuts;
}

/// Steps as fine as most values need; nothing where more of them occur than there are labels.
ValueCuts steps_that_occur(const BulkRange& bulk, const GreyHistogram& histogram, Element element,
                           const std::function<void(const ValueVisitor&)>& visit_all, Volume& volume) {
  const double step = (bulk.high - bulk.low) / steps_of_bulk;
  if (!((histogram.greatest - bulk.low) / step < last_number &&
        (bulk.low - histogram.least) / step < last_number && bulk.low + step > bulk.low &&
        bulk.high + step > bulk.high))
    return {};
  Occurring occurring(bulk.low, step);
  visit_all([&](const void* values, std::int64_t, std::int64_t count) {
    with_type(element, [&](auto zero) { occurring.add(static_cast<const decltype(zero)*>(values), count); });
  });
  const std::vector<double> numbers = occurring.numbers();
  if (numbers.size() > most) return {};
  ValueCuts cuts;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    cuts.labels.push_back(static_cast<std::int64_t>(numbers[i]));
    // In the middle of what is empty, so that rounding puts nothing far away into the step before it.
    if (i > 0) cuts.at.push_back(bulk.low + 0.5 * (numbers[i - 1] + 1 + numbers[i]) * step);
  }
  volume.grey = GreyScale{bulk.low + 0.5 * step, step};
  volume.notices.push_back(
      fmt::format("the grey values go from {:.7g} to {:.7g}, nearly all of them from {:.7g} to {:.7g}: each "
                  "counts as the "
                  "middle of an equal step of {:.3g}, and {} of these occur",
                  histogram.least, histogram.greatest, bulk.low, bulk.high, step, numbers.size()));
  return cuts;
}

}  // namespace

/// Numbers of steps that are wider end long before.
bool is_each_by_itself(const Volume& volume) {
  const auto number = [](const Label& label) { return std::abs(static_cast<double>(label.value)); };
  return volume.grey->step <= std::ldexp(1, -1074) ||
         std::max(number(volume.labels.front()), number(volume.labels.back())) > last_number;
}

std::vector<double> steps_across(const BulkRange& range, int count, Volume& volume) {
  const double step = range.high / count - range.low / count;
  volume.grey = GreyScale{range.low + 0.5 * step, step};
  std::vector<double> steps;
  for (int i = 1; i < count; ++i) steps.push_back(range.low + i * step);
  return steps;
}

ValueCuts fine_steps(const GreyHistogram& histogram, Element element,
                     const std::function<void(const ValueVisitor&)>& visit_all, Volume& volume) {
  if (histogram.is_exact && histogram.levels.size() <= most)
    if (ValueCuts cuts = each_by_itself(histogram, volume); !cuts.at.empty()) return cuts;
  const BulkRange bulk = bulk_of(histogram.levels);
  if (2 * (bulk.high - bulk.low) < histogram.greatest - histogram.least)
    if (ValueCuts cuts = steps_that_occur(bulk, histogram, element, visit_all, volume); !cuts.at.empty())
      return cuts;
  ValueCuts cuts{steps_across({histogram.least, histogram.greatest}, most, volume)};
  for (std::size_t i = 1; i < cuts.at.size(); ++i)
    if (!(cuts.at[i] > cuts.at[i - 1]))
      throw Error(ExitCode::input_invalid, "grey values are too near to each other", volume.path,
                  fmt::format("from {} to {}", histogram.least, histogram.greatest),
                  "subtract what all have in common first");
  volume.notices.push_back(fmt::format(
      "the grey values go from {:.7g} to {:.7g}: each counts as the middle of one of {} equal steps of "
      "{:.3g}",
      histogram.least, histogram.greatest, most, volume.grey->step));
  return cuts;
}

}  // namespace tauvox::io
