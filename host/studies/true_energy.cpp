#include "host/studies/true_energy.hpp"

#include <array>
#include <cmath>
#include <vector>

#include "kernels/volume/class_field.hpp"

namespace tauvox {
namespace {

class FaceWalk {
 public:
  FaceWalk(const Volume& volume, const Materials& m, std::span<const float> potential, Axis flow,
           bool periodic)
      : volume_(volume),
        potential_(potential),
        flow_(flow),
        periodic_(periodic),
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
    const double length =
        edges[static_cast<std::size_t>(flow)] * static_cast<double>(volume.extent.along(flow));
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double steps = length / edges[axis];
      weight_[axis] = steps * steps / all_;
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
      if (std::isnan(potential_[static_cast<std::size_t>(i)])) continue;
      sums.mean += own_[code(i)] / all_;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const bool is_flow = all_axes[axis] == flow_;
        if (is_flow && at[axis] == 0) plate(i, 1, axis, sums);
        if (at[axis] < last[axis])
          face(i, i + strides_[axis], axis, sums);
        else if (is_flow)
          plate(i, 0, axis, sums);
        else if (periodic_)
          face(i, i - last[axis] * strides_[axis], axis, sums);
      }
    }
    return sums;
  }

 private:
  std::size_t code(std::int64_t i) const { return static_cast<std::size_t>(volume_.code(i)); }
  double potential(std::int64_t i) const {
    return static_cast<double>(potential_[static_cast<std::size_t>(i)]);
  }
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
    if (std::isnan(potential_[static_cast<std::size_t>(j)])) return;
    add(weight_[axis] * both(own_[code(i)], own_[code(j)]),
        weight_[axis] * both(class_[code(i)], class_[code(j)]), potential(i) - potential(j),
        std::abs(potential(i)) + std::abs(potential(j)), sums);
  }
  /// Half a voxel away.
  void plate(std::int64_t i, double value, std::size_t axis, FaceSums& sums) const {
    add(2 * weight_[axis] * own_[code(i)], 2 * weight_[axis] * class_[code(i)], value - potential(i),
        std::abs(potential(i)), sums);
  }

  const Volume& volume_;
  std::span<const float> potential_;
  Axis flow_;
  bool periodic_;
  double all_;
  std::array<std::int64_t, 3> strides_;
  std::array<double, 3> weight_{};
  std::vector<double> own_, class_;
};

void add(FaceSums& to, const FaceSums& more) {
  to.energy += more.energy;
  to.change += more.change;
  to.rounding += more.rounding;
  to.mean += more.mean;
}

}  // namespace

FaceSums face_sums(const Volume& volume, const Materials& materials, std::span<const float> potential,
                   Axis flow, bool periodic) {
  const FaceWalk walk(volume, materials, potential, flow, periodic);
  FaceSums all;
  for (std::int64_t z = 0; z < volume.extent.nz; ++z) {
    FaceSums layer;
    for (std::int64_t y = 0; y < volume.extent.ny; ++y) add(layer, walk.row(z, y));
    add(all, layer);
  }
  return all;
}

}  // namespace tauvox
