#include "io/grey.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>
#include <unordered_map>

#include "io/labels.hpp"

namespace tauvox::io {
namespace {

constexpr std::size_t most_exact = 65536;
constexpr double last_whole =
    9007199254740992.0;  // 2^53: beyond it neighbouring integers are the same number

/// Ascending as the values are; its upper bits are sign, exponent and the first digits.
std::uint64_t ordered_bits(double value) {
  constexpr std::uint64_t sign = std::uint64_t{1} << 63;
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return (bits & sign) != 0 ? ~bits : bits | sign;
}

double value_of_ordered(std::uint64_t bits) {
  constexpr std::uint64_t sign = std::uint64_t{1} << 63;
  return std::bit_cast<double>((bits & sign) != 0 ? bits ^ sign : ~bits);
}

/// Range, the values while they are few, and how many there are of each order of magnitude.
class Survey {
 public:
  template <class T>
  void add(const T* values, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      const auto value = static_cast<double>(values[i]);
      if constexpr (std::is_floating_point_v<T>) {
        if (!std::isfinite(value)) {
          if (nan_is_outside && std::isnan(value)) continue;
          ++not_finite;
          nans += std::isnan(value) ? 1 : 0;
          continue;
        }
        if (value != std::trunc(value) || std::abs(value) > last_whole) are_whole = false;
      }
      least = std::min(least, value);
      greatest = std::max(greatest, value);
      ++magnitudes[ordered_bits(value) >> magnitude_shift];
      if (is_exact) ++voxels[value];
      is_exact = is_exact && voxels.size() <= most_exact;
    }
  }

  static constexpr int magnitude_shift = 48;
  double least = std::numeric_limits<double>::infinity(), greatest = -least;
  std::int64_t not_finite = 0, nans = 0;
  bool nan_is_outside = false;
  bool are_whole = true, is_exact = true;
  std::unordered_map<double, std::int64_t> voxels;
  std::vector<std::int64_t> magnitudes = std::vector<std::int64_t>(std::size_t{1} << (64 - magnitude_shift));
};

/// @param low_of, high_of of each of the counts, ascending
template <class Low, class High>
BulkRange bulk_of_counts(const std::vector<std::int64_t>& counts, const Low& low_of, const High& high_of) {
  constexpr std::int64_t share = 1000, fewest = 100;
  const std::int64_t all = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  const std::int64_t spared = all < fewest ? 0 : std::max<std::int64_t>(1, all / share);
  std::size_t first = 0, last = counts.size() - 1;
  for (std::int64_t below = counts[first]; below <= spared; below += counts[++first]) {
  }
  for (std::int64_t above = counts[last]; above <= spared; above += counts[--last]) {
  }
  const double low = low_of(first), high = high_of(last), width = high - low;
  return {low - width, high + width};
}

/// Every pattern of bits has its own place.
template <class T>
std::vector<GreyLevel> counted(const std::function<void(const ValueVisitor&)>& visit_all) {
  using Bits = std::make_unsigned_t<T>;
  std::vector<std::int64_t> counts(std::size_t{1} << (8 * sizeof(T)));
  visit_all([&](const void* values, std::int64_t, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) ++counts[static_cast<const Bits*>(values)[i]];
  });
  std::vector<GreyLevel> levels;
  for (std::size_t bits = 0; bits < counts.size(); ++bits)
    if (counts[bits] > 0)
      levels.push_back({static_cast<double>(static_cast<T>(static_cast<Bits>(bits))), counts[bits]});
  std::sort(levels.begin(), levels.end(),
            [](const GreyLevel& a, const GreyLevel& b) { return a.value < b.value; });
  return levels;
}

constexpr double steps_across = 65536;

BulkRange within(const BulkRange& bulk, double least, double greatest) {
  return {std::max(bulk.low, least), std::min(bulk.high, greatest)};
}

/// Below the range, in equal steps across it, above it.
template <class T>
std::vector<std::int64_t> counts_across(const std::function<void(const ValueVisitor&)>& visit_all,
                                        const BulkRange& range, double step) {
  constexpr auto last = static_cast<std::size_t>(steps_across);
  std::vector<std::int64_t> counts(last + 2);
  visit_all([&](const void* values, std::int64_t, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      const auto value = static_cast<double>(static_cast<const T*>(values)[i]);
      if (std::isnan(value)) continue;  // outside of the sample
      const auto inside = [&] { return std::min((value - range.low) / step, steps_across - 1); };
      ++counts[value < range.low    ? 0
               : value > range.high ? last + 1
                                    : 1 + static_cast<std::size_t>(inside())];
    }
  });
  return counts;
}

/// Steps across the bulk, which is looked for by ever smaller ones: a few values far away, or a small range
/// far from zero, make the first ones coarse.
template <class T>
void count_in_steps(const std::function<void(const ValueVisitor&)>& visit_all, const Survey& survey,
                    GreyHistogram& histogram) {
  constexpr int most_passes = 8;
  constexpr double much = 8;  // smaller is worth another pass over the file
  const BulkRange all{survey.least, survey.greatest};
  const auto end_of_magnitude = [](std::size_t i) {
    return value_of_ordered(static_cast<std::uint64_t>(i) << Survey::magnitude_shift);
  };
  BulkRange range = bulk_of_counts(survey.magnitudes, end_of_magnitude,
                                   [&](std::size_t i) { return end_of_magnitude(i + 1); });
  for (int pass = 1;; ++pass) {
    range = within(range, all.low, all.high);
    double step = (range.high - range.low) / steps_across;
    // one value has nearly all voxels, and nothing is around it
    if (pass == most_passes || !std::isfinite(step) || range.high - step == range.high ||
        range.low + step == range.low) {
      range = all;
      step = (range.high - range.low) / steps_across;
      pass = most_passes;
    }
    const std::vector<std::int64_t> counts = counts_across<T>(visit_all, range, step);
    const auto begin_of = [&](std::size_t i) {
      return i == 0 ? all.low : range.low + static_cast<double>(i - 1) * step;
    };
    const auto end_of = [&](std::size_t i) {
      return i + 1 == counts.size() ? all.high : range.low + static_cast<double>(i) * step;
    };
    const BulkRange smaller = within(bulk_of_counts(counts, begin_of, end_of), all.low, all.high);
    if (pass < most_passes && much * (smaller.high - smaller.low) < range.high - range.low) {
      range = smaller;
      continue;
    }
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const bool below = i == 0, above = i + 1 == counts.size();
      if (counts[i] > 0)
        histogram.levels.push_back({below   ? all.low
                                    : above ? all.high
                                            : begin_of(i) + 0.5 * step,
                                    counts[i]});
    }
    return;
  }
}

/// Voxels and sum of values before each level, values from 0 to 1. Halves: no difference of two overflows.
struct Sums {
  explicit Sums(const std::vector<GreyLevel>& levels) : voxels(1, 0), values(1, 0) {
    const BulkRange bulk = bulk_of(levels);
    const double least = 0.5 * bulk.low, range = 0.5 * bulk.high - least;
    for (const GreyLevel& level : levels) {
      const auto count = static_cast<double>(level.voxels);
      voxels.push_back(voxels.back() + count);
      const double value = 0.5 * std::clamp(level.value, bulk.low, bulk.high);
      values.push_back(values.back() + count * ((value - least) / range));
    }
  }
  /// The larger the sum of these over the classes, the less their variance.
  double of_class(std::size_t begin, std::size_t end) const {
    const double sum = values[end] - values[begin];
    return sum * sum / (voxels[end] - voxels[begin]);
  }
  std::vector<double> voxels, values;
};

/// Positions to try: from `begin` to before `end`.
struct Cuts {
  std::size_t begin = 1, end = 0, each = 1;
};

std::array<std::size_t, 2> best_pair(const Sums& sums, const Cuts& firsts, const Cuts& seconds) {
  const std::size_t all = sums.voxels.size() - 1;
  double best = -1;
  std::array<std::size_t, 2> found{};
  for (std::size_t first = firsts.begin; first < firsts.end; first += firsts.each) {
    const double lowest = sums.of_class(0, first);
    for (std::size_t second = seconds.begin; second < seconds.end; second += seconds.each) {
      if (second <= first) continue;
      const double sum = lowest + sums.of_class(first, second) + sums.of_class(second, all);
      if (sum <= best) continue;
      best = sum;
      found = {first, second};
    }
  }
  return found;
}

/// Among cuts some levels apart, then among all between their neighbours.
std::array<std::size_t, 2> pair_of_cuts(const Sums& sums) {
  const std::size_t all = sums.voxels.size() - 1, each = (all + grey_steps - 1) / grey_steps;
  const Cuts coarse{each, all, each};
  const std::array<std::size_t, 2> found = best_pair(sums, coarse, coarse);
  if (each == 1) return found;
  const auto around = [&](std::size_t cut) { return Cuts{cut - each + 1, std::min(cut + each, all), 1}; };
  return best_pair(sums, around(found[0]), around(found[1]));
}

std::size_t one_cut(const Sums& sums) {
  const std::size_t all = sums.voxels.size() - 1;
  double best = -1;
  std::size_t found = 0;
  for (std::size_t cut = 1; cut < all; ++cut)
    if (const double sum = sums.of_class(0, cut) + sums.of_class(cut, all); sum > best) {
      best = sum;
      found = cut;
    }
  return found;
}

[[noreturn]] void refuse_nothing(const std::string& path) {
  throw Error(ExitCode::input_invalid, "no voxel of the sample has a value", path,
              "all are NaN or outside of the mask", "look at the file and the mask");
}

double between(const std::vector<GreyLevel>& levels, std::size_t behind) {
  return 0.5 * levels[behind - 1].value + 0.5 * levels[behind].value;
}

}  // namespace

GreyHistogram histogram_of(Element element, const std::string& path,
                           const std::function<void(const ValueVisitor&)>& visit_all, bool nan_is_outside) {
  GreyHistogram histogram;
  with_type(element, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (sizeof(T) <= 2) {
      histogram.levels = counted<T>(visit_all);
      if (histogram.levels.empty()) refuse_nothing(path);
      histogram.least = histogram.levels.front().value;
      histogram.greatest = histogram.levels.back().value;
    } else {
      Survey survey;
      survey.nan_is_outside = nan_is_outside;
      visit_all([&](const void* values, std::int64_t, std::int64_t count) {
        survey.add(static_cast<const T*>(values), count);
      });
      if (survey.not_finite > 0)
        throw no_numbers(path, fmt::format("{} of them", survey.not_finite), survey.not_finite, survey.nans,
                         "a grey value");
      if (survey.least > survey.greatest) refuse_nothing(path);
      histogram.is_exact = survey.is_exact;
      histogram.least = survey.least;
      histogram.greatest = survey.greatest;
      histogram.are_labels = survey.are_whole && survey.is_exact;
      if (!histogram.are_labels && !std::isfinite(survey.greatest - survey.least))
        throw Error(ExitCode::input_invalid, "grey values are too far apart", path,
                    fmt::format("from {:.3g} to {:.3g}", survey.least, survey.greatest),
                    "divide them by 1000");
      if (survey.is_exact) {
        for (const auto& [value, voxels] : survey.voxels) histogram.levels.push_back({value, voxels});
        std::sort(histogram.levels.begin(), histogram.levels.end(),
                  [](const GreyLevel& a, const GreyLevel& b) { return a.value < b.value; });
      } else {
        count_in_steps<T>(visit_all, survey, histogram);
      }
    }
  });
  return histogram;
}

BulkRange bulk_of(const std::vector<GreyLevel>& levels) {
  const double least = levels.front().value, greatest = levels.back().value;
  std::vector<std::int64_t> counts;
  for (const GreyLevel& level : levels) counts.push_back(level.voxels);
  const auto value_of_level = [&](std::size_t i) { return levels[i].value; };
  const BulkRange bulk = bulk_of_counts(counts, value_of_level, value_of_level);
  return bulk.low < bulk.high ? within(bulk, least, greatest) : BulkRange{least, greatest};
}

std::vector<double> otsu(const std::vector<GreyLevel>& levels, int thresholds) {
  if (levels.size() <= static_cast<std::size_t>(thresholds)) return {};
  const Sums sums(levels);
  if (thresholds == 1) return {between(levels, one_cut(sums))};
  const auto [first, second] = pair_of_cuts(sums);
  return {between(levels, first), between(levels, second)};
}

std::string text_of_thresholds(const std::vector<double>& thresholds) {
  std::vector<std::string> texts;
  for (const double threshold : thresholds) texts.push_back(fmt::format("{}", threshold));
  return fmt::format("{}", fmt::join(texts, ","));
}

bool looks_grey(const Volume& volume) {
  constexpr std::size_t most_of_regions = 16;
  const std::int64_t nx = volume.extent.nx, all = volume.extent.voxels();
  if (volume.labels.size() <= most_of_regions || nx < 2) return false;
  std::int64_t different = 0;
  std::visit(
      [&](const auto& codes) {
        for (std::int64_t row = 0; row < all; row += nx) {
          const auto* code = codes.data() + row;
          for (std::int64_t x = 1; x < nx; ++x) different += code[x] != code[x - 1];
        }
      },
      volume.codes);
  return 2 * different > all / nx * (nx - 1);
}

std::vector<GreyLevel> levels_of(const Volume& volume, CountedVoxels counted) {
  std::vector<GreyLevel> levels;
  for (const Label& label : volume.labels)
    levels.push_back({volume.grey->value_of(label.value), counted.empty() ? label.voxels : 0});
  for (std::size_t i = 0; i < counted.size(); ++i)
    if (const std::size_t code = volume.code(static_cast<std::int64_t>(i));
        counted[i] != 0 && code < levels.size())
      ++levels[code].voxels;
  std::erase_if(levels, [](const GreyLevel& level) { return level.voxels == 0; });
  return levels;
}

}  // namespace tauvox::io
