// What all pictures of a report share: the phases and their colours, lengths, and where the separator is.
#pragma once

#include <optional>
#include <utility>

#include "host/pages/slice.hpp"
#include "host/report/run_report.hpp"
#include "host/settings/study_settings.hpp"

namespace tauvox::pages {

/// Where --slice-at names layers that are not there.
std::vector<std::string> notices_of_cuts(const std::vector<std::pair<Axis, std::int64_t>>& cuts,
                                         const Volume& volume);

struct Look {
  /// @param places axis -> where to cut across it; the middle where it is not among them
  Look(const RunReport& report, const StudySettings& settings,
       const std::vector<std::pair<Axis, std::int64_t>>& places);

  const Volume& volume;
  Partition parts;
  std::vector<PhaseColours> colours;  // of each phase of `parts`
  std::array<double, 3> edges;        // of a voxel along z, y, x, m
  Axis thickness;
  bool separator_low;
  std::array<std::int64_t, 3> cuts;  // along z, y, x

  double length(Axis axis) const {  // m
    return edges[static_cast<std::size_t>(axis)] * static_cast<double>(volume.extent.along(axis));
  }
  Slice slice(Axis normal) const { return {normal, cuts[static_cast<std::size_t>(normal)]}; }
  /// Where the slice lies, at the middle of its voxels: "z = 50.2 µm".
  std::string place_of(const Slice& slice) const;
  Picture picture(const Slice& slice, std::int64_t most, std::int64_t least = 1) const;
};

/// Names of phases may be long.
inline constexpr std::size_t longest_name = 28;
/// "pore 40.1 %"
std::string legend_of(const Volume& volume, const PhaseSet& set);

}  // namespace tauvox::pages
