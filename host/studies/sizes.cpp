// Sizes in the phases: distances to their surface, local thickness, and what mercury would show.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/studies/parts.hpp"
#include "host/studies/phase_sets.hpp"
#include "host/studies/sample.hpp"
#include "host/studies/sampling.hpp"
#include "host/studies/study.hpp"
#include "kernels/geometry/distribution.hpp"
#include "kernels/geometry/intrusion.hpp"
#include "kernels/geometry/thickness.hpp"

namespace tauvox {
namespace {

/// Squared radii of the voxels of a phase; those that nothing covers are counted as 0.
struct Sizes {
  std::vector<SizeBin> bins;  // ascending
  std::int64_t voxels = 0;    // of the phase
  double unit = 1;            // m

  double length(double squared) const { return std::sqrt(squared) * unit; }
  double mean() const {
    double sum = 0;
    for (const SizeBin& bin : bins) sum += length(bin.squared) * static_cast<double>(bin.voxels);
    return sum / static_cast<double>(voxels);
  }
  std::int64_t covered() const {
    std::int64_t sum = 0;
    for (const SizeBin& bin : bins) sum += bin.voxels;
    return sum;
  }
  /// Smallest squared radius with at least this share of the phase up to it.
  double up_to(double share) const {
    std::int64_t sum = voxels - covered();
    for (const SizeBin& bin : bins)
      if (static_cast<double>(sum += bin.voxels) >= share * static_cast<double>(voxels)) return bin.squared;
    return 0;
  }
  /// Largest squared radius with at least this share of the phase from it on; 0: there is none.
  double from(double share) const {
    std::int64_t sum = 0;
    for (auto bin = bins.rbegin(); bin != bins.rend(); ++bin)
      if (static_cast<double>(sum += bin->voxels) >= share * static_cast<double>(voxels)) return bin->squared;
    return 0;
  }
};

template <class Value>
std::vector<SizeBin> bins_in(const Box& box, const Value* values, const Extent& extent) {
  std::vector<Value> inside;
  for (std::int64_t z = box.begin[0]; z < box.end[0]; ++z)
    for (std::int64_t y = box.begin[1]; y < box.end[1]; ++y) {
      const Value* row = values + extent.nx * (y + extent.ny * z);
      inside.insert(inside.end(), row + box.begin[2], row + box.end[2]);
    }
  Buffer<Value> buffer(Device::cpu(1), static_cast<std::int64_t>(inside.size()));
  buffer.copy_from(inside);
  SquaredDistance part;
  part.values = std::move(buffer);
  return distribution_of(part);
}

/// Of the voxels that something covers, box by box.
std::vector<Sizes> sizes_in(const std::vector<Box>& boxes, const SquaredDistance& values) {
  std::vector<Sizes> sizes;
  std::visit(
      [&]<class Value>(const Buffer<Value>& buffer) {
        std::vector<Value> host;
        if (buffer.device().is_cuda()) host = buffer.to_host();
        for (const Box& box : boxes) {
          sizes.push_back(
              {bins_in(box, host.empty() ? buffer.data() : host.data(), values.extent), 0, values.unit});
          sizes.back().voxels = sizes.back().covered();
        }
      },
      values.values);
  return sizes;
}

Curve curve_of(const std::string& name, const std::string& phase, const Sizes& sizes) {
  Curve curve{name, {"diameter_um", "volume_share", "cumulative_share"}, {{}, {}, {}}, phase};
  double sum = static_cast<double>(sizes.voxels - sizes.covered()) / static_cast<double>(sizes.voxels);
  for (const SizeBin& bin : sizes.bins) {
    const double share = static_cast<double>(bin.voxels) / static_cast<double>(sizes.voxels);
    curve.values[0].push_back(2e6 * sizes.length(bin.squared));
    curve.values[1].push_back(share);
    curve.values[2].push_back(sum += share);
  }
  return curve;
}

class PhaseSizes {
 public:
  PhaseSizes(const StudyInput& in, const Codes& codes, const PhaseBits& bits, int phase, const PhaseSet& set)
      : in_(in),
        set_(set),
        edges_(voxel_edges(in.volume)),
        distances_(distances_in_sample(codes, in.volume, bits, phase, set)) {}

  /// @param paint wants the diameters; may be empty
  Result run(std::vector<Curve>& curves, const std::function<void(const SquaredDistance&)>& paint) {
    Result result = result_about("sizes", set_);
    result.axis = in_.settings.thickness;
    if (distances_.unbounded) {
      result.remarks.push_back("the phase fills the volume: no size ends in it");
      for (const char* name :
           {"distance_mean", "inscribed_diameter", "thickness_mean", "thickness_d10", "thickness_d50",
            "thickness_d90", "intruded_share", "intrusion_d50", "breakthrough_diameter", "constrictivity"})
        result.quantities.push_back({name, {}});
      return result;
    }
    const Sizes distances = sizes_of(distances_);
    Sizes thickness;
    std::vector<Sizes> of_octants;
    {
      const SquaredDistance balls = largest_covering_balls(distances_, edges_);
      thickness = sizes_of(balls);
      if (paint) paint(balls);
      if (in_.octants) of_octants = sizes_in(octants(in_.volume.extent), balls);
    }
    result.quantities = {{"distance_mean", distances.mean()},
                         diameter("inscribed_diameter", distances.bins.back().squared),
                         with_doubt("thickness_mean", 2 * thickness.mean()),
                         diameter("thickness_d10", thickness.up_to(0.1)),
                         diameter("thickness_d50", thickness.up_to(0.5)),
                         diameter("thickness_d90", thickness.up_to(0.9))};
    add_sampling(result, of_octants);
    curves.push_back(curve_of("thickness_{}", set_.name, thickness));
    add_intrusion(thickness, result, curves);
    return result;
  }

 private:
  /// Of the local thickness: no octant has to be painted again, and none has sides of its own.
  /// Diameters at a share of the volume are discrete: octants may all have the same, and their scatter is not
  /// seen below half of a voxel.
  void add_sampling(Result& result, const std::vector<Sizes>& of_octants) const {
    const double half_voxel = std::max({edges_[0], edges_[1], edges_[2]}) / 2;
    const auto add = [&](const char* name, double least, const auto& diameter_in) {
      for (Quantity& quantity : result.quantities) {
        if (quantity.name != name || of_octants.empty()) continue;
        std::vector<std::optional<double>> values;
        for (const Sizes& sizes : of_octants)
          values.push_back(sizes.voxels > 0 ? std::optional<double>(diameter_in(sizes)) : std::nullopt);
        Sampling found = judge_sampling(*quantity.value, values);
        if (found.half_width) found.half_width = std::max(*found.half_width, least);
        take_sampling(quantity, found, result);
      }
    };
    add("thickness_mean", 0, [](const Sizes& sizes) { return 2 * sizes.mean(); });
    add("thickness_d10", half_voxel, [](const Sizes& sizes) { return 2 * sizes.length(sizes.up_to(0.1)); });
    add("thickness_d50", half_voxel, [](const Sizes& sizes) { return 2 * sizes.length(sizes.up_to(0.5)); });
    add("thickness_d90", half_voxel, [](const Sizes& sizes) { return 2 * sizes.length(sizes.up_to(0.9)); });
  }

  Sizes sizes_of(const SquaredDistance& values) const {
    return {distribution_of(values), set_.voxels, values.unit};
  }
  /// What a diameter is in doubt by: balls are centred in voxels. The centre of a sphere is up to half of a
  /// voxel's diagonal away from that of a voxel, and both sides of its diameter count. A layer of an odd
  /// number of voxels is found a voxel too thick, and holds up to a voxel more or less than it is thick.
  double doubt() const { return std::sqrt(3.0) * std::max({edges_[0], edges_[1], edges_[2]}); }
  Quantity with_doubt(const char* name, double value) const {
    return {name, value, {{ErrorSource::resolution, doubt()}}};
  }
  Quantity diameter(const char* name, double squared_radius) const {
    return with_doubt(name, 2 * std::sqrt(squared_radius) * distances_.unit);
  }

  /// Both diameters are in doubt, each by itself. A copy with larger voxels often has the same ratio by
  /// chance, for diameters are discrete.
  Quantity constrictivity(double squared_entered, double squared_radius) const {
    const double beta = squared_entered / squared_radius;
    const auto share = [&](double squared) { return doubt() / (2 * std::sqrt(squared) * distances_.unit); };
    return {
        "constrictivity",
        beta,
        {{ErrorSource::resolution, 2 * beta * std::hypot(share(squared_entered), share(squared_radius))}}};
  }

  void add_intrusion(const Sizes& thickness, Result& result, std::vector<Curve>& curves) {
    const Axis axis = in_.settings.thickness;
    const bool from_low = in_.settings.separator == "low";
    const SquaredDistance access = widest_access(distances_, axis, from_low);
    const double through = largest_in_layer(access, axis, from_low ? in_.volume.extent.along(axis) - 1 : 0);
    distances_.values = {};
    const Sizes entered = sizes_of(largest_covering_balls(access, edges_));
    const double half = entered.from(0.5);
    result.quantities.push_back(
        {"intruded_share", static_cast<double>(entered.covered()) / static_cast<double>(entered.voxels)});
    result.quantities.push_back(half > 0 ? diameter("intrusion_d50", half) : Quantity{"intrusion_d50", {}});
    result.quantities.push_back(through > 0 ? diameter("breakthrough_diameter", through)
                                            : Quantity{"breakthrough_diameter", {}});
    result.quantities.push_back(half > 0 ? constrictivity(half, thickness.from(0.5))
                                         : Quantity{"constrictivity", {}});
    if (!entered.bins.empty()) curves.push_back(curve_of("intrusion_{}", set_.name, entered));
  }

  const StudyInput& in_;
  const PhaseSet& set_;
  std::array<double, 3> edges_;
  SquaredDistance distances_;
};

/// um; NaN where no ball is.
std::vector<float> diameters_of(const SquaredDistance& balls) {
  std::vector<float> diameters;
  diameters.reserve(static_cast<std::size_t>(balls.extent.voxels()));
  std::visit(
      [&](const auto& buffer) {
        for (const auto squared : buffer.to_host())
          diameters.push_back(
              squared > 0 ? static_cast<float>(2e6 * balls.unit * std::sqrt(static_cast<double>(squared)))
                          : std::nanf(""));
      },
      balls.values);
  return diameters;
}

Report sizes(const StudyInput& in, const FieldSink& sink, const Progress& progress) {
  Report report;
  const Partition parts(in.volume, in.phases);
  const int count = static_cast<int>(parts.phases.size());
  const Codes codes(in.device, in.volume);
  const PhaseBits bits(codes, parts.phase_of_code, count);
  for (int p = 0; p < count; ++p) {
    const PhaseSet& set = parts.phases[static_cast<std::size_t>(p)];
    if (progress) progress("sizes", static_cast<double>(p) / count, set.name);
    std::function<void(const SquaredDistance&)> paint;
    if (sink)
      paint = [&](const SquaredDistance& balls) { sink(result_about("sizes", set), diameters_of(balls)); };
    report.results.push_back(PhaseSizes(in, codes, bits, p, set).run(report.curves, paint));
    if (in.finished) in.finished(report.results.back());
  }
  return report;
}

QuantityDefinition diameter_row(const char* name, const char* title, const char* symbol,
                                const char* definition, bool in_text = true) {
  return {.name = name,
          .title = title,
          .symbol = symbol,
          .unit = "m",
          .definition = definition,
          .uncertainties = {ErrorSource::resolution},
          .evaluated = std::string(name).starts_with("thickness")
                           ? std::vector<ErrorSource>{ErrorSource::sampling}
                           : std::vector<ErrorSource>{},
          .least = 0,
          .in_text = in_text};
}

QuantityDefinitions rows() {
  return {
      {.name = "distance_mean",
       .title = "mean distance to the surface",
       .symbol = "D_mean",
       .unit = "m",
       .definition =
           "Mean over the voxels of the phase of the distance from their centre to the nearest centre "
           "of a voxel outside the phase; what lies outside the volume is not counted as outside. Exact, or "
           "rounded, as the mean local thickness is.",
       .uncertainties = {ErrorSource::resolution},
       .least = 0,
       .in_text = false},
      diameter_row(
          "inscribed_diameter", "largest inscribed sphere", "d_max",
          "Twice the largest of these distances; its interval is sqrt(3) times a voxel's longest edge, as "
          "for all diameters of spheres, which are centred in voxels."),
      diameter_row(
          "thickness_mean", "mean local thickness", "d_mean",
          "Mean over the voxels of the phase of the diameter of the largest sphere in the phase that "
          "holds the voxel (Hildebrand and Ruegsegger 1997, doi "
          "10.1046/j.1365-2818.1997.1340694.x), exact for the voxels as they are: cubes, and edges in ratios "
          "of whole numbers, with distances of less than 1024 of their common unit; others are rounded, "
          "their "
          "squares to 2.5e-4, but for the largest."),
      diameter_row("thickness_d10", "local thickness, 10 %", "d10",
                   "Smallest local thickness with at least 10 % of the phase's volume up to it.", false),
      diameter_row("thickness_d50", "local thickness, median", "d50",
                   "Smallest local thickness with at least 50 % of the phase's volume up to it."),
      diameter_row("thickness_d90", "local thickness, 90 %", "d90",
                   "Smallest local thickness with at least 90 % of the phase's volume up to it.", false),
      {.name = "intruded_share",
       .title = "share that mercury reaches",
       .symbol = "f_Hg",
       .definition =
           "Voxels of the phase that spheres can reach which enter from the separator and move "
           "through the phase from voxel to voxel, over all its voxels (drainage; Hilpert and Miller "
           "2001, doi 10.1016/S0309-1708(00)00056-7).",
       .uncertainties = {ErrorSource::resolution},
       .least = 0,
       .most = 1,
       .in_text = false},
      diameter_row(
          "intrusion_d50", "mercury intrusion, median", "d_Hg50",
          "Largest diameter at which such spheres fill at least half of the phase's volume; undefined "
          "where none do.",
          false),
      diameter_row(
          "breakthrough_diameter", "breakthrough", "d_break",
          "Diameter of the largest sphere that can move from the separator to the collector; undefined "
          "where none can."),
      {.name = "constrictivity",
       .title = "constrictivity",
       .symbol = "beta",
       .definition = "Square of intrusion_d50 over the largest local thickness that at least half of the "
                     "phase's volume has (Holzer et al. 2013, doi 10.1007/s10853-012-6968-z); its interval "
                     "follows from those of both diameters.",
       .uncertainties = {ErrorSource::resolution},
       .least = 0,
       .most = 1}};
}

}  // namespace

Study sizes_study() {
  return {
      .name = "sizes",
      .meaning = "local thickness of the named phases, inscribed spheres, mercury intrusion, constrictivity",
      .quantities = rows(),
      .run = sizes,
      .needs_conductivity = false,
      .tables = [](const StudySettings&) -> std::vector<std::string> {
        return {"thickness_{}", "intrusion_{}"};
      }};
}

}  // namespace tauvox
