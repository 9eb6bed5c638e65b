// Layers as their uncertainties let them be.
#include <cmath>
#include <numbers>

#include "host/generate/random.hpp"
#include "host/handover/cell_layer.hpp"

namespace tauvox {
namespace {

/// In (0, 1].
double uniform(std::uint64_t bits) { return (static_cast<double>(bits >> 11) + 1) * 0x1p-53; }

class Draw {
 public:
  Draw(std::uint64_t seed, std::uint64_t index) : seed_(seed), index_(index) {}

  /// Within (0, most). Each call has a stream of its own, so that one number more does not change the others.
  void operator()(Measured& measured, double most) {
    const std::uint32_t stream = stream_++;
    if (!measured.deviation || *measured.deviation == 0) return;
    constexpr int tries = 1000;
    for (std::uint64_t attempt = 0; attempt < tries; ++attempt) {
      const double value = measured.value + *measured.deviation * normal(stream, index_ * tries + attempt);
      if (value <= 0 || value >= most) continue;
      measured.value = value;
      return;
    }
  }

 private:
  /// Box and Muller.
  double normal(std::uint32_t stream, std::uint64_t position) const {
    const double radius = std::sqrt(-2 * std::log(uniform(random_bits(seed_, stream, 2 * position))));
    return radius * std::cos(2 * std::numbers::pi * uniform(random_bits(seed_, stream, 2 * position + 1)));
  }

  std::uint64_t seed_, index_;
  std::uint32_t stream_ = 0;
};

}  // namespace

CellLayer drawn(const CellLayer& layer, std::uint64_t seed, std::uint64_t index) {
  CellLayer other = layer;
  Draw draw(seed, index);
  Measured none;
  const auto draw_optional = [&](std::optional<Measured>& measured, double most) {
    draw(measured ? *measured : none, most);
  };
  draw(other.porosity, 1);
  draw(other.transport_efficiency, other.porosity.value);
  draw_optional(other.conductivity_ratio, 1 - other.porosity.value);
  draw_optional(other.active_fraction, 1 - other.porosity.value);
  draw_optional(other.surface, HUGE_VAL);
  draw_optional(other.particle_diameter, HUGE_VAL);
  return other;
}

}  // namespace tauvox
