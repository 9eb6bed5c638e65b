#include "io/grey.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <unordered_map>

namespace tauvox::io {
namespace {

constexpr std::size_t most_labels = 65536;

/// Range and, while they may be labels, values.
class Survey {
 public:
  template <class T>
  void add(const T* values, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      const auto value = static_cast<double>(values[i]);
      if constexpr (std::is_floating_point_v<T>) {
        if (!std::isfinite(value)) {
          ++not_finite;
          continue;
        }
        constexpr double last_whole = 9007199254740992.0;  // 2^53
        if (value != std::trunc(value) || std::abs(value) > last_whole) are_labels = false;
      }
      least = std::min(least, value);
      greatest = std::max(greatest, value);
      if (!are_labels) continue;
      ++voxels[value];
      are_labels = voxels.size() <= most_labels;
    }
  }

  double least = std::numeric_limits<double>::infinity(), greatest = -least;
  std::int64_t not_finite = 0;
  bool are_labels = true;
  std::unordered_map<double, std::int64_t> voxels;
};

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

template <class T>
void count_in_steps(const std::function<void(const ValueVisitor&)>& visit_all, GreyHistogram& histogram) {
  struct Step {
    std::int64_t voxels = 0;
    double value = 0;      // the first
    bool differs = false;  // another one
  };
  std::vector<Step> steps(grey_steps);
  std::int64_t all = 0;
  visit_all([&](const void* values, std::int64_t, std::int64_t count) {
    all += count;
    for (std::int64_t i = 0; i < count; ++i) {
      const auto value = static_cast<double>(static_cast<const T*>(values)[i]);
      const double at = value / histogram.step - histogram.least / histogram.step;
      Step& step = steps[static_cast<std::size_t>(std::clamp(at, 0.0, grey_steps - 1.0))];
      if (step.voxels++ == 0) step.value = value;
      step.differs = step.differs || value != step.value;
    }
  });
  constexpr std::int64_t crowd = 20;  // a twentieth; of an image no step has a hundredth
  for (int i = 0; i < grey_steps; ++i) {
    const Step& step = steps[static_cast<std::size_t>(i)];
    if (step.voxels > 0)
      histogram.levels.push_back({histogram.least + (i + 0.5) * histogram.step, step.voxels});
    histogram.is_coarse = histogram.is_coarse || (step.differs && crowd * step.voxels > all);
  }
}

/// Neighbours in groups, each at its mean value.
std::vector<GreyLevel> grouped(const std::vector<GreyLevel>& levels) {
  const std::size_t each = (levels.size() + grey_steps - 1) / grey_steps;
  std::vector<GreyLevel> groups;
  for (std::size_t begin = 0; begin < levels.size(); begin += each) {
    GreyLevel group;
    double sum = 0;
    for (std::size_t i = begin; i < std::min(begin + each, levels.size()); ++i) {
      group.voxels += levels[i].voxels;
      sum += levels[i].value * static_cast<double>(levels[i].voxels);
    }
    group.value = sum / static_cast<double>(group.voxels);
    groups.push_back(group);
  }
  return groups;
}

/// Voxels and sum of values before each level, values from 0 to 1. Halves: no difference of two overflows.
struct Sums {
  explicit Sums(const std::vector<GreyLevel>& levels) : voxels(1, 0), values(1, 0) {
    const double least = 0.5 * levels.front().value, range = 0.5 * levels.back().value - least;
    for (const GreyLevel& level : levels) {
      const auto count = static_cast<double>(level.voxels);
      voxels.push_back(voxels.back() + count);
      values.push_back(values.back() + count * ((0.5 * level.value - least) / range));
    }
  }
  /// The larger the sum of these over the classes, the less their variance.
  double of_class(std::size_t begin, std::size_t end) const {
    const double sum = values[end] - values[begin];
    return sum * sum / (voxels[end] - voxels[begin]);
  }
  std::vector<double> voxels, values;
};

double between(const std::vector<GreyLevel>& levels, std::size_t behind) {
  return 0.5 * levels[behind - 1].value + 0.5 * levels[behind].value;
}

}  // namespace

GreyHistogram histogram_of(Element element, const std::string& path,
                           const std::function<void(const ValueVisitor&)>& visit_all) {
  GreyHistogram histogram;
  with_type(element, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (sizeof(T) <= 2) {
      histogram.levels = counted<T>(visit_all);
    } else {
      Survey survey;
      visit_all([&](const void* values, std::int64_t, std::int64_t count) {
        survey.add(static_cast<const T*>(values), count);
      });
      if (survey.not_finite > 0)
        throw Error(ExitCode::input_invalid, "voxels are NaN or infinite", path,
                    fmt::format("{} of them", survey.not_finite), "replace them by a grey value first");
      histogram.are_labels = survey.are_labels;
      if (survey.are_labels) {
        for (const auto& [value, voxels] : survey.voxels) histogram.levels.push_back({value, voxels});
        std::sort(histogram.levels.begin(), histogram.levels.end(),
                  [](const GreyLevel& a, const GreyLevel& b) { return a.value < b.value; });
        return;
      }
      histogram.least = survey.least;
      if (survey.least == survey.greatest) {
        histogram.levels = {{survey.least, 1}};
        return;
      }
      if (!std::isfinite(survey.greatest - survey.least))
        throw Error(ExitCode::input_invalid, "grey values are too far apart", path,
                    fmt::format("from {:.3g} to {:.3g}", survey.least, survey.greatest),
                    "divide them by 1000");
      histogram.step = survey.greatest / grey_steps - survey.least / grey_steps;
      count_in_steps<T>(visit_all, histogram);
    }
  });
  return histogram;
}

std::vector<double> otsu(const std::vector<GreyLevel>& all, int thresholds) {
  const std::vector<GreyLevel> levels = thresholds == 1 ? all : grouped(all);
  if (levels.size() <= static_cast<std::size_t>(thresholds)) return {};
  const Sums sums(levels);
  const std::size_t end = levels.size();
  double best = -1;
  std::vector<double> found;
  for (std::size_t first = 1; first < end; ++first) {
    const double lowest = sums.of_class(0, first);
    if (thresholds == 1) {
      if (const double all_classes = lowest + sums.of_class(first, end); all_classes > best) {
        best = all_classes;
        found = {between(levels, first)};
      }
      continue;
    }
    for (std::size_t second = first + 1; second < end; ++second)
      if (const double all_classes = lowest + sums.of_class(first, second) + sums.of_class(second, end);
          all_classes > best) {
        best = all_classes;
        found = {between(levels, first), between(levels, second)};
      }
  }
  return found;
}

std::string text_of_thresholds(const std::vector<double>& thresholds) {
  std::vector<std::string> texts;
  for (const double threshold : thresholds) texts.push_back(fmt::format("{:.7g}", threshold));
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

std::vector<GreyLevel> levels_of(const Volume& volume) {
  std::vector<GreyLevel> levels;
  for (const Label& label : volume.labels)
    levels.push_back({volume.grey->value_of(label.value), label.voxels});
  return levels;
}

}  // namespace tauvox::io
