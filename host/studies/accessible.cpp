// Where ions from the separator meet electrons from the collector.
#include <algorithm>
#include <cmath>
#include <optional>

#include "host/studies/phase_sets.hpp"
#include "host/studies/sample.hpp"
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
    const Clusters clusters = find_clusters(runs);
    std::vector<std::uint8_t> keep;
    for (const std::uint32_t touches : clusters.touches) keep.push_back((touches & face) != 0);
    joined = voxels_of(runs, clusters, keep);
  }
};

/// Pairs of neighbours of which one carries ions and the other electrons, but not both of both: [0] whatever
/// they are joined to, [1] where the ends are reached.
class Meeting {
 public:
  Meeting(const Carrier& ionic, const Carrier& electronic, const Unknowns& both)
      : bits_({&ionic.all, &electronic.all, &ionic.joined, &electronic.joined}) {
    if (both.count() == 0) return;
    const Unknowns ions = in_both(ionic.joined, both), electrons = in_both(electronic.joined, both);
    within_.emplace(std::vector{&both, &both, &ions, &electrons});
  }

  NeighbourPairs pairs(int lag) const {
    const NeighbourPairs found = count_neighbour_pairs(bits_, lag);
    NeighbourPairs met = found;
    met.of_pair = {found.of_pair[whole], found.of_pair[joined]};
    if (!within_) return met;
    const NeighbourPairs within = count_neighbour_pairs(*within_, lag);
    for (std::size_t k = 0; k < met.all.size(); ++k) {
      met.of_pair[0][k] -= within.of_pair[whole][k];
      met.of_pair[1][k] -= within.of_pair[joined][k];
    }
    return met;
  }

 private:
  static constexpr std::size_t whole = 0, joined = 5;  // pair_of(0, 1) and pair_of(2, 3)
  PhaseBits bits_;
  std::optional<PhaseBits> within_;  // of voxels that carry both
};

std::vector<std::uint8_t> codes_of(const Volume& volume, const std::vector<std::int64_t>& labels) {
  std::vector<std::uint8_t> set;
  for (const Label& label : volume.labels)
    set.push_back(std::find(labels.begin(), labels.end(), label.value) != labels.end());
  set.resize(volume.codes_there_are());
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
  const std::vector<std::uint8_t> of_ions = codes_of(in.volume, ions),
                                  of_electrons = codes_of(in.volume, electrons);
  const Carrier ionic(codes, of_ions, low ? before : behind),
      electronic(codes, of_electrons, low ? behind : before);
  const Unknowns both = in_both(ionic.all, electronic.all);
  const Meeting meeting(ionic, electronic, both);
  NeighbourPairs fine = meeting.pairs(1), twice = meeting.pairs(2);
  count_in_sample(fine, codes, in.volume);
  count_in_sample(twice, codes, in.volume);
  const double all = surface_density(fine, 0, edges), reached = surface_density(fine, 1, edges);
  Result result;
  result.study = "accessible";
  result.axis = axis;
  result.status = Status::complete;
  result.quantities = {
      {"accessible_surface",
       reached,
       {{ErrorSource::resolution,
         std::abs(reached - surface_density(twice, 1, edges)) + doubt_of_directions(fine, 1, edges), false,
         true}}},
      {"accessible_share", all > 0 ? std::optional(reached / all) : std::nullopt}};
  if (both.count() > 0)
    result.remarks.push_back("some phases carry both: faces between voxels that do are not counted");
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
                "voxels that touch the separator (ions) and the collector (electrons). Where phases carry "
                "both, "
                "what lies between two voxels of them is no part of it.",
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
