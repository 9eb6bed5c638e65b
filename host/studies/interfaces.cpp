// Areas of the interfaces between phases and of each phase, and the lines where three of them meet.
#include <algorithm>
#include <cmath>

#include "host/studies/phase_sets.hpp"
#include "host/studies/sample.hpp"
#include "host/studies/study.hpp"
#include "kernels/geometry/neighbour_pairs.hpp"

namespace tauvox {
namespace {

/// Per volume, 1/m: by voxels one apart, and by voxels two apart; what the first is in doubt by as few
/// directions are looked along.
struct Area {
  double fine = 0, twice = 0, faces = 0, doubt = 0;
  Area& operator+=(const Area& other) {
    fine += other.fine;
    twice += other.twice;
    faces += other.faces;
    doubt += other.doubt;
    return *this;
  }
  double resolution() const { return std::abs(fine - twice) + doubt; }
};

Quantity with_resolution_of(const char* name, double value, const Area& area, bool one_sided) {
  return {name, value, {{ErrorSource::resolution, area.resolution(), false, one_sided}}};
}

std::vector<Quantity> quantities_of(const Area& area, double volume, std::optional<double> of_first,
                                    std::optional<double> of_second, std::optional<double> shift) {
  return {with_resolution_of("specific_surface", area.fine, area, true),
          with_resolution_of("specific_surface_extrapolated", 2 * area.fine - area.twice, area, false),
          {"surface_area",
           area.fine * volume,
           {{ErrorSource::resolution, area.resolution() * volume, false, true}}},
          {"specific_faces", area.faces},
          {"share_of_phase", of_first},
          {"share_of_other", of_second},
          {"boundary_shift_fraction", shift}};
}

/// 2 S_h - S_2h below 0 is no surface: two phases with a thin third one between them look like neighbours two
/// voxels apart.
void leave_out_negative(Result& result) {
  for (Quantity& quantity : result.quantities)
    if (quantity.name == "specific_surface_extrapolated" && quantity.value && *quantity.value < 0) {
      quantity = {quantity.name, {}};
      result.remarks.push_back("not resolved by the voxels: the extrapolated surface would be negative");
    }
}

class Interfaces {
 public:
  explicit Interfaces(const StudyInput& in)
      : in_(in), parts_(in.volume, in.phases), edges_(voxel_edges(in.volume)) {
    const int count = static_cast<int>(parts_.phases.size());
    const Codes codes(in.device, in.volume);
    const PhaseBits bits(codes, parts_.phase_of_code, count);
    layers_ = count_pairs_of_layers(bits, in.settings.thickness);
    count_in_sample(layers_, in.settings.thickness, codes, in.volume);
    const NeighbourPairs fine = sum_of_layers(layers_);
    NeighbourPairs twice = count_neighbour_pairs(bits, 2);
    count_in_sample(twice, codes, in.volume);
    areas_.resize(fine.of_pair.size());
    of_phase_.resize(parts_.phases.size());
    for (int q = 1; q < count; ++q)
      for (int p = 0; p < q; ++p) {
        Area& area = areas_[static_cast<std::size_t>(pair_of(p, q))];
        area = {surface_density(fine, pair_of(p, q), edges_), surface_density(twice, pair_of(p, q), edges_),
                faces_per_volume(fine.faces(pair_of(p, q))),
                doubt_of_directions(fine, pair_of(p, q), edges_)};
        of_phase_[static_cast<std::size_t>(p)] += area;
        of_phase_[static_cast<std::size_t>(q)] += area;
      }
  }

  Report run() {
    Report report;
    const auto keep = [&](Result result) {
      leave_out_negative(result);
      report.results.push_back(std::move(result));
      if (in_.finished) in_.finished(report.results.back());
    };
    for (std::size_t p = 0; p < parts_.phases.size(); ++p) {
      Result result = result_about("interfaces", parts_.phases[p]);
      result.quantities = quantities_of(of_phase_[p], volume(), {}, {}, shift(of_phase_[p]));
      keep(std::move(result));
    }
    for (std::size_t q = 1; q < parts_.phases.size(); ++q)
      for (std::size_t p = 0; p < q; ++p) {
        const Area& area =
            areas_[static_cast<std::size_t>(pair_of(static_cast<int>(p), static_cast<int>(q)))];
        if (area.faces == 0 && area.fine == 0) continue;
        Result result = result_about("interfaces", parts_.phases[p]);
        result.label.reset();
        result.with = {parts_.phases[q].name};
        result.quantities = quantities_of(area, volume(), share(area, p), share(area, q), {});
        keep(std::move(result));
        add_profile(p, q);
      }
    if (profile_.values.size() > 1) report.curves.push_back(profile_);
    return report;
  }

 private:
  /// From the separator to the collector.
  void add_profile(std::size_t p, std::size_t q) {
    const Axis axis = in_.settings.thickness;
    std::vector<double> densities =
        surface_densities(layers_, axis, pair_of(static_cast<int>(p), static_cast<int>(q)), edges_);
    if (in_.settings.separator == "high") std::reverse(densities.begin(), densities.end());
    if (profile_.values.empty()) {
      std::vector<double>& places = profile_.values.emplace_back();
      for (std::size_t i = 0; i < densities.size(); ++i)
        places.push_back((static_cast<double>(i) + 0.5) * edges_[static_cast<std::size_t>(axis)] * 1e6);
    }
    profile_.columns.push_back(parts_.phases[p].name + "+" + parts_.phases[q].name + "_per_m");
    profile_.values.push_back(std::move(densities));
  }
  /// By a quarter of the mean edge of a voxel.
  double shift(const Area& area) const {
    return 0.25 * std::cbrt(edges_[0] * edges_[1] * edges_[2]) * area.fine;
  }
  double volume() const {
    return edges_[0] * edges_[1] * edges_[2] * static_cast<double>(in_.volume.voxels_of_sample());
  }
  double faces_per_volume(const std::array<std::int64_t, 3>& faces) const {
    const double voxel = edges_[0] * edges_[1] * edges_[2];
    double area = 0;
    for (std::size_t axis = 0; axis < 3; ++axis)
      area += static_cast<double>(faces[axis]) * voxel / edges_[axis];
    return area / volume();
  }
  std::optional<double> share(const Area& area, std::size_t phase) const {
    return of_phase_[phase].fine > 0 ? std::optional(area.fine / of_phase_[phase].fine) : std::nullopt;
  }

  const StudyInput& in_;
  Partition parts_;
  std::array<double, 3> edges_;
  std::vector<NeighbourPairs> layers_;
  std::vector<Area> areas_, of_phase_;
  Curve profile_{"surface_profile", {"distance_from_separator_um"}, {}};
};

Report interfaces(const StudyInput& in, const FieldSink&, const Progress& progress) {
  if (progress) progress("interfaces", -1, "");
  return Interfaces(in).run();
}

QuantityDefinitions rows() {
  return {
      {.name = "specific_surface",
       .title = "specific surface",
       .symbol = "S_V",
       .unit = "1/m",
       .definition =
           "Area of the interface of two phases, or of one with all others, over the volume of all voxels, "
           "by "
           "the formula of Cauchy and Crofton in 13 directions weighted by their cells on the sphere "
           "(Legland, "
           "Kieu, Devaux 2007, doi 10.5566/ias.v26.p83-92), corrected for the sides of the volume. Planes "
           "of cubic voxels read -7 to +2 % by direction. Its interval is the difference from the same by "
           "voxels "
           "two apart, and a share of what such planes are off by, from how unlike the 13 directions see it.",
       .uncertainties = {ErrorSource::resolution},
       .evaluated = {ErrorSource::sampling},
       .least = 0,
       .known = Known::always},
      {.name = "specific_surface_extrapolated",
       .title = "the same, extrapolated",
       .symbol = "S_V0",
       .unit = "1/m",
       .definition = "2 S_h - S_2h, with S_h specific_surface and S_2h the same by voxels two apart: where "
                     "phases touch "
                     "or overlap, chords shorter than a voxel are missed in the first order of its size. "
                     "Undefined where that is "
                     "below 0.",
       .uncertainties = {ErrorSource::resolution},
       .evaluated = {ErrorSource::sampling},
       .least = 0},
      {.name = "surface_area",
       .title = "area",
       .symbol = "A",
       .unit = "m2",
       .definition = "specific_surface x volume of all voxels.",
       .uncertainties = {ErrorSource::resolution},
       .least = 0,
       .known = Known::always,
       .in_text = false},
      {.name = "specific_faces",
       .title = "faces of voxels",
       .symbol = "S_faces",
       .unit = "1/m",
       .definition =
           "Area of the faces between voxels of the two phases over the volume of all voxels: about "
           "1.5 times that of a smooth interface.",
       .least = 0,
       .known = Known::always},
      {.name = "share_of_phase",
       .title = "share of the phase's surface",
       .symbol = "s_1",
       .definition =
           "specific_surface of the interface over that of the first phase: for active material and "
           "binder the coverage by binder; undefined where the result is about one phase.",
       .uncertainties = {ErrorSource::resolution},
       .evaluated = {ErrorSource::sampling},
       .least = 0,
       .most = 1},
      {.name = "share_of_other",
       .title = "share of the other's surface",
       .symbol = "s_2",
       .definition = "specific_surface of the interface over that of the other phase; undefined where the "
                     "result is about one phase.",
       .uncertainties = {ErrorSource::resolution},
       .evaluated = {ErrorSource::sampling},
       .least = 0,
       .most = 1},
      {.name = "boundary_shift_fraction",
       .title = "volume fraction by boundary shift",
       .symbol = "d eps",
       .definition =
           "Change of the phase's volume fraction where its whole surface moves by a quarter of a voxel "
           "(the cube root of its volume), as another segmentation may put it: 0.25 h x "
           "specific_surface; undefined for a pair of phases.",
       .least = 0}};
}

}  // namespace

Study interfaces_study() {
  return {.name = "interfaces",
          .meaning = "areas between the named phases, with what voxels leave open",
          .quantities = rows(),
          .run = interfaces,
          .needs_conductivity = false,
          .tables = [](const StudySettings&) -> std::vector<std::string> { return {"surface_profile"}; }};
}

}  // namespace tauvox
