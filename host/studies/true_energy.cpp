#include "host/studies/true_energy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/studies/merged_classes.hpp"
#include "kernels/volume/class_field.hpp"

namespace tauvox {
namespace {

/// Over faces between voxels that have a potential, and faces to plates.
struct FaceSums {
  double energy = 0;    // g d^2
  double change = 0;    // (q - g)^2 d^2 / g
  double rounding = 0;  // q e^2, e what d may be off by because the potentials have come as FP32
  double mean = 0;      // conductivity of voxels that have a potential, over all voxels of the sample
  double reacting = 0, reacting_squares = 0;  // over faces that react: area times potential, and its square

  void add(const FaceSums& more) {
    energy += more.energy;
    change += more.change;
    rounding += more.rounding;
    mean += more.mean;
    reacting += more.reacting;
    reacting_squares += more.reacting_squares;
  }
};

class FaceWalk {
 public:
  FaceWalk(const Volume& volume, const Materials& m, std::span<const float> potential, const Sides& sides,
           Axis unit_axis, const std::vector<std::uint8_t>& reacts)
      : volume_(volume),
        potential_(potential),
        sides_(sides),
        reacts_(reacts),
        all_(static_cast<double>(volume.voxels_of_sample())),
        strides_{volume.extent.nx * volume.extent.ny, volume.extent.nx, 1} {
    for (std::size_t code = 0; code < volume.codes_there_are(); ++code) {
      const std::uint8_t c = m.class_of_code[code];
      const bool conducts = c >= first_conducting_class;
      own_.push_back(conducts ? m.phases[code].conductivity / m.largest : 0);
      class_.push_back(conducts ? m.class_conductivity[static_cast<std::size_t>(c - first_conducting_class)]
                                : 0);
    }
    const std::array<double, 3> edges = volume.spacing();
    for (std::size_t axis = 0; axis < 3; ++axis) {
      area_[axis] = edges[static_cast<std::size_t>(unit_axis)] / edges[axis];
      weight_[axis] = area_[axis] * area_[axis];
    }
  }

  /// Of the faces of a row, each seen from the voxel before it.
  FaceSums row(std::int64_t z, std::int64_t y) const {
    FaceSums sums;
    const std::array<std::int64_t, 3> last{volume_.extent.nz - 1, volume_.extent.ny - 1,
                                           volume_.extent.nx - 1};
    for (std::int64_t x = 0; x <= last[2]; ++x) {
      const std::array<std::int64_t, 3> at{z, y, x};
      const std::int64_t i = z * strides_[0] + y * strides_[1] + x;
      if (has_potential(i)) sums.mean += own_[code(i)] / all_;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        if (at[axis] == 0) plate(i, sides_.before(all_axes[axis]), axis, sums);
        if (at[axis] < last[axis])
          face(i, i + strides_[axis], axis, sums);
        else if (sides_.is_joined(all_axes[axis]))
          face(i, i - last[axis] * strides_[axis], axis, sums);
        else
          plate(i, sides_.behind(all_axes[axis]), axis, sums);
      }
    }
    return sums;
  }

 private:
  std::size_t code(std::int64_t i) const { return static_cast<std::size_t>(volume_.code(i)); }
  double potential(std::int64_t i) const {
    return static_cast<double>(potential_[static_cast<std::size_t>(i)]);
  }
  bool has_potential(std::int64_t i) const { return !std::isnan(potential_[static_cast<std::size_t>(i)]); }
  static double both(double a, double b) { return 2 * a * b / (a + b); }
  /// @param sizes of both potentials together; a plate's is exact
  static void add(double g, double q, double d, double sizes, FaceSums& sums) {
    constexpr double half_a_digit = 1.0 / (1 << 24);
    const double e = half_a_digit * sizes;
    sums.energy += g * d * d;
    sums.change += (q - g) * (q - g) / g * d * d;
    sums.rounding += q * e * e;
  }
  void face(std::int64_t i, std::int64_t j, std::size_t axis, FaceSums& sums) const {
    if (!has_potential(i) || !has_potential(j)) {
      surface(i, j, axis, sums);
      surface(j, i, axis, sums);
      return;
    }
    add(weight_[axis] * both(own_[code(i)], own_[code(j)]),
        weight_[axis] * both(class_[code(i)], class_[code(j)]), potential(i) - potential(j),
        std::abs(potential(i)) + std::abs(potential(j)), sums);
  }
  void surface(std::int64_t i, std::int64_t j, std::size_t axis, FaceSums& sums) const {
    if (!has_potential(i) || reacts_.empty() || !reacts_[code(j)]) return;
    sums.reacting += area_[axis] * potential(i);
    sums.reacting_squares += area_[axis] * potential(i) * potential(i);
  }
  /// Half a voxel away, where the side is one.
  void plate(std::int64_t i, const Side& side, std::size_t axis, FaceSums& sums) const {
    if (side.kind != SideKind::plate || !has_potential(i)) return;
    add(2 * weight_[axis] * own_[code(i)], 2 * weight_[axis] * class_[code(i)], side.value - potential(i),
        std::abs(potential(i)), sums);
  }

  const Volume& volume_;
  std::span<const float> potential_;
  const Sides& sides_;
  const std::vector<std::uint8_t>& reacts_;
  double all_;
  std::array<std::int64_t, 3> strides_;
  std::array<double, 3> area_{}, weight_{};
  std::vector<double> own_, class_;
};

FaceSums sums_of(const Extent& extent, const FaceWalk& walk) {
  FaceSums all;
  for (std::int64_t z = 0; z < extent.nz; ++z) {
    FaceSums layer;
    for (std::int64_t y = 0; y < extent.ny; ++y) layer.add(walk.row(z, y));
    all.add(layer);
  }
  return all;
}

}  // namespace

OwnConductivities::OwnConductivities(const Volume& volume, const Materials& materials)
    : volume_(volume), materials_(materials), spread_(spread_of_classes(materials)) {}

bool OwnConductivities::share() const {
  constexpr double rounding = 1e-14;
  return spread_ >= rounding;
}

double OwnConductivities::most_off() const { return std::expm1(spread_); }

double OwnConductivities::mean() const {
  double mean = 0;
  for (const Phase& phase : materials_.phases)
    mean += phase.volume_fraction * phase.conductivity / materials_.largest;
  return mean;
}

double OwnConductivities::mean_of(const Codes& codes, const Unknowns& set) const {
  const std::vector<std::int64_t> voxels = histogram(codes, set);
  const auto all = static_cast<double>(volume_.voxels_of_sample());
  double mean = 0;
  for (std::size_t code = 0; code < materials_.phases.size(); ++code)
    mean +=
        static_cast<double>(voxels[code]) / all * materials_.phases[code].conductivity / materials_.largest;
  return mean;
}

std::string OwnConductivities::text() const {
  return fmt::format(
      "{} grey values that conduct share {} classes of conductivity, at most {:.2g} % from their own",
      materials_.conducting_phases, materials_.class_conductivity.size(), 100 * most_off());
}

std::string OwnConductivities::text_of_wide_bound(double error, double tolerance) const {
  return fmt::format(
      "the bound is wider ({:.1e}) than the tolerance ({:.1e}), because {} grey values share {} classes; "
      "more iterations do not help, conductivities that are nearer to each other do",
      error, tolerance, materials_.conducting_phases, materials_.class_conductivity.size());
}

OwnConductivities::Enclosed OwnConductivities::enclose(const std::array<double, 2>& of_classes,
                                                       std::span<const float> potential, const Sides& sides,
                                                       Axis unit_axis, const ReactingFaces& reacting) const {
  const FaceSums sums =
      sums_of(volume_.extent, FaceWalk(volume_, materials_, potential, sides, unit_axis, reacting.codes));
  const auto [lower, upper] = of_classes;
  const double energy =
      sums.energy - 2 * reacting.load * sums.reacting + reacting.shift * sums.reacting_squares;
  Enclosed found;
  found.mean = sums.mean;
  found.off = std::sqrt(sums.change) +
              std::exp(0.5 * spread_) * (std::sqrt(std::max(0.0, upper - lower)) + std::sqrt(sums.rounding));
  // The energy of a load is below zero, and the nearer to it the better its voxels conduct.
  found.lower = std::max(energy - found.off * found.off, lower * std::exp(lower > 0 ? -spread_ : spread_));
  found.upper = std::min(energy, upper * std::exp(upper > 0 ? spread_ : -spread_));
  return found;
}

}  // namespace tauvox
