#include "host/report/grey_histogram.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tauvox {

std::vector<GreyShare> shares_of_grey(const Volume& volume, int most_steps) {
  const GreyScale scale = volume.grey.value_or(GreyScale{});
  // as FP64: labels of 64 bits may be further apart than one of them can say
  const auto first = static_cast<double>(volume.labels.front().value);
  const double count = static_cast<double>(volume.labels.back().value) - first + 1;
  const double each = std::ceil(count / most_steps);  // values to a step
  const double least = scale.of_zero + scale.step * (first - 0.5), width = each * scale.step;
  std::vector<GreyShare> shares;
  for (double begin = 0; begin < count; begin += each)
    shares.push_back({least + static_cast<double>(shares.size()) * width, width, 0});
  for (const Label& label : volume.labels) {
    const auto step = static_cast<std::size_t>((static_cast<double>(label.value) - first) / each);
    shares[std::min(step, shares.size() - 1)].share += volume.fraction(label);
  }
  return shares;
}

std::string text_of_grey(const Volume& volume) {
  constexpr int rows = 32, longest_bar = 50;
  const std::vector<GreyShare> shares = shares_of_grey(volume, rows);
  const double most = std::max_element(shares.begin(), shares.end(), [](const auto& a, const auto& b) {
                        return a.share < b.share;
                      })->share;
  std::string text = fmt::format("  {:>12} {:>10}\n", "grey value", "fraction");
  for (const GreyShare& row : shares)
    text +=
        fmt::format("  {:>12.6g} {:>10.6f} {}\n", row.least + 0.5 * row.width, row.share,
                    std::string(static_cast<std::size_t>(std::lround(longest_bar * row.share / most)), '#'));
  const auto add = [&](const char* option, const char* classes, const std::vector<double>& cuts) {
    if (!cuts.empty())
      text += fmt::format("  --threshold {:<5} {} classes, cut at {}\n", option, classes,
                          io::text_of_thresholds(cuts));
  };
  add("otsu", "two", volume.grey->otsu);
  add("otsu3", "three", volume.grey->otsu3);
  return text;
}

}  // namespace tauvox
