// Percolation of every label: which clusters of face-sharing voxels of one label touch both outer faces
// across an axis. Nothing is solved. Memory: that of one search for clusters.
#include <fmt/format.h>

#include "host/studies/study.hpp"
#include "kernels/volume/clusters.hpp"
#include "kernels/volume/codes.hpp"

namespace tauvox {
namespace {

Result result_along(Axis axis, const Volume& volume, const Label& label, const Clusters& clusters) {
  const auto all = static_cast<double>(volume.extent.voxels());
  const std::int64_t spanning = clusters.spanning_voxels(axis);
  Result result;
  result.study = "percolation";
  result.label = label.value;
  result.axis = axis;
  result.percolates = spanning > 0;
  result.status = spanning > 0 ? Status::complete : Status::not_percolating;
  if (spanning == 0) result.reason = "no path of face-sharing voxels of this label joins the two outer faces";
  result.quantities = {{"volume_fraction", volume.fraction(label)},
                       {"percolating_volume_fraction", static_cast<double>(spanning) / all},
                       {"largest_cluster_fraction", static_cast<double>(clusters.largest()) / all}};
  return result;
}

Report percolation(const StudyInput& in, const FieldSink&, const Progress& progress) {
  Report report;
  const std::size_t labels = in.volume.labels.size();
  const Codes codes(in.device, in.volume);
  for (std::size_t code = 0; code < std::min(labels, examined_labels); ++code) {
    if (progress)
      progress("percolation", static_cast<double>(code) / static_cast<double>(labels),
               fmt::format("label {}", in.volume.labels[code].value));
    std::vector<std::uint8_t> set(labels);
    set[code] = 1;
    const Clusters clusters = find_clusters(Runs(unknowns_of(codes, set)), Connectivity::faces_6);
    for (const Axis axis : all_axes) {
      report.results.push_back(result_along(axis, in.volume, in.volume.labels[code], clusters));
      if (in.finished) in.finished(report.results.back());
    }
  }
  if (labels > examined_labels)
    report.notices.push_back(
        fmt::format("percolation was examined for the first {} of {} labels", examined_labels, labels));
  return report;
}

}  // namespace

Study percolation_study() {
  return {.name = "percolation",
          .meaning = "which labels percolate along which axis; nothing is solved",
          .quantities = {volume_fraction_row(), percolating_volume_fraction_row(),
                         largest_cluster_fraction_row()},
          .run = percolation,
          .needs_conductivity = false};
}

}  // namespace tauvox
