#include "host/studies/true_energy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/studies/merged_classes.hpp"
#include "kernels/volume/codes.hpp"

namespace tauvox {
namespace {

/// Relative error allowed to FP64 sums over faces.
constexpr double sum_margin = 1e-14;

template <std::size_t N>
using Form = std::array<std::array<double, N>, N>;  // the part i >= j

/// Over faces between voxels that have potentials, and faces to plates; d_i is the drop of the i-th.
template <std::size_t N>
struct FaceSums {
  Form<N> energy{};                  // g d_i d_j
  Form<N> change{};                  // (q - g)^2 d_i d_j / g
  std::array<double, N> rounding{};  // q e^2, e what d may be off by because potentials have come as FP32
  double mean = 0;  // conductivity of voxels that have a potential, over all voxels of the sample
  double reacting = 0, reacting_squares = 0;  // over faces that react: area times potential, and its square

  void add(const FaceSums& more) {
    for (std::size_t i = 0; i < N; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        energy[i][j] += more.energy[i][j];
        change[i][j] += more.change[i][j];
      }
      rounding[i] += more.rounding[i];
    }
    mean += more.mean;
    reacting += more.reacting;
    reacting_squares += more.reacting_squares;
  }
};

struct Potential {
  std::span<const float> values;
  std::array<double, 3> rise{};  // across joined sides
};

/// @tparam N potentials of the same voxels
template <std::size_t N>
class FaceWalk {
 public:
  FaceWalk(const Volume& volume, const Materials& m, const std::array<Potential, N>& potentials,
           const Sides& sides, Axis unit_axis, const std::vector<std::uint8_t>& reacts)
      : volume_(volume),
        potentials_(potentials),
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

  FaceSums<N> all() const {
    FaceSums<N> sums;
    for (std::int64_t z = 0; z < volume_.extent.nz; ++z) {
      FaceSums<N> layer;
      for (std::int64_t y = 0; y < volume_.extent.ny; ++y) layer.add(row(z, y));
      sums.add(layer);
    }
    return sums;
  }

 private:
  /// Of the faces of a row, each seen from the voxel before it.
  FaceSums<N> row(std::int64_t z, std::int64_t y) const {
    FaceSums<N> sums;
    const std::array<std::int64_t, 3> last{volume_.extent.nz - 1, volume_.extent.ny - 1,
                                           volume_.extent.nx - 1};
    for (std::int64_t x = 0; x <= last[2]; ++x) {
      const std::array<std::int64_t, 3> at{z, y, x};
      const std::int64_t i = z * strides_[0] + y * strides_[1] + x;
      if (has_potential(i)) sums.mean += own_[code(i)] / all_;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        if (at[axis] == 0) plate(i, sides_.before(all_axes[axis]), axis, sums);
        if (at[axis] < last[axis])
          face(i, i + strides_[axis], axis, false, sums);
        else if (sides_.is_joined(all_axes[axis]))
          face(i, i - last[axis] * strides_[axis], axis, true, sums);
        else
          plate(i, sides_.behind(all_axes[axis]), axis, sums);
      }
    }
    return sums;
  }
  std::size_t code(std::int64_t i) const { return static_cast<std::size_t>(volume_.code(i)); }
  double potential(std::size_t n, std::int64_t i) const {
    return static_cast<double>(potentials_[n].values[static_cast<std::size_t>(i)]);
  }
  bool has_potential(std::int64_t i) const {
    return !std::isnan(potentials_[0].values[static_cast<std::size_t>(i)]);
  }
  static double both(double a, double b) { return 2 * a * b / (a + b); }
  /// @param d, sizes of each potential: the drop, and both sides together; a plate's is exact
  static void add(double g, double q, const std::array<double, N>& d, const std::array<double, N>& sizes,
                  FaceSums<N>& sums) {
    constexpr double half_a_digit = 1.0 / (1 << 24);
    for (std::size_t i = 0; i < N; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        sums.energy[i][j] += g * d[i] * d[j];
        sums.change[i][j] += (q - g) * (q - g) / g * d[i] * d[j];
      }
      const double e = half_a_digit * sizes[i];
      sums.rounding[i] += q * e * e;
    }
  }
  /// @param across the joined sides
  void face(std::int64_t i, std::int64_t j, std::size_t axis, bool across, FaceSums<N>& sums) const {
    if (!has_potential(i) || !has_potential(j)) {
      surface(i, j, axis, sums);
      surface(j, i, axis, sums);
      return;
    }
    std::array<double, N> d, sizes;
    for (std::size_t n = 0; n < N; ++n) {
      d[n] = potential(n, i) - potential(n, j) - (across ? potentials_[n].rise[axis] : 0);
      sizes[n] = std::abs(potential(n, i)) + std::abs(potential(n, j));
    }
    add(weight_[axis] * both(own_[code(i)], own_[code(j)]),
        weight_[axis] * both(class_[code(i)], class_[code(j)]), d, sizes, sums);
  }
  void surface(std::int64_t i, std::int64_t j, std::size_t axis, FaceSums<N>& sums) const {
    if (!has_potential(i) || reacts_.empty() || !reacts_[code(j)]) return;
    sums.reacting += area_[axis] * potential(0, i);
    sums.reacting_squares += area_[axis] * potential(0, i) * potential(0, i);
  }
  /// Half a voxel away, where the side is one.
  void plate(std::int64_t i, const Side& side, std::size_t axis, FaceSums<N>& sums) const {
    if (side.kind != SideKind::plate || !has_potential(i)) return;
    std::array<double, N> d, sizes;
    for (std::size_t n = 0; n < N; ++n) {
      d[n] = side.value - potential(n, i);
      sizes[n] = std::abs(potential(n, i));
    }
    add(2 * weight_[axis] * own_[code(i)], 2 * weight_[axis] * class_[code(i)], d, sizes, sums);
  }

  const Volume& volume_;
  const std::array<Potential, N> potentials_;
  const Sides& sides_;
  const std::vector<std::uint8_t>& reacts_;
  double all_;
  std::array<std::int64_t, 3> strides_;
  std::array<double, 3> area_{}, weight_{};
  std::vector<double> own_, class_;
};

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
  const FaceSums<1> sums =
      FaceWalk<1>(volume_, materials_, {Potential{potential}}, sides, unit_axis, reacting.codes).all();
  const auto [lower, upper] = of_classes;
  const double energy =
      sums.energy[0][0] - 2 * reacting.load * sums.reacting + reacting.shift * sums.reacting_squares;
  Enclosed found;
  found.mean = sums.mean;
  found.off =
      std::sqrt(sums.change[0][0]) +
      std::exp(0.5 * spread_) * (std::sqrt(std::max(0.0, upper - lower)) + std::sqrt(sums.rounding[0]));
  // The energy of a load is below zero, and the nearer to it the better its voxels conduct.
  found.lower = std::max(energy - found.off * found.off, lower * std::exp(lower > 0 ? -spread_ : spread_));
  found.upper = std::min(energy, upper * std::exp(upper > 0 ? spread_ : -spread_));
  return found;
}

EnclosedGradients OwnConductivities::enclose(const std::array<ImposedGradient, 3>& along,
                                             Axis unit_axis) const {
  const auto is_there = [](const ImposedGradient& gradient) { return !gradient.potential.empty(); };
  const ImposedGradient& some = *std::find_if(along.begin(), along.end(), is_there);
  std::array<Potential, 3> potentials;
  for (std::size_t i = 0; i < 3; ++i) {
    const ImposedGradient& gradient = is_there(along[i]) ? along[i] : some;  // nobody asks for what is not
    potentials[i] = {gradient.potential, gradient.rise};
  }
  Sides sides;
  for (const Axis axis : all_axes) sides.join(axis);
  const FaceSums<3> sums = FaceWalk<3>(volume_, materials_, potentials, sides, unit_axis, {}).all();
  EnclosedGradients found;
  found.energy_ = sums.energy;
  found.change_ = sums.change;
  found.rounding_ = sums.rounding;
  found.spread_ = spread_;
  for (std::size_t i = 0; i < 3; ++i) {
    if (!is_there(along[i])) continue;
    const auto [lower, upper] = along[i].of_classes;
    found.width_[i] = std::max(0.0, upper - lower);
    const double energy = sums.energy[i][i], margin = sum_margin * energy, off = found.off(i);
    found.of_[i] = {std::max(energy - margin - off * off, lower * std::exp(-spread_)),
                    std::min(energy + margin, upper * std::exp(spread_))};
  }
  return found;
}

double EnclosedGradients::off(std::size_t i) const {
  return std::sqrt(change_[i][i]) +
         std::exp(0.5 * spread_) * (std::sqrt(width_[i]) + std::sqrt(rounding_[i]));
}

std::array<double, 2> EnclosedGradients::of(std::size_t i, std::size_t j) const {
  if (i < j) return of(j, i);
  const double off_i = off(i), off_j = off(j), a_i = off_i > 0 && off_j > 0 ? std::sqrt(off_j / off_i) : 1,
               a_j = 1 / a_i;
  const auto of_both = [&](const auto& of) { return a_i * std::sqrt(of[i]) + a_j * std::sqrt(of[j]); };
  const auto off_squared = [&](double sign) {
    const double change = a_i * a_i * change_[i][i] + 2 * sign * change_[i][j] + a_j * a_j * change_[j][j],
                 off = std::sqrt(std::max(0.0, change)) +
                       std::exp(0.5 * spread_) * (of_both(width_) + of_both(rounding_));
    return off * off;
  };
  const double margin = sum_margin * std::sqrt(energy_[i][i] * energy_[j][j]);
  return {energy_[i][j] - margin - off_squared(1) / 4, energy_[i][j] + margin + off_squared(-1) / 4};
}

}  // namespace tauvox
