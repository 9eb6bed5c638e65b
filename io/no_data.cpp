#include "io/no_data.hpp"

#include <fmt/format.h>

#include <cmath>

#include "io/printable.hpp"

namespace tauvox::io {

NoDataCounter::NoDataCounter(const std::vector<NoData>& claims, const ReadOptions& options,
                             CountedVoxels counted)
    : claims_(claims), counted_(counted), voxels_(claims.size()) {
  if (options.outside && !options.outside->are_nan && options.thresholds.empty() && options.filters.empty())
    outside_ = static_cast<double>(options.outside->label);
}

void NoDataCounter::add(Element element, const void* values, std::int64_t first, std::int64_t count) {
  if (claims_.empty()) return;
  with_type(element, [&](auto zero) {
    const auto* typed = static_cast<const decltype(zero)*>(values);
    for (std::int64_t i = 0; i < count; ++i) {
      if (!counted_.empty() && counted_[static_cast<std::size_t>(first + i)] == 0) continue;
      const auto value = static_cast<double>(typed[i]);
      if (std::isnan(value) || value == outside_) continue;
      for (std::size_t c = 0; c < claims_.size(); ++c)
        if ((value >= claims_[c].low && value <= claims_[c].high) == claims_[c].is_inside) ++voxels_[c];
    }
  });
}

void warn_of_no_data(const NoDataCounter& found, const ReadOptions& options, Volume& volume) {
  const bool are_labels = volume.thresholds.empty() && !volume.grey && options.filters.empty();
  for (std::size_t c = 0; c < found.claims().size(); ++c) {
    const NoData& claim = found.claims()[c];
    if (std::isnan(claim.low) || std::isnan(claim.high))
      continue;  // NaN is refused, or outside of the sample
    const std::int64_t voxels = found.voxels(c);
    if (voxels == 0) continue;
    volume.warnings.push_back(fmt::format(
        "{} is not applied: {} of {} voxels are no data by it, and count as any other; {}",
        printable(claim.said), voxels, volume.extent.voxels(),
        are_labels ? "--outside LABEL leaves those of one label out" : "--mask FILE leaves voxels out"));
  }
}

}  // namespace tauvox::io
