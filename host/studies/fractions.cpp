// Volume fractions of the phases, and how they change from the separator to the collector.
#include <algorithm>
#include <cmath>

#include "host/studies/phase_sets.hpp"
#include "host/studies/sample.hpp"
#include "host/studies/study.hpp"
#include "kernels/geometry/neighbour_pairs.hpp"
#include "kernels/geometry/profiles.hpp"

namespace tauvox {
namespace {

/// Slope of a line through the layers, over the whole thickness, and half of its interval of 95 %. Layers are
/// correlated: the fewer independent ones are counted by the correlation of neighbours.
struct Line {
  double slope = 0;
  std::optional<double> half_width;
};

Line line_through(const std::vector<double>& layers) {
  const auto n = static_cast<double>(layers.size());
  double mean = 0;
  for (const double v : layers) mean += v / n;
  double along = 0, across = 0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const double t = (static_cast<double>(i) + 0.5) / n - 0.5;
    along += t * t;
    across += t * (layers[i] - mean);
  }
  Line line;
  if (layers.size() < 3) return line;
  line.slope = across / along;
  double squares = 0, neighbours = 0, last = 0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const double rest = layers[i] - mean - line.slope * ((static_cast<double>(i) + 0.5) / n - 0.5);
    squares += rest * rest;
    if (i > 0) neighbours += rest * last;
    last = rest;
  }
  const double correlation = squares > 0 ? std::clamp(neighbours / squares, 0.0, 0.999) : 0;
  line.half_width = 1.96 * std::sqrt(squares / (n - 2) / along * (1 + correlation) / (1 - correlation));
  return line;
}

double deviation_of(const std::vector<double>& layers) {
  double mean = 0, squares = 0;
  for (const double v : layers) mean += v / static_cast<double>(layers.size());
  for (const double v : layers) squares += (v - mean) * (v - mean);
  return std::sqrt(squares / static_cast<double>(layers.size()));
}

/// Of each phase: what its fraction changes by where its whole surface moves by a quarter of a voxel, the
/// cube root of its volume.
std::vector<double> boundary_shifts(const NeighbourPairs& pairs, int phases,
                                    const std::array<double, 3>& edges) {
  std::vector<double> shifts(static_cast<std::size_t>(phases));
  const double quarter = 0.25 * std::cbrt(edges[0] * edges[1] * edges[2]);
  for (int q = 1; q < phases; ++q)
    for (int p = 0; p < q; ++p) {
      const double shift = quarter * surface_density(pairs, pair_of(p, q), edges);
      shifts[static_cast<std::size_t>(p)] += shift;
      shifts[static_cast<std::size_t>(q)] += shift;
    }
  return shifts;
}

/// The same of a union: faces between its parts are none of its surface.
double boundary_shift(const NeighbourPairs& pairs, const std::vector<bool>& inside,
                      const std::array<double, 3>& edges) {
  double shift = 0;
  const double quarter = 0.25 * std::cbrt(edges[0] * edges[1] * edges[2]);
  for (std::size_t q = 1; q < inside.size(); ++q)
    for (std::size_t p = 0; p < q; ++p)
      if (inside[p] != inside[q])
        shift += quarter * surface_density(pairs, pair_of(static_cast<int>(p), static_cast<int>(q)), edges);
  return shift;
}

/// Which phases a named union is made of.
std::vector<bool> parts_of(const PhaseSet& set, const Partition& parts) {
  std::vector<bool> inside(parts.phases.size());
  for (std::size_t code = 0; code < set.codes.size(); ++code)
    if (set.codes[code] != 0 && parts.phase_of_code[code] != no_phase)
      inside[parts.phase_of_code[code]] = true;
  return inside;
}

Result result_of(const PhaseSet& set, const std::vector<double>& layers, Axis axis,
                 const Quantity& fraction) {
  const Line line = line_through(layers);
  Result result = result_about("fractions", set);
  result.axis = axis;
  Quantity slope{"profile_slope", line.slope};
  if (line.half_width) slope.uncertainties.push_back({ErrorSource::sampling, line.half_width});
  result.quantities = {fraction,
                       {"profile_deviation", deviation_of(layers)},
                       {"profile_least", *std::min_element(layers.begin(), layers.end())},
                       {"profile_most", *std::max_element(layers.begin(), layers.end())},
                       slope};
  return result;
}

Report fractions(const StudyInput& in, const FieldSink&, const Progress&) {
  const Partition parts(in.volume, in.phases);
  const Axis axis = in.settings.thickness;
  const std::array<double, 3> edges = in.volume.spacing();  // shifts of fractions need their ratio alone
  const Codes codes(in.device, in.volume);
  const PhaseBits bits(codes, parts.phase_of_code, static_cast<int>(parts.phases.size()));
  const std::vector<std::vector<std::int64_t>> counts = count_by_layer(bits, axis);
  NeighbourPairs pairs = count_neighbour_pairs(bits, 1);
  count_in_sample(pairs, codes, in.volume);
  const std::vector<double> shifts = boundary_shifts(pairs, static_cast<int>(parts.phases.size()), edges);
  const Extent& e = in.volume.extent;
  const auto in_layer = [&](std::size_t i) {  // voxels of the sample; a phase has each of them
    std::int64_t sum = 0;
    for (const std::vector<std::int64_t>& of_phase : counts) sum += of_phase[i];
    return static_cast<double>(std::max<std::int64_t>(sum, 1));
  };
  Report report;
  const bool has_size = in.volume.voxel_size.has_value();
  const double layer = has_size ? edges[static_cast<std::size_t>(axis)] * 1e6 : 1;
  Curve& curve = report.curves.emplace_back(
      Curve{"profile", {has_size ? "distance_from_separator_um" : "distance_from_separator_voxels"}, {{}}});
  for (std::int64_t i = 0; i < e.along(axis); ++i)
    curve.values.front().push_back((static_cast<double>(i) + 0.5) * layer);
  for (std::size_t p = 0; p < parts.phases.size(); ++p) {
    std::vector<double> layers;
    for (std::size_t i = 0; i < counts[p].size(); ++i)
      layers.push_back(static_cast<double>(counts[p][i]) / in_layer(i));
    if (in.settings.separator == "high") std::reverse(layers.begin(), layers.end());
    const Quantity fraction{"volume_fraction",
                            in.volume.fraction({0, parts.phases[p].voxels}),
                            {{ErrorSource::segmentation, shifts[p]}}};
    report.results.push_back(result_of(parts.phases[p], layers, axis, fraction));
    if (in.finished) in.finished(report.results.back());
    curve.columns.push_back(parts.phases[p].name);
    curve.values.push_back(layers);
  }
  const std::vector<PhaseSet> sets = all_phase_sets(in.volume, in.phases);
  for (std::size_t u = parts.phases.size(); u < sets.size(); ++u) {
    const std::vector<bool> inside = parts_of(sets[u], parts);
    std::int64_t voxels = 0;
    for (std::size_t p = 0; p < inside.size(); ++p) voxels += inside[p] ? parts.phases[p].voxels : 0;
    if (voxels != sets[u].voxels) continue;  // it cuts through a phase
    std::vector<double> layers(counts.front().size());
    for (std::size_t p = 0; p < inside.size(); ++p)
      for (std::size_t i = 0; inside[p] && i < layers.size(); ++i)
        layers[i] += static_cast<double>(counts[p][i]) / in_layer(i);
    if (in.settings.separator == "high") std::reverse(layers.begin(), layers.end());
    const Quantity fraction{"volume_fraction",
                            in.volume.fraction({0, sets[u].voxels}),
                            {{ErrorSource::segmentation, boundary_shift(pairs, inside, edges)}}};
    report.results.push_back(result_of(sets[u], layers, axis, fraction));
    if (in.finished) in.finished(report.results.back());
  }
  for (const NamedPhase& absent : in.phases.named) {
    const auto has_voxels = [&](const PhaseSet& set) { return set.name == absent.name; };
    if (std::any_of(sets.begin(), sets.end(), has_voxels)) continue;
    Result none = result_about("fractions", {absent.name, {}, {}, 0});
    none.axis = axis;
    none.quantities = {{"volume_fraction", 0.0, {{ErrorSource::segmentation, 0.0}}}};
    report.results.push_back(none);
    if (in.finished) in.finished(none);
  }
  return report;
}

QuantityDefinition layer_row(const char* name, const char* title, const char* symbol,
                             const char* definition) {
  return {.name = name,
          .title = title,
          .symbol = symbol,
          .definition = definition,
          .least = 0,
          .most = 1,
          .known = Known::always,
          .in_text = false};
}

}  // namespace

Study fractions_study() {
  return {.name = "fractions",
          .meaning = "volume fractions of the named phases and their profiles across the thickness",
          .quantities =
              {volume_fraction_row(),
               layer_row("profile_deviation", "deviation of the layers", "s_eps",
                         "Standard deviation of the volume fractions of the layers across the thickness."),
               layer_row("profile_least", "least fraction of a layer", "eps_least",
                         "Smallest volume fraction of a layer across the thickness."),
               layer_row("profile_most", "largest fraction of a layer", "eps_most",
                         "Largest volume fraction of a layer across the thickness."),
               {.name = "profile_slope",
                .title = "slope from separator to collector",
                .symbol = "d eps/d(x/L)",
                .definition =
                    "Slope of the line of least squares through the volume fractions of the layers, from the "
                    "separator to the collector, over the whole thickness; its interval counts neighbouring "
                    "layers as correlated.",
                .uncertainties = {ErrorSource::sampling},
                .needs = {ErrorSource::sampling},
                .known = Known::always}},
          .run = fractions,
          .needs_conductivity = false,
          .tables = [](const StudySettings&) -> std::vector<std::string> { return {"profile"}; }};
}

}  // namespace tauvox
