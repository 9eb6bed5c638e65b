// Clusters of the phases: what is joined to separator and collector, what is cut off, and Euler numbers.
#include "host/studies/phase_sets.hpp"
#include "host/studies/sample.hpp"
#include "host/studies/study.hpp"
#include "kernels/geometry/topology.hpp"
#include "kernels/volume/clusters.hpp"

namespace tauvox {
namespace {

/// Voxels of the clusters of a phase by what they touch.
struct Joined {
  std::int64_t separator = 0, collector = 0, both = 0, isolated = 0, cut = 0, largest = 0;
  double squares = 0;
};

Joined joined_by(const Clusters& clusters, Axis axis, bool separator_is_low) {
  const std::uint32_t before = 1u << (2 * static_cast<int>(axis)), behind = 2 * before;
  const std::uint32_t separator = separator_is_low ? before : behind,
                      collector = separator_is_low ? behind : before;
  Joined found;
  found.largest = clusters.largest();
  for (std::size_t k = 0; k < clusters.voxels.size(); ++k) {
    const std::int64_t voxels = clusters.voxels[k];
    const std::uint32_t touches = clusters.touches[k];
    found.squares += static_cast<double>(voxels) * static_cast<double>(voxels);
    if (touches & separator) found.separator += voxels;
    if (touches & collector) found.collector += voxels;
    if ((touches & separator) && (touches & collector)) found.both += voxels;
    if (touches == 0)
      found.isolated += voxels;
    else if (!(touches & (separator | collector)))
      found.cut += voxels;
  }
  return found;
}

EulerNumbers euler_of(const Codes& codes, const PhaseSet& set) {
  std::vector<std::uint8_t> phase_of_code;
  for (const std::uint8_t in : set.codes) phase_of_code.push_back(in ? 0 : no_phase);
  return count_euler(PhaseBits(codes, phase_of_code, 1)).front();
}

Result result_of(const PhaseSet& set, const Clusters& clusters, const EulerNumbers& euler,
                 const StudyInput& in) {
  const Joined found = joined_by(clusters, in.settings.thickness, in.settings.separator == "low");
  const std::array<double, 3> edges = voxel_edges(in.volume);
  const double voxel = edges[0] * edges[1] * edges[2], all = static_cast<double>(set.voxels);
  const auto share = [&](std::int64_t voxels) { return static_cast<double>(voxels) / all; };
  Result result = result_about("connectivity", set);
  result.axis = in.settings.thickness;
  result.quantities = {{"percolating_share", share(found.both)},
                       {"separator_share", share(found.separator)},
                       {"collector_share", share(found.collector)},
                       {"one_face_share", share(found.separator + found.collector - 2 * found.both)},
                       {"isolated_share", share(found.isolated)},
                       {"cut_share", share(found.cut)},
                       {"clusters", static_cast<double>(clusters.count())},
                       {"largest_cluster_share", share(found.largest)},
                       {"weighted_cluster_volume", found.squares / all * voxel},
                       {"euler_number", static_cast<double>(euler.faces_6)},
                       {"euler_number_26", static_cast<double>(euler.all_26)},
                       {"euler_density", static_cast<double>(euler.faces_6) /
                                             (voxel * static_cast<double>(in.volume.voxels_of_sample()))}};
  return result;
}

Report connectivity(const StudyInput& in, const FieldSink&, const Progress& progress) {
  Report report;
  const std::vector<PhaseSet> sets = all_phase_sets(in.volume, in.phases);
  const Codes codes(in.device, in.volume);
  for (std::size_t i = 0; i < sets.size(); ++i) {
    if (progress)
      progress("connectivity", static_cast<double>(i) / static_cast<double>(sets.size()), sets[i].name);
    const Runs runs(unknowns_of(codes, sets[i].codes));
    Clusters clusters = find_clusters(runs);
    mark_at_surface(clusters, runs, codes, in.volume);
    report.results.push_back(result_of(sets[i], clusters, euler_of(codes, sets[i]), in));
    if (in.finished) in.finished(report.results.back());
  }
  return report;
}

QuantityDefinition share_row(const char* name, const char* title, const char* symbol,
                             const char* definition) {
  return {.name = name,
          .title = title,
          .symbol = symbol,
          .definition = definition,
          .uncertainties = {ErrorSource::resolution},
          .least = 0,
          .most = 1,
          .known = Known::always};
}

QuantityDefinitions rows() {
  return {
      share_row("percolating_share", "share that joins both ends", "f_through",
                "Voxels in clusters of face-sharing voxels of the phase that touch the separator and the "
                "collector, over all its voxels."),
      share_row("separator_share", "share joined to the separator", "f_sep",
                "Voxels in clusters that touch the end of the thickness at the separator, over all voxels of "
                "the phase."),
      share_row("collector_share", "share joined to the collector", "f_col",
                "Voxels in clusters that touch the end of the thickness at the collector, over all voxels of "
                "the phase."),
      share_row("one_face_share", "share that joins one end only", "f_one",
                "Voxels in clusters that touch just one of separator and collector, over all voxels of the "
                "phase. Blind branches of clusters that touch both are not in it."),
      share_row(
          "isolated_share", "share that is cut off", "f_iso",
          "Voxels in clusters that touch neither a side of the volume nor what is outside of the sample, "
          "over all voxels of the phase: proven to be isolated."),
      share_row(
          "cut_share", "share that is unknown", "f_cut",
          "Voxels in clusters that touch only sides beside the thickness, or what is outside of the sample, "
          "over all voxels of the phase: whether they are joined outside the volume is unknown (as in "
          "MATBOX, Usseglio-Viretta 2018)."),
      {.name = "clusters",
       .title = "clusters",
       .symbol = "n",
       .definition = "Number of clusters of face-sharing voxels of the phase.",
       .least = 0,
       .known = Known::always},
      share_row("largest_cluster_share", "share of the largest cluster", "f_max",
                "Voxels of the largest cluster over all voxels of the phase."),
      {.name = "weighted_cluster_volume",
       .title = "mean cluster by volume",
       .symbol = "V_w",
       .unit = "m3",
       .definition = "Volume of the cluster in which a voxel of the phase lies, in the mean over its voxels: "
                     "sum V^2 / sum V.",
       .least = 0,
       .known = Known::always,
       .in_text = false},
      {.name = "euler_number",
       .title = "Euler number",
       .symbol = "chi",
       .definition =
           "Clusters - tunnels + cavities of the phase, its voxels connected over faces, those of all others "
           "over edges and corners too; what lies outside the volume or the sample is no phase. It depends "
           "strongly on "
           "resolution.",
       .known = Known::always},
      {.name = "euler_number_26",
       .title = "Euler number, over corners too",
       .symbol = "chi_26",
       .definition = "The same with the voxels of the phase connected over edges and corners too.",
       .known = Known::always,
       .in_text = false},
      {.name = "euler_density",
       .title = "Euler number per volume",
       .symbol = "chi_V",
       .unit = "1/m3",
       .definition = "euler_number over the volume of all voxels of the sample.",
       .uncertainties = {ErrorSource::resolution},
       .known = Known::always,
       .in_text = false}};
}

}  // namespace

Study connectivity_study() {
  return {.name = "connectivity",
          .meaning = "clusters of the named phases: joined to separator or collector, cut off, Euler numbers",
          .quantities = rows(),
          .run = connectivity,
          .needs_conductivity = false};
}

}  // namespace tauvox
