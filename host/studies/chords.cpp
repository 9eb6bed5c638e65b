// What straight lines along the axes meet: chords of the phases, their two-point correlation and lineal path.
#include <fmt/format.h>

#include <algorithm>

#include "host/studies/phase_sets.hpp"
#include "host/studies/sample.hpp"
#include "host/studies/study.hpp"
#include "kernels/geometry/lines.hpp"

namespace tauvox {
namespace {

double sum_of_lengths(const std::vector<std::int64_t>& chords) {
  double sum = 0;
  for (std::size_t length = 1; length < chords.size(); ++length)
    sum += static_cast<double>(length) * static_cast<double>(chords[length]);
  return sum;
}
std::int64_t number_of(const std::vector<std::int64_t>& chords) {
  std::int64_t sum = 0;
  for (const std::int64_t count : chords) sum += count;
  return sum;
}

/// Segments of so many steps that lie wholly in the phase.
double segments_within(const std::vector<std::int64_t>& chords, std::size_t steps) {
  double sum = 0;
  for (std::size_t length = steps + 1; length < chords.size(); ++length)
    sum += static_cast<double>(length - steps) * static_cast<double>(chords[length]);
  return sum;
}

/// Of so many steps along one axis: pairs of voxels of the sample, and those with all between them in it.
struct Segments {
  std::vector<double> pairs, lines;

  Segments(const Extent& e, const std::optional<PhaseBits>& sample, Axis axis, std::int64_t lags) {
    if (!sample) {
      for (std::int64_t lag = 0; lag < lags; ++lag)
        pairs.push_back(static_cast<double>(e.layer(axis).cells()) *
                        static_cast<double>(e.along(axis) - lag));
      lines = pairs;
      return;
    }
    const std::vector<std::int64_t> chords = count_chords(*sample, axis).front().all;
    const std::vector<std::vector<std::int64_t>> counts = count_correlation(*sample, axis, lags);
    for (const std::int64_t count : counts.front()) {
      lines.push_back(segments_within(chords, pairs.size()));
      pairs.push_back(static_cast<double>(count));
    }
  }
};

/// One phase along one axis.
struct Lines {
  ChordCounts chords;
  std::vector<std::int64_t> pairs;
  std::int64_t ends_inside = 0;  // of chords: faces to other phases across the axis
  double edge = 1;               // m

  std::vector<Quantity> quantities() const {
    const std::int64_t interior = number_of(chords.interior);
    Quantity mean{"chord_mean", {}}, closed{"chord_interior_mean", {}};
    if (ends_inside > 0)
      mean.value = 2 * sum_of_lengths(chords.all) / static_cast<double>(ends_inside) * edge;
    if (interior > 0) closed.value = sum_of_lengths(chords.interior) / static_cast<double>(interior) * edge;
    return {mean, closed, {"chords", static_cast<double>(number_of(chords.all))}};
  }
  Curve curve(const std::string& name, const std::string& phase, const Segments& segments) const {
    Curve curve{name,
                {"distance_um", "two_point_correlation", "lineal_path", "interior_chords"},
                {{}, {}, {}, {}},
                phase};
    for (std::size_t lag = 0; lag < pairs.size() && segments.pairs[lag] > 0 && segments.lines[lag] > 0;
         ++lag) {
      curve.values[0].push_back(static_cast<double>(lag) * edge * 1e6);
      curve.values[1].push_back(static_cast<double>(pairs[lag]) / segments.pairs[lag]);
      curve.values[2].push_back(segments_within(chords.all, lag) / segments.lines[lag]);
      curve.values[3].push_back(static_cast<double>(chords.interior[lag]));
    }
    return curve;
  }
};

/// Between a phase and all others, across an axis.
std::int64_t faces_of(int phase, int phases, Axis axis, const NeighbourPairs& pairs) {
  std::int64_t sum = 0;
  for (int other = 0; other < phases; ++other)
    if (other != phase)
      sum += pairs.faces(
          pair_of(std::min(phase, other), std::max(phase, other)))[static_cast<std::size_t>(axis)];
  return sum;
}

Report chords(const StudyInput& in, const FieldSink&, const Progress& progress) {
  Report report;
  const Partition parts(in.volume, in.phases);
  const std::array<double, 3> edges = voxel_edges(in.volume);
  const Extent& e = in.volume.extent;
  const Codes codes(in.device, in.volume);
  const int count = static_cast<int>(parts.phases.size());
  const PhaseBits bits(codes, parts.phase_of_code, count);
  const std::optional<PhaseBits> sample = bits_of_sample(codes, in.volume);
  const NeighbourPairs neighbours = count_neighbour_pairs(bits, 1);
  for (const Axis axis : all_axes) {
    if (progress) progress("chords", static_cast<double>(axis) / 3, fmt::format("axis {}", axis_name(axis)));
    const std::int64_t lags = std::min<std::int64_t>(e.along(axis), 101);
    const std::vector<ChordCounts> found = count_chords(bits, axis, sample ? &*sample : nullptr);
    const std::vector<std::vector<std::int64_t>> pairs = count_correlation(bits, axis, lags);
    const Segments segments(e, sample, axis, lags);
    for (std::size_t p = 0; p < parts.phases.size(); ++p) {
      const Lines lines{found[p], pairs[p], faces_of(static_cast<int>(p), count, axis, neighbours),
                        edges[static_cast<std::size_t>(axis)]};
      Result result = result_about("chords", parts.phases[p]);
      result.axis = axis;
      result.quantities = lines.quantities();
      report.results.push_back(result);
      if (in.finished) in.finished(result);
      report.curves.push_back(
          lines.curve(fmt::format("lines_{{}}_{}", axis_name(axis)), parts.phases[p].name, segments));
    }
  }
  return report;
}

QuantityDefinitions rows() {
  return {
      {.name = "chord_mean",
       .title = "mean chord",
       .symbol = "l",
       .unit = "m",
       .definition =
           "Mean length of the runs of voxels of the phase along the axis, corrected for the sides of the "
           "volume: twice the length of the axis in the phase over the number of ends inside the volume "
           "(Underwood 1970); undefined where there is none.",
       .uncertainties = {ErrorSource::resolution},
       .evaluated = {ErrorSource::sampling},
       .least = 0},
      {.name = "chord_interior_mean",
       .title = "mean interior chord",
       .symbol = "l_in",
       .unit = "m",
       .definition = "Mean length of those that end inside the volume on both sides: long ones are missed "
                     "more often.",
       .least = 0,
       .in_text = false},
      {.name = "chords",
       .title = "chords",
       .symbol = "n_l",
       .definition = "Number of runs of voxels of the phase along the axis.",
       .least = 0,
       .known = Known::always,
       .in_text = false}};
}

}  // namespace

Study chords_study() {
  return {
      .name = "chords",
      .meaning = "chords of the named phases along the axes; two-point correlation and lineal path as tables",
      .quantities = rows(),
      .run = chords,
      .needs_conductivity = false,
      .tables = [](const StudySettings&) -> std::vector<std::string> {
        return {"lines_{}_z", "lines_{}_y", "lines_{}_x"};
      }};
}

}  // namespace tauvox
