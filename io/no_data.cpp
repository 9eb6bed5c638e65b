#include "io/no_data.hpp"

#include <fmt/format.h>

#include <cmath>

#include "io/printable.hpp"

namespace tauvox::io {

void warn_of_no_data(const std::vector<NoData>& claims, const ReadOptions& options, Volume& volume) {
  const bool are_counted = volume.thresholds.empty() && !volume.grey && options.filters.empty();
  for (const NoData& claim : claims) {
    if (std::isnan(claim.low) || std::isnan(claim.high))
      continue;  // NaN is refused, or outside of the sample
    const std::string said = printable(claim.said);
    if (!are_counted) {
      volume.warnings.push_back(
          fmt::format("{} is not applied: what it calls no data counts as any other value", said));
      continue;
    }
    std::int64_t voxels = 0;
    for (const Label& label : volume.labels) {
      const auto value = static_cast<double>(label.value);
      const bool is_outside =
          options.outside && !options.outside->are_nan && options.outside->label == label.value;
      if (!is_outside && (value >= claim.low && value <= claim.high) == claim.is_inside)
        voxels += label.voxels;
    }
    if (voxels == 0) continue;
    volume.warnings.push_back(
        fmt::format("{} is not applied: {} of {} voxels are no data by it, and count as any other; "
                    "--outside LABEL leaves those of one label out",
                    said, voxels, volume.extent.voxels()));
  }
}

}  // namespace tauvox::io
