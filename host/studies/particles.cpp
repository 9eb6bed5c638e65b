// The phases as particles, parted at their necks.
#include "kernels/geometry/particles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "host/studies/phase_sets.hpp"
#include "host/studies/sample.hpp"
#include "host/studies/study.hpp"

namespace tauvox {
namespace {

double equal_volume_diameter(double volume) { return std::cbrt(6 * volume / std::numbers::pi); }

/// Of a sphere with the same volume, over the particle's own.
double sphericity(double volume, double area) {
  return std::cbrt(std::numbers::pi) * std::pow(6 * volume, 2.0 / 3) / area;
}

/// Smallest equal-volume diameter with at least half of all volume in particles up to it.
double median_diameter(const std::vector<Particle>& particles, double voxel) {
  std::vector<std::int64_t> voxels;
  std::int64_t all = 0, sum = 0;
  for (const Particle& particle : particles) {
    voxels.push_back(particle.voxels);
    all += particle.voxels;
  }
  std::sort(voxels.begin(), voxels.end());
  for (const std::int64_t count : voxels)
    if (2 * (sum += count) >= all) return equal_volume_diameter(static_cast<double>(count) * voxel);
  return 0;
}

constexpr double few_whole = 0.05;  // of the phase, below which its whole particles do not stand for it

Result result_of(const PhaseSet& set, const SquaredDistance& distances, const std::array<double, 3>& edges,
                 const std::vector<std::uint8_t>& outside) {
  Result result = result_about("particles", set);
  Quantity count{"particles", {}}, median{"particle_d50", {}}, round{"sphericity", {}},
      whole{"whole_particles_share", {}};
  if (distances.unbounded) {
    result.remarks.push_back("the phase fills the volume: no particle ends in it");
  } else {
    const std::vector<Particle> particles = find_particles(distances, edges, default_neck, outside);
    const double voxel = edges[0] * edges[1] * edges[2];
    double inside = 0, weighted = 0;
    for (const Particle& particle : particles) {
      if (particle.at_side) continue;
      const auto voxels = static_cast<double>(particle.voxels);
      inside += voxels;
      weighted += voxels * sphericity(voxels * voxel, particle.area);
    }
    count.value = static_cast<double>(particles.size());
    median.value = median_diameter(particles, voxel);
    whole.value = inside / static_cast<double>(set.voxels);
    if (inside > 0) round.value = weighted / inside;
    if (whole.value > 0 && *whole.value < few_whole)
      result.remarks.push_back(
          fmt::format("sphericity is that of {:.2g} % of the phase: the sides cut all other particles",
                      100 * *whole.value));
    if (round.value > 1)
      result.remarks.push_back("sphericity above 1: of so few voxels the surface is estimated too small");
  }
  result.quantities = {count, median, round, whole};
  return result;
}

Report particles(const StudyInput& in, const FieldSink&, const Progress& progress) {
  Report report;
  const Partition parts(in.volume, in.phases);
  const std::array<double, 3> edges = voxel_edges(in.volume);
  const int count = static_cast<int>(parts.phases.size());
  const Codes codes(in.device, in.volume);
  const PhaseBits bits(codes, parts.phase_of_code, count);
  const std::vector<std::uint8_t> outside = voxels_outside(in.volume);
  for (int p = 0; p < count; ++p) {
    const PhaseSet& set = parts.phases[static_cast<std::size_t>(p)];
    if (progress) progress("particles", static_cast<double>(p) / count, set.name);
    report.results.push_back(
        result_of(set, distances_in_sample(codes, in.volume, bits, p, set), edges, outside));
    if (in.finished) in.finished(report.results.back());
  }
  return report;
}

QuantityDefinitions rows() {
  return {
      {.name = "particles",
       .title = "particles",
       .symbol = "n_p",
       .definition =
           "Number of parts of the phase by a watershed of its distances to the surface: from the farthest "
           "to the nearest voxel, parts that meet in a voxel at least 0.8 times as far from the surface as "
           "the middle of the smaller are one (rule of tauvox, after Beucher and Lantuejoul 1979). Equal "
           "distances are taken in memory order: a mirrored volume has other particles, within the intervals "
           "of this study, which are from a copy with larger voxels and the same mirrored.",
       .uncertainties = {ErrorSource::resolution},
       .least = 0},
      {.name = "particle_d50",
       .title = "median particle",
       .symbol = "d_p50",
       .unit = "m",
       .definition = "Smallest equal-volume diameter (6 V / pi)^(1/3) with at least half of the phase in "
                     "particles up to it, those that the sides cut included.",
       .uncertainties = {ErrorSource::resolution},
       .least = 0},
      {.name = "sphericity",
       .title = "sphericity",
       .symbol = "psi",
       .definition =
           "pi^(1/3) (6 V)^(2/3) / A, A as specific_surface is estimated, in the mean by volume over "
           "the particles that touch no side (Wadell 1935); undefined where there is none.",
       .uncertainties = {ErrorSource::resolution},
       .least = 0},
      {.name = "whole_particles_share",
       .title = "share of those that are whole",
       .symbol = "f_p",
       .definition = "Voxels of the particles that touch no side of the volume over all voxels of the phase.",
       .uncertainties = {ErrorSource::resolution},
       .least = 0,
       .most = 1,
       .in_text = false}};
}

}  // namespace

Study particles_study() {
  return {.name = "particles",
          .meaning = "the named phases as particles parted at their necks: sizes and sphericity",
          .quantities = rows(),
          .run = particles,
          .needs_conductivity = false};
}

}  // namespace tauvox
