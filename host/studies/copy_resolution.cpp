#include "host/studies/copy_resolution.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "host/studies/phase_sets.hpp"
#include "host/studies/same_result.hpp"

namespace tauvox {
namespace {

const QuantityDefinition* row_with_resolution(const QuantityDefinitions& rows, const std::string& name) {
  for (const QuantityDefinition& row : rows)
    if (row.name == name && may_have(row, ErrorSource::resolution)) return &row;
  return nullptr;
}

/// What a share of so many voxels is in doubt by where each were drawn by itself; voxels belong together in
/// parts, so it is in no less. At 0 and 1 by the rule of three.
double chance_of_share(double share, double voxels) {
  return std::max(1.96 * std::sqrt(share * (1 - share) / voxels), 3 / voxels);
}

/// Of the phase of a result, or all.
double voxels_of(const Volume& copy, const Phases& phases, const Result& result) {
  const NamedPhase* phase = phases.find(result.phase);
  std::int64_t voxels = 0;
  for (const Label& label : copy.labels)
    if (!phase || std::find(phase->labels.begin(), phase->labels.end(), label.value) != phase->labels.end())
      voxels += label.voxels;
  return static_cast<double>(std::max<std::int64_t>(voxels, 1));
}

/// What is in doubt of a number even where that of a copy is the same by chance, or by symmetry: in a volume
/// that mirrors map to itself all copies are congruent, and whatever is counted is an eighth on each. The
/// constants hold for spheres anywhere between the voxels (benchmarks/measurements/resolution.md).
double least_doubt(const QuantityDefinition& row, const Result& result, double there, const Volume& copied,
                   const Phases& phases) {
  const auto extent = copied.extent;
  const std::array<double, 3> edges = voxel_edges(copied);
  const double volume = static_cast<double>(extent.voxels()) * edges[0] * edges[1] * edges[2];
  const double longest = std::max({edges[0], edges[1], edges[2]}) / 2;  // of the volume that was copied
  const double mean = (edges[0] + edges[1] + edges[2]) / 6;
  if (row.unit == "1" && row.least == 0 && row.most == 1 && there >= 0 && there <= 1)
    return chance_of_share(there, voxels_of(copied, phases, result));
  if (row.unit == "1/m3")  // a number of things over the volume: one of them
    return 1 / volume;
  if (row.unit == "1/m2")  // a closed line goes along four sides, each where it is to a voxel
    return 4 * mean / volume;
  if (row.name == "particles") return 1;
  if (row.name == "particle_d50")  // from a volume, which changes by voxels of a surface
    return there > 0 ? std::min(there, mean * std::max(0.1, 2 * mean / there)) : 0;
  if (row.name == "sphericity") {  // of the same particles, and their surface
    const double diameter = result.value("particle_d50").value_or(0);
    return diameter > 0 ? 0.25 * there * longest / diameter : 0;
  }
  if (row.unit == "m") return longest / 2;
  if (row.name == "geodesic_tortuosity" && result.axis)  // half a voxel of the volume at both ends
    return 0.5 / static_cast<double>(extent.along(*result.axis));
  return 0;
}

/// How much less the lines would be long that have as many edges in all directions alike: edges along three
/// axes do not say which way between them a line goes, which no copy shows.
double doubt_of_directions(const Result& result, const std::string& name) {
  const std::optional<double> edges = result.value("triple_edges");
  return name == "triple_length" && edges ? std::max(0.0, *result.value(name) - 2.0 / 3 * *edges) : 0;
}

/// The area between two phases is a share of the surface of either: where a copy moves that share, as of a
/// thin third phase between them, the area is in no less doubt.
void widen_by_shares(Result& result) {
  double doubt = 0;  // of the area, over it
  for (const char* share : {"share_of_phase", "share_of_other"})
    if (const std::optional<double> width = result.half_width(share, ErrorSource::resolution);
        width && result.value(share).value_or(0) > 0)
      doubt = std::max(doubt, *width / *result.value(share));
  for (Quantity& quantity : result.quantities)
    for (Uncertainty& u : quantity.uncertainties)
      if (u.source == ErrorSource::resolution && u.half_width && quantity.value &&
          (quantity.name.starts_with("specific_surface") || quantity.name == "surface_area"))
        u.half_width = std::max(*u.half_width, doubt * std::abs(*quantity.value));
}

}  // namespace

void add_copy_resolution(std::vector<Result>& results, const QuantityDefinitions& rows,
                         const std::vector<std::vector<Result>>& copies, const Volume& copied,
                         const Phases& phases) {
  for (Result& result : results) {
    for (Quantity& quantity : result.quantities) {
      if (!quantity.value || quantity.uncertainty(ErrorSource::resolution)) continue;
      const QuantityDefinition* row = row_with_resolution(rows, quantity.name);
      if (!row) continue;
      std::optional<double> widest;
      for (const std::vector<Result>& copy : copies) {
        const Result* other = same_result(result, copy);
        const std::optional<double> there = other ? other->value(quantity.name) : std::nullopt;
        if (!there || !std::isfinite(*there)) continue;
        widest = std::max({widest.value_or(0), std::abs(*quantity.value - *there),
                           least_doubt(*row, result, *there, copied, phases)});
      }
      if (!widest) continue;
      *widest += doubt_of_directions(result, quantity.name);
      quantity.uncertainties.push_back({ErrorSource::resolution, widest, false, true});
    }
    widen_by_shares(result);
  }
}

}  // namespace tauvox
