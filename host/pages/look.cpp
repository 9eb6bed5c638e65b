#include "host/pages/look.hpp"

#include <fmt/format.h>

#include "host/report/escape.hpp"

namespace tauvox::pages {

Look::Look(const RunReport& report, const StudySettings& settings,
           const std::vector<std::pair<Axis, std::int64_t>>& places)
    : volume(*report.volume),
      parts(volume, report.phases),
      colours(colours_of(parts.phases, volume, settings.ionic_labels)),
      edges(voxel_edges(volume)),
      thickness(settings.thickness),
      separator_low(settings.separator == "low") {
  for (const Axis axis : all_axes) {
    std::int64_t& cut = cuts[static_cast<std::size_t>(axis)];
    cut = volume.extent.along(axis) / 2;
    for (const auto& [across, place] : places)
      if (across == axis) cut = std::min(place, volume.extent.along(axis) - 1);
  }
}

std::string Look::place_of(const Slice& slice) const {
  const double edge = edges[static_cast<std::size_t>(slice.normal)];
  return fmt::format("{} = {:.4g} µm", axis_name(slice.normal),
                     (static_cast<double>(slice.at) + 0.5) * edge * 1e6);
}

std::vector<std::string> notices_of_cuts(const std::vector<std::pair<Axis, std::int64_t>>& cuts,
                                         const Volume& volume) {
  std::vector<std::string> notices;
  for (const auto& [axis, place] : cuts)
    if (const std::int64_t last = volume.extent.along(axis) - 1; place > last)
      notices.push_back(fmt::format("--slice-at {0}={1}: the last layer of axis {0} is {2}, which is shown",
                                    axis_name(axis), place, last));
  return notices;
}

std::string legend_of(const Volume& volume, const PhaseSet& set) {
  return fmt::format("{} {:.1f} %", harmless(set.name, longest_name), 100 * volume.fraction({0, set.voxels}));
}

Picture Look::picture(const Slice& slice, std::int64_t most, std::int64_t least) const {
  std::vector<Colour> of_code;
  for (const std::uint8_t phase : parts.phase_of_code)
    of_code.push_back(phase < colours.size() ? colours[phase].area : outside_colour);
  return picture_of(volume.extent, slice, most, least,
                    [&](std::int64_t i) { return of_code[static_cast<std::size_t>(volume.code(i))]; });
}

}  // namespace tauvox::pages
