// Where ions from the separator meet electrons from the collector.
#include <algorithm>
#include <cmath>

#include "host/studies/phase_sets.hpp"
#include "host/studies/study.hpp"
#include "kernels/geometry/neighbour_pairs.hpp"
#include "kernels/volume/clusters.hpp"

namespace tauvox {
namespace {

/// All voxels of what carries something, and those of them that are joined to one end of the thickness.
struct Carrier {
  Unknowns all, joined;

  Carrier(const Codes& codes, const std::vector<std::uint8_t>& set, std::uint32_t face)
      : all(unknowns_of(codes, set)) {
    const Runs runs(all);
    const Clusters clusters = find_clusters(runs, Connectivity::faces_6);
    std::vector<std::uint8_t> keep;
    for (const std::uint32_t touches : clusters.touches) keep.push_back((touches & face) != 0);
    joined = voxels_of(runs, clusters, keep);
  }
};

std::vector<std::uint8_t> codes_of(const Volume& volume, const std::vector<std::int64_t>& labels) {
  std::vector<std::uint8_t> set;
  for (const Label& label : volume.labels)
    set.push_back(std::find(labels.begin(), labels.end(), label.value) != labels.end());
  return set;
}

Report accessible(const StudyInput& in, const FieldSink&, const Progress& progress) {
  const std::vector<std::int64_t>&ions = in.settings.ionic_labels, &electrons = in.settings.electronic_labels;
  if (ions.empty() || electrons.empty())
    throw Error(ExitCode::usage, "nothing said about what carries ions and electrons", in.volume.path, "",
                "evaluate with --ionic and --electronic");
  if (progress) progress("accessible surface", -1, "");
  const Axis axis = in.settings.thickness;
  const std::array<double, 3> edges = voxel_edges(in.volume);
  const std::uint32_t before = 1u << (2 * static_cast<int>(axis)), behind = 2 * before;
  const bool low = in.settings.separator == "low";
  const Codes codes(in.device, in.volume);
  const Carrier ionic(codes, codes_of(in.volume, ions), low ? before : behind),
      electronic(codes, codes_of(in.volume, electrons), low ? behind : before);
  // Whole carriers are phases 0 and 1, what is joined to the ends 2 and 3.
  const PhaseBits bits({&ionic.all, &electronic.all, &ionic.joined, &electronic.joined});
  const NeighbourPairs fine = count_neighbour_pairs(bits, 1), twice = count_neighbour_pairs(bits, 2);
  const auto density = [&](const NeighbourPairs& pairs, int p, int q) {
    return surface_density(pairs, pair_of(p, q), edges);
  };
  const double all = density(fine, 0, 1), reached = density(fine, 2, 3);
  Result result;
  result.study = "accessible";
  result.axis = axis;
  result.status = Status::complete;
  result.quantities = {
      {"accessible_surface", reached, {{ErrorSource::resolution, std::abs(reached - density(twice, 2, 3))}}},
      {"accessible_share", all > 0 ? std::optional(reached / all) : std::nullopt}};
  Report report;
  report.results.push_back(result);
  if (in.finished) in.finished(result);
  return report;
}

}  // namespace

Study accessible_study() {
  return {
      .name = "accessible",
      .meaning = "surface where ions from the separator meet electrons from the collector",
      .quantities =
          {{.name = "accessible_surface",
            .title = "accessible surface",
            .symbol = "S_acc",
            .unit = "1/m",
            .definition =
                "Area of the interface between what carries ions and what carries electrons, over the "
                "volume of all voxels, estimated as specific_surface is, between clusters of face-sharing "
                "voxels that touch the separator (ions) and the collector (electrons).",
            .uncertainties = {ErrorSource::resolution},
            .least = 0,
            .known = Known::always},
           {.name = "accessible_share",
            .title = "share that is accessible",
            .symbol = "f_acc",
            .definition = "accessible_surface over the same without asking what touches the ends; undefined "
                          "where the two do not meet.",
            .uncertainties = {ErrorSource::resolution},
            .least = 0}},
      .run = accessible,
      .needs_conductivity = false};
}

}  // namespace tauvox
