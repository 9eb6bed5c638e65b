// Percolation of every phase, and of every label that is a part of none: which clusters of its face-sharing
// voxels touch both outer faces across an axis. Nothing is solved. Memory: that of one search for clusters.
#include <fmt/format.h>

#include <algorithm>

#include "host/studies/examined_labels.hpp"
#include "host/studies/study.hpp"
#include "kernels/volume/clusters.hpp"
#include "kernels/volume/codes.hpp"

namespace tauvox {
namespace {

/// Voxels whose clusters are asked for: those of a label, or of a phase that is several.
struct Asked {
  std::optional<std::int64_t> label;
  std::string phase;
  std::vector<std::uint8_t> codes;  // 1 for each that belongs to it
  double fraction = 0;
};

std::vector<Asked> sets_of(const Volume& volume, const Phases& phases) {
  std::vector<Asked> sets;
  const std::vector<Label>& labels = volume.labels;
  for (std::size_t code = 0; code < std::min(labels.size(), examined_labels); ++code) {
    const std::string name = phases.name_of(labels[code].value);
    // Not for itself where the name is of several: their results could not be told apart.
    if (const NamedPhase* phase = phases.find(name); phase && phase->labels.size() > 1) continue;
    Asked& set =
        sets.emplace_back(Asked{labels[code].value, name, std::vector<std::uint8_t>(volume.codes_there_are()),
                                volume.fraction(labels[code])});
    set.codes[code] = 1;
  }
  for (const NamedPhase& phase : phases.named) {
    if (phase.labels.size() == 1) continue;
    Asked& set =
        sets.emplace_back(Asked{{}, phase.name, std::vector<std::uint8_t>(volume.codes_there_are())});
    for (std::size_t code = 0; code < labels.size(); ++code) {
      if (std::find(phase.labels.begin(), phase.labels.end(), labels[code].value) == phase.labels.end())
        continue;
      set.codes[code] = 1;
      set.fraction += volume.fraction(labels[code]);
    }
  }
  return sets;
}

Result result_along(Axis axis, const Volume& volume, const Asked& set, const Clusters& clusters) {
  const auto all = static_cast<double>(volume.voxels_of_sample());
  const std::int64_t spanning = clusters.spanning_voxels(axis);
  Result result;
  result.study = "percolation";
  result.label = set.label;
  result.phase = set.phase;
  result.axis = axis;
  result.percolates = spanning > 0;
  result.status = spanning > 0 ? Status::complete : Status::not_percolating;
  if (spanning == 0)
    result.reason = fmt::format("no path of face-sharing voxels of this {} joins the two outer faces",
                                set.label ? "label" : "phase");
  result.quantities = {{"volume_fraction", set.fraction},
                       {"percolating_volume_fraction", static_cast<double>(spanning) / all},
                       {"largest_cluster_fraction", static_cast<double>(clusters.largest()) / all}};
  return result;
}

Report percolation(const StudyInput& in, const FieldSink&, const Progress& progress) {
  Report report;
  const Codes codes(in.device, in.volume);
  const std::vector<Asked> sets = sets_of(in.volume, in.phases);
  for (std::size_t i = 0; i < sets.size(); ++i) {
    if (progress)
      progress("percolation", static_cast<double>(i) / static_cast<double>(sets.size()),
               sets[i].label ? fmt::format("label {}", *sets[i].label) : "phase " + sets[i].phase);
    const Clusters clusters = find_clusters(Runs(unknowns_of(codes, sets[i].codes)));
    for (const Axis axis : all_axes) {
      report.results.push_back(result_along(axis, in.volume, sets[i], clusters));
      if (in.finished) in.finished(report.results.back());
    }
  }
  if (const std::size_t labels = in.volume.labels.size(); labels > examined_labels)
    report.notices.push_back(
        fmt::format("percolation was examined for the first {} of {} labels", examined_labels, labels));
  return report;
}

}  // namespace

Study percolation_study() {
  return {.name = "percolation",
          .meaning = "which labels and named phases percolate along which axis; nothing is solved",
          .quantities = {volume_fraction_row(), percolating_volume_fraction_row(),
                         largest_cluster_fraction_row()},
          .run = percolation,
          .needs_conductivity = false};
}

}  // namespace tauvox
