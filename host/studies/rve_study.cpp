// The study of representative volumes: effective transport, and the same on its parts.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/studies/copied_octants.hpp"
#include "host/studies/layers.hpp"
#include "host/studies/liquid.hpp"
#include "host/studies/rve.hpp"
#include "host/studies/same_result.hpp"
#include "host/studies/sampling.hpp"

namespace tauvox {
namespace {

constexpr std::int64_t least_length = 24;  // of a part
constexpr double most_of_range = 1000;  // times the volume needed: its edge tenfold; beyond, nothing is known
constexpr double slow_exponent = 0.4;   // of scatter that does not fall as that of independent parts

/// Student, 95 %, of n - 1 degrees of freedom.
double student(std::size_t parts) { return parts == 8 ? 2.364625 : parts == 27 ? 2.055529 : 1.998341; }

/// Variance of the logarithm of the deviation of n values of a normal distribution: a quarter of the trigamma
/// function of (n - 1) / 2, by its series.
double variance_of_log(int values) {
  const double x = (values - 1) / 2.0;
  return (1 / x + 1 / (2 * x * x) + 1 / (6 * x * x * x)) / 4;
}

/// The shortest edge of parts that cuts along all axes make.
std::int64_t length_of_parts(const Extent& extent, std::int64_t cuts) {
  const std::array<std::int64_t, 3> n = extent.zyx();
  return *std::min_element(n.begin(), n.end()) / cuts;
}

/// None where they are too small.
std::vector<Box> parts_of(const Extent& extent, std::int64_t cuts) {
  std::vector<Box> boxes;
  const std::array<std::int64_t, 3> n = extent.zyx();
  if (length_of_parts(extent, cuts) < least_length) return boxes;
  for (std::int64_t part = 0; part < cuts * cuts * cuts; ++part) {
    const std::array<std::int64_t, 3> at{part / (cuts * cuts), part / cuts % cuts, part % cuts};
    Box& box = boxes.emplace_back();
    for (std::size_t axis = 0; axis < 3; ++axis) {
      box.begin[axis] = at[axis] * n[axis] / cuts;
      box.end[axis] = (at[axis] + 1) * n[axis] / cuts;
    }
  }
  return boxes;
}

/// Of those that have one.
std::vector<double> ratios(const Result& result, const std::vector<std::vector<Result>>& parts) {
  std::vector<double> values;
  for (const std::vector<Result>& part : parts) {
    const Result* same = same_result(result, part);
    if (const std::optional<double> value = same ? same->value("effective_ratio") : std::nullopt)
      values.push_back(*value);
  }
  return values;
}

/// Into as many along each axis, and results of each; none where they are too small.
struct Parts {
  std::int64_t cuts = 0;
  std::vector<std::vector<Result>> results{};
  std::int64_t count() const { return cuts * cuts * cuts; }
};

/// Sizes of which all parts have a value.
struct UsedSizes {
  std::vector<PartsOfSize> sizes;
  std::vector<std::string> numbers, left_out;  // "27"; "64 parts, which are 18 voxels at their shortest edge"
  std::string remark() const {
    if (left_out.empty()) return "";
    return fmt::format("representative volume: without {}; {}", fmt::join(left_out, ", and without "),
                       sizes.size() > 1
                           ? fmt::format("exponent and edge are of {} parts", fmt::join(numbers, " and "))
                           : "exponent and edge are not known, as parts of two sizes are needed");
  }
};

UsedSizes used_sizes(const Result& result, const std::vector<Parts>& by_cuts, const Extent& extent) {
  UsedSizes used;
  for (const Parts& parts : by_cuts) {
    const auto count = static_cast<std::size_t>(parts.count());
    if (parts.results.empty()) {
      used.left_out.push_back(fmt::format("{} parts, which have edges of {} voxels ({} or more are needed)",
                                          count, length_of_parts(extent, parts.cuts), least_length));
      continue;
    }
    const std::vector<double> values = ratios(result, parts.results);
    if (values.size() == count) {
      used.sizes.push_back(
          of_size(static_cast<double>(extent.voxels()) / static_cast<double>(count), values));
      used.numbers.push_back(fmt::format("{}", count));
    } else {
      used.left_out.push_back(fmt::format("{} parts, of which {} {} no value", count, count - values.size(),
                                          count - values.size() == 1 ? "has" : "have"));
    }
  }
  return used;
}

Curve curve_of(const std::string& name, const std::vector<PartsOfSize>& sizes, double whole) {
  Curve curve{
      name, {"parts", "part_voxels", "mean", "deviation", "half_width", "bias"}, {{}, {}, {}, {}, {}, {}}};
  curve.in_json = true;
  for (const PartsOfSize& size : sizes) {
    std::size_t column = 0;
    for (const double value : {static_cast<double>(size.parts), size.voxels, size.mean, size.deviation,
                               size.half_width, size.mean / whole - 1})
      curve.values[column++].push_back(value);
  }
  return curve;
}

void add(Report& report, Result& result, const StudyInput& in, const std::string& name,
         const std::vector<Parts>& by_cuts, const std::string& copies) {
  const std::optional<double> whole = result.value("effective_ratio");
  const bool conducts = whole && *whole > 0;
  const UsedSizes used = conducts ? used_sizes(result, by_cuts, in.volume.extent) : UsedSizes{};
  const std::vector<PartsOfSize>& sizes = used.sizes;
  RepresentativeVolume found;
  if (!sizes.empty()) found = representative_volume(*whole, sizes, in.settings.rve.value_or(0.05));
  std::optional<double> edge;
  if (found.voxels && in.volume.voxel_size) {
    const auto& [z, y, x] = *in.volume.voxel_size;
    edge = std::cbrt(*found.voxels * z * y * x);
    // A scatter that next to does not fall puts it beyond all bounds: of so few sizes that says nothing.
    const auto& n = in.volume.extent.zyx();
    constexpr double most_of_longest = 10;
    const double longest = std::max(
        {static_cast<double>(n[0]) * z, static_cast<double>(n[1]) * y, static_cast<double>(n[2]) * x});
    if (!found.voxels_range && *edge > most_of_longest * longest) {
      edge.reset();
      result.remarks.push_back(
          "representative volume: not found; by the scatter of the parts its edge is open, "
          "and more than ten times that of this volume");
    }
  }
  Quantity exponent{"rve_exponent", found.exponent}, length{"rve_edge", edge};
  if (found.exponent) exponent.uncertainties.push_back({ErrorSource::sampling, found.exponent_half_width});
  if (edge) {
    length.uncertainties.push_back({ErrorSource::sampling, std::nullopt});
    if (const auto& range = found.voxels_range)
      length.uncertainties.back().half_width = *edge * std::max(std::cbrt((*range)[1] / *found.voxels) - 1,
                                                                1 - std::cbrt((*range)[0] / *found.voxels));
  }
  result.quantities.insert(result.quantities.end(), {exponent, length});
  if (edge && !found.voxels_range)
    result.remarks.push_back(
        "representative volume: the parts leave its edge open by more than a factor of 10");
  if (!copies.empty())
    result.remarks.push_back(fmt::format("representative volume: {}", copies));
  else if (!conducts)
    result.remarks.push_back(
        "representative volume: not known, as the volume has no effective_ratio above 0");
  else if (const std::string remark = used.remark(); !remark.empty())
    result.remarks.push_back(remark);
  if (found.exponent && *found.exponent < slow_exponent)
    report.warnings.push_back(
        fmt::format("{}: the scatter of parts falls as V^-{:.2f}, more slowly than that of independent ones: "
                    "the uncertainty "
                    "of sampling may be too small",
                    subject_of(result), *found.exponent));
  if (!sizes.empty())
    report.curves.push_back(curve_of(fmt::format("{}_{}", name, axis_name(*result.axis)), sizes, *whole));
}

const Study& transport() {
  static const Study study{"effective_transport", "", {}, effective_transport};
  return study;
}

std::vector<std::string> tables(const StudySettings& s) {
  std::vector<std::string> names;
  for (const Axis axis : s.axes) names.push_back(fmt::format("rve_{}", axis_name(axis)));
  return names;
}

Report rve(const StudyInput& in, const FieldSink& sink, const Progress& progress) {
  Report report = effective_transport(in, sink, progress);
  std::vector<std::vector<Result>> of_octants;
  if (const std::vector<Box> octants = parts_of(in.volume.extent, 2);
      !octants.empty() && !in.volume.outside) {
    if (const std::string copies = copies_among_octants(in.volume, in.materials.class_of_code);
        !copies.empty()) {
      leave_sampling_open(report.results, {}, &in.materials);
      for (Result& result : report.results) result.remarks.push_back(fmt::format("sampling: {}", copies));
    } else {
      of_octants = results_on(octants, transport(), in, progress);
      for (Result& result : report.results) add_liquid(result, in.materials, in.materials.largest);
      add_liquid_on(octants, in, in.materials.largest, of_octants);
      const Layers layers(in.volume);
      for (const std::string& warning : add_sampling(report.results, {}, of_octants, &in.materials, &layers))
        report.warnings.push_back(warning);
    }
  }
  add_representative_volume(report, in, "rve", progress, std::move(of_octants));
  return report;
}

}  // namespace

PartsOfSize of_size(double voxels, const std::vector<double>& values) {
  PartsOfSize size{static_cast<int>(values.size()), voxels};
  const auto count = static_cast<double>(values.size());
  for (const double value : values) size.mean += value / count;
  for (const double value : values) size.deviation += (value - size.mean) * (value - size.mean) / (count - 1);
  size.deviation = std::sqrt(size.deviation);
  size.half_width = student(values.size()) * size.deviation / std::sqrt(count);
  return size;
}

RepresentativeVolume representative_volume(double whole, const std::vector<PartsOfSize>& sizes,
                                           double wanted) {
  RepresentativeVolume found;
  double mean_x = 0, mean_y = 0, across = 0, along = 0;
  const auto count = static_cast<double>(sizes.size());
  for (const PartsOfSize& size : sizes) {
    if (!(size.deviation > 0)) return found;
    mean_x += std::log(size.voxels) / count;
    mean_y += std::log(size.deviation) / count;
  }
  for (const PartsOfSize& size : sizes) {
    const double x = std::log(size.voxels) - mean_x;
    across += x * (std::log(size.deviation) - mean_y);
    along += x * x;
  }
  if (sizes.size() < 2 || !(along > 0)) return found;
  const double p = -across / along;
  found.exponent = p;
  const PartsOfSize& eighth = sizes.front();
  const double excess = std::log(1.96 * eighth.deviation / (wanted * whole));
  // Of p, a sum of the logarithms with these weights: its variance, and that with the logarithm of s_8.
  double of_p = 0, of_both = 0;
  for (const PartsOfSize& size : sizes) {
    const double weight = -(std::log(size.voxels) - mean_x) / along, variance = variance_of_log(size.parts);
    of_p += weight * weight * variance;
    if (&size == &eighth) of_both = weight * variance;
  }
  constexpr double z2 = 1.96 * 1.96;
  found.exponent_half_width = std::sqrt(z2 * of_p);
  if (p <= 0) return found;
  found.voxels = eighth.voxels * std::exp(excess / p);
  // Fieller: all d = ln V / V_8 at which the line, excess - p d, is 0 within its own interval.
  const double square = p * p - z2 * of_p, half = excess * p - z2 * of_both,
               rest = excess * excess - z2 * variance_of_log(eighth.parts),
               root = half * half - square * rest;
  const double farthest = (half + std::sqrt(std::max(root, 0.0))) / square;
  if (square > 0 && root >= 0 && farthest - excess / p < std::log(most_of_range))
    found.voxels_range = {
        {eighth.voxels * std::exp((half - std::sqrt(root)) / square), eighth.voxels * std::exp(farthest)}};
  return found;
}

void add_representative_volume(Report& report, const StudyInput& in, const std::string& name,
                               const Progress& progress, std::vector<std::vector<Result>> of_octants) {
  if (in.volume.outside)
    throw Error(ExitCode::input_invalid, "a representative volume is sought in a box", in.volume.path,
                "parts of a sample that is none would differ in shape", "cut a box out of it by --crop");
  const std::string copies = copies_among_octants(in.volume, in.materials.class_of_code);
  std::vector<Parts> by_cuts{{2, std::move(of_octants)}, {3}, {4}};
  for (Parts& parts : by_cuts)
    if (const std::vector<Box> boxes = parts_of(in.volume.extent, parts.cuts);
        !boxes.empty() && copies.empty() && parts.results.empty())
      parts.results = results_on(boxes, transport(), in, progress);
  for (Result& result : report.results) add(report, result, in, name, by_cuts, copies);
}

Study rve_study() {
  return {.name = "rve",
          .meaning = "effective_transport on 8, 27 and 64 parts as well: the size that a volume must have",
          .quantities =
              {{.name = "rve_exponent",
                .title = "exponent of the scatter",
                .symbol = "p",
                .definition = "p of s ~ V^-p, s the deviation of effective_ratio between parts of the "
                              "volume V: 8, 27 and 64 of the whole; 0.5 for independent parts. Its "
                              "interval is that of deviations of so few values. Parts of edges below 24 "
                              "voxels, and sizes of which a part has no value, are left out, with a remark.",
                .uncertainties = {ErrorSource::sampling}},
               {.name = "rve_edge",
                .title = "edge of a representative volume",
                .symbol = "L_rve",
                .unit = "m",
                .definition =
                    "Cube root of V_w = V_8 (1.96 s_8 / (w D))^(1/p), the volume at which 95 % of "
                    "all volumes have effective_ratio within +- w, relative, w being --rve. Its interval is "
                    "that of p and s_8, on the wider side.",
                .uncertainties = {ErrorSource::sampling},
                .least = 0}},
          .run = rve,
          .extends = "effective_transport",
          .gives_field = true,
          .tables = tables};
}

}  // namespace tauvox
