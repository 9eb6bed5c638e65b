// Layers as their uncertainties let them be.
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "host/generate/random.hpp"
#include "host/handover/cell_layer.hpp"
#include "kernels/base/error.hpp"

namespace tauvox {
namespace {

/// In (0, 1].
double uniform(std::uint64_t bits) { return (static_cast<double>(bits >> 11) + 1) * 0x1p-53; }

/// Each number that has an uncertainty, from a stream of its own: one number more does not change the others.
class Draw {
 public:
  Draw(std::uint64_t seed, std::uint64_t position) : seed_(seed), position_(position) {}

  void operator()(Measured& measured) {
    const std::uint32_t stream = stream_++;
    if (measured.deviation) measured.value += *measured.deviation * normal(stream);
  }
  void operator()(std::optional<Measured>& measured) {
    Measured none;
    (*this)(measured ? *measured : none);
  }

 private:
  /// Box and Muller.
  double normal(std::uint32_t stream) const {
    const double radius = std::sqrt(-2 * std::log(uniform(random_bits(seed_, stream, 2 * position_))));
    return radius * std::cos(2 * std::numbers::pi * uniform(random_bits(seed_, stream, 2 * position_ + 1)));
  }

  std::uint64_t seed_, position_;
  std::uint32_t stream_ = 0;
};

/// What is left to the limits of each number; below 0 it has no meaning.
std::vector<double> room_of(const CellLayer& layer) {
  const double solid = 1 - layer.porosity.value;
  std::vector<double> room{layer.porosity.value, solid, layer.transport_efficiency.value,
                           layer.porosity.value - layer.transport_efficiency.value};
  for (const std::optional<Measured>* share : {&layer.conductivity_ratio, &layer.active_fraction})
    if (*share) room.insert(room.end(), {(*share)->value, solid - (*share)->value});
  for (const std::optional<Measured>* size : {&layer.surface, &layer.particle_diameter})
    if (*size) room.push_back((*size)->value);
  return room;
}

/// A limit that what was measured does not keep is none.
bool is_possible(const CellLayer& layer, const CellLayer& measured) {
  const std::vector<double> room = room_of(layer), before = room_of(measured);
  for (std::size_t i = 0; i < room.size(); ++i)
    if (room[i] < 0 && before[i] >= 0) return false;
  return true;
}

}  // namespace

CellLayer drawn(const CellLayer& layer, std::uint64_t seed, std::uint64_t index) {
  constexpr std::uint64_t tries = 1000;
  for (std::uint64_t attempt = 0; attempt < tries; ++attempt) {
    CellLayer other = layer;
    Draw draw(seed, index * tries + attempt);
    draw(other.porosity);
    draw(other.transport_efficiency);
    draw(other.conductivity_ratio);
    draw(other.active_fraction);
    draw(other.surface);
    draw(other.particle_diameter);
    if (is_possible(other, layer)) return other;
  }
  throw Error(ExitCode::input_invalid, "the uncertainties are too large to draw samples", "--samples",
              fmt::format("of {} layers none had all its numbers within what they can be", tries),
              "leave --samples out, or evaluate a larger volume");
}

}  // namespace tauvox
