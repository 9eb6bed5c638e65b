// Shortest ways through the phases from separator to collector.
#include "kernels/geometry/geodesic.hpp"

#include "host/studies/phase_sets.hpp"
#include "host/studies/study.hpp"
#include "kernels/volume/clusters.hpp"

namespace tauvox {
namespace {

Result result_of(const PhaseSet& set, const Codes& codes, const StudyInput& in) {
  const Axis axis = in.settings.thickness;
  const std::array<double, 3> edges = voxel_edges(in.volume);
  const double edge = edges[static_cast<std::size_t>(axis)];
  const double length = edge * static_cast<double>(in.volume.extent.along(axis));
  Result result = result_about("geodesic", set);
  result.axis = axis;
  ShortestWays ways;
  {
    const Runs runs(unknowns_of(codes, set.codes));
    const Clusters clusters = find_clusters(runs);
    if (clusters.spanning_voxels(axis) > 0)
      ways = shortest_ways(voxels_of(runs, clusters, spanning(clusters, axis)), axis,
                           in.settings.separator == "low", edges);
  }
  Quantity mean{"geodesic_tortuosity", {}}, least{"geodesic_tortuosity_least", {}};
  if (ways.reached > 0) {
    mean.value = (ways.mean + edge) / length;
    least.value = (ways.least + edge) / length;
  } else {
    mean.infinite = least.infinite = true;
    result.status = Status::not_percolating;
    result.percolates = false;
    result.reason = "no path of face-sharing voxels joins separator and collector";
  }
  result.quantities = {mean, least};
  return result;
}

Report geodesic(const StudyInput& in, const FieldSink&, const Progress& progress) {
  Report report;
  const std::vector<PhaseSet> sets = Partition(in.volume, in.phases).phases;
  const Codes codes(in.device, in.volume);
  for (std::size_t i = 0; i < sets.size(); ++i) {
    if (progress)
      progress("geodesic", static_cast<double>(i) / static_cast<double>(sets.size()), sets[i].name);
    report.results.push_back(result_of(sets[i], codes, in));
    if (in.finished) in.finished(report.results.back());
  }
  return report;
}

}  // namespace

Study geodesic_study() {
  return {
      .name = "geodesic",
      .meaning = "geodesic tortuosity of the named phases: shortest ways from separator to collector",
      .quantities =
          {{.name = "geodesic_tortuosity",
            .title = "geodesic tortuosity",
            .symbol = "tau_geo",
            .definition =
                "Mean over the voxels of the last layer of the length of the shortest way from the first, "
                "by steps to the 26 neighbours inside what percolates over faces, and half a voxel at both "
                "ends, over the thickness (Stenzel et al. 2016, doi 10.1002/aic.15160). A ratio of "
                "lengths, no tortuosity factor: that is solved for. Infinite without a path.",
            .uncertainties = {ErrorSource::resolution},
            .least = 0,
            .known = Known::with_path},
           {.name = "geodesic_tortuosity_least",
            .title = "the shortest way of all",
            .symbol = "tau_min",
            .definition = "The same of the voxel with the shortest way.",
            .least = 0,
            .known = Known::with_path,
            .in_text = false}},
      .run = geodesic,
      .needs_conductivity = false};
}

}  // namespace tauvox
