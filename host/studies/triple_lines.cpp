// Lines where three phases meet, such as active material, binder and pore.
#include <algorithm>
#include <numbers>

#include "host/studies/phase_sets.hpp"
#include "host/studies/study.hpp"
#include "kernels/geometry/topology.hpp"

namespace tauvox {
namespace {

/// Length of lines from that of their edges along each axis. Edges go around corners: lines of all directions
/// alike have 3/2 of their length in edges, those of all directions in a plane of two axes 4/pi, those along
/// an axis 1. What all three axes have is taken for the first, what two have beyond that for the second, and
/// the rest for the third.
double length_by_edges(std::array<double, 3> along) {
  std::sort(along.begin(), along.end());
  return 2 * along[0] + std::numbers::pi / 2 * (along[1] - along[0]) + (along[2] - along[1]);
}

Report triple_lines(const StudyInput& in, const FieldSink&, const Progress& progress) {
  if (progress) progress("triple lines", -1, "");
  Report report;
  const Partition parts(in.volume, in.phases);
  const std::array<double, 3> edges = voxel_edges(in.volume);
  const double volume = edges[0] * edges[1] * edges[2] * static_cast<double>(in.volume.voxels_of_sample());
  const int count = static_cast<int>(parts.phases.size());
  const PhaseBits bits(Codes(in.device, in.volume), parts.phase_of_code, count);
  for (int r = 2; r < count; ++r)
    for (int q = 1; q < r; ++q)
      for (int p = 0; p < q; ++p) {
        const std::array<std::int64_t, 3> counts = count_triple_edges(bits, {p, q, r});
        std::array<double, 3> along{};
        for (std::size_t axis = 0; axis < 3; ++axis)
          along[axis] = static_cast<double>(counts[axis]) * edges[axis] / volume;
        Result result = result_about("triple_lines", parts.phases[static_cast<std::size_t>(p)]);
        result.label.reset();
        result.with = {parts.phases[static_cast<std::size_t>(q)].name,
                       parts.phases[static_cast<std::size_t>(r)].name};
        result.quantities = {{"triple_edges", along[0] + along[1] + along[2]},
                             {"triple_length", length_by_edges(along)}};
        report.results.push_back(result);
        if (in.finished) in.finished(result);
      }
  return report;
}

}  // namespace

Study triple_lines_study() {
  return {.name = "triple_lines",
          .meaning = "length of the lines where three of the named phases meet",
          .quantities =
              {{.name = "triple_edges",
                .title = "triple-phase boundary, edges",
                .symbol = "L_edges",
                .unit = "1/m2",
                .definition = "Length of the edges of voxels inside the volume whose four voxels "
                              "hold all three phases, over the volume of all voxels.",
                .uncertainties = {ErrorSource::resolution},
                .evaluated = {ErrorSource::sampling},
                .least = 0,
                .known = Known::always},
               {.name = "triple_length",
                .title = "triple-phase boundary",
                .symbol = "L_TPB",
                .unit = "1/m2",
                .definition =
                    "2 l1 + pi/2 (l2 - l1) + (l3 - l2) of the edges along the three axes, l1 <= l2 <= l3 "
                    "per volume, for edges go around corners: right for lines along an axis; where all "
                    "directions are alike (2/3 of triple_edges) it reads 3 to 6 % high, a circle 10 %, "
                    "straight lines in one oblique direction up to 23 %.",
                .uncertainties = {ErrorSource::resolution},
                .evaluated = {ErrorSource::sampling},
                .least = 0,
                .known = Known::always}},
          .run = triple_lines,
          .needs_conductivity = false};
}

}  // namespace tauvox
