#include "host/studies/layers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "host/studies/parts.hpp"

namespace tauvox {
namespace {

/// How a volume is cut across an axis, and by how much more than octants its slabs must vary: few may do so
/// by chance, and by more.
struct Slabs {
  std::int64_t count;
  double student, clearly;
};
constexpr Slabs all_slabs[]{{8, 2.364624251592785, 2}, {4, 3.182446305283710, 3}};
constexpr double student_of_octants = 2.364624251592785;

/// Of the mean of so many values.
double variance_of_mean(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double mean = 0, squares = 0;
  for (const double value : values) mean += value / n;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares / (n - 1) / n;
}

/// Labels that a result is about, in sets: each may be layered where the others are not.
std::vector<std::vector<std::int64_t>> sets_of(const Result& result, const Phases& phases) {
  std::vector<std::vector<std::int64_t>> sets;
  const auto add = [&](const std::string& name) {
    if (const NamedPhase* phase = phases.find(name)) sets.push_back(phase->labels);
  };
  add(result.phase);
  for (const std::string& name : result.with) add(name);
  if (sets.empty() && result.label) sets.push_back({*result.label});
  if (sets.empty())
    for (const NamedPhase& phase : phases.named) sets.push_back(phase.labels);
  return sets;
}

/// All that conducts, and where it does not conduct alike, each conductivity.
std::vector<std::vector<std::int64_t>> sets_of(const Materials& materials) {
  std::map<double, std::vector<std::int64_t>> by_conductivity;
  std::vector<std::int64_t> all;
  for (const Phase& phase : materials.phases) {
    if (phase.conductivity == 0) continue;
    by_conductivity[phase.conductivity].push_back(phase.label);
    all.push_back(phase.label);
  }
  std::vector<std::vector<std::int64_t>> sets{all};
  for (const auto& [conductivity, labels] : by_conductivity) sets.push_back(labels);
  return sets;
}

/// Voxels of some labels.
struct Counts {
  std::array<std::vector<std::int64_t>, 3> layers;  // across z, y, x
  std::array<std::int64_t, 8> octants{};            // as those of parts.hpp
};

Counts counts_of(const Volume& volume, const std::vector<std::int64_t>& labels) {
  std::vector<std::uint8_t> is_counted(volume.codes_there_are());
  for (std::size_t code = 0; code < volume.labels.size(); ++code)
    is_counted[code] = std::find(labels.begin(), labels.end(), volume.labels[code].value) != labels.end();
  const std::array<std::int64_t, 3> n = volume.extent.zyx();
  Counts counts;
  for (std::size_t axis = 0; axis < 3; ++axis) counts.layers[axis].resize(static_cast<std::size_t>(n[axis]));
  std::visit(
      [&](const auto& codes) {
        auto code = codes.begin();
        for (std::int64_t z = 0; z < n[0]; ++z)
          for (std::int64_t y = 0; y < n[1]; ++y) {
            std::array<std::int64_t, 2> halves{};
            for (std::int64_t x = 0; x < n[2]; ++x, ++code) {
              halves[x < n[2] / 2 ? 0 : 1] += is_counted[*code];
              counts.layers[2][static_cast<std::size_t>(x)] += is_counted[*code];
            }
            const std::size_t octant = (z < n[0] / 2 ? 0u : 1u) | (y < n[1] / 2 ? 0u : 2u);
            counts.octants[octant] += halves[0];
            counts.octants[octant | 4u] += halves[1];
            counts.layers[0][static_cast<std::size_t>(z)] += halves[0] + halves[1];
            counts.layers[1][static_cast<std::size_t>(y)] += halves[0] + halves[1];
          }
      },
      volume.codes);
  return counts;
}

std::int64_t voxels_in(const Box& box) {
  std::int64_t voxels = 1;
  for (std::size_t axis = 0; axis < 3; ++axis) voxels *= box.end[axis] - box.begin[axis];
  return voxels;
}

Layers::Widening found_in(const Volume& volume, const std::vector<std::int64_t>& labels) {
  const Counts counts = counts_of(volume, labels);
  const std::vector<Box> boxes = octants(volume.extent);
  const std::int64_t all = volume.extent.voxels();
  std::vector<double> of_octants;
  double share = 0;
  for (std::size_t octant = 0; octant < boxes.size(); ++octant) {
    of_octants.push_back(static_cast<double>(counts.octants[octant]) /
                         static_cast<double>(voxels_in(boxes[octant])));
    share += static_cast<double>(counts.octants[octant]) / static_cast<double>(all);
  }
  const double by_octants = variance_of_mean(of_octants);
  Layers::Widening found;
  if (by_octants == 0) return found;
  for (const Axis axis : all_axes)
    for (const Slabs& slabs : all_slabs) {
      const std::vector<std::int64_t>& layers = counts.layers[static_cast<std::size_t>(axis)];
      const std::int64_t length = volume.extent.along(axis), of_layer = all / length;
      std::vector<double> fractions;
      for (std::int64_t k = 0; k < slabs.count; ++k) {
        const std::int64_t begin = k * length / slabs.count, end = (k + 1) * length / slabs.count;
        const std::int64_t voxels =
            std::accumulate(layers.begin() + begin, layers.begin() + end, std::int64_t{0});
        fractions.push_back(static_cast<double>(voxels) / static_cast<double>(of_layer * (end - begin)));
      }
      const double by_slabs = variance_of_mean(fractions), more = by_slabs / by_octants,
                   factor = slabs.student / student_of_octants * std::sqrt(more);
      if (more > slabs.clearly && factor > found.factor)
        found = {factor, slabs.student * std::sqrt(by_slabs) / share, axis};
    }
  return found;
}

}  // namespace

Layers::Widening Layers::of(const std::vector<std::int64_t>& labels) const {
  const auto known = known_.find(labels);
  if (known != known_.end()) return known->second;
  return known_[labels] = found_in(volume_, labels);
}

std::vector<Layers::Widening> widenings_of(const Result& result, const Layers& layers, const Phases& phases,
                                           const Materials* materials) {
  std::vector<Layers::Widening> all;
  for (const std::vector<std::int64_t>& labels : materials ? sets_of(*materials) : sets_of(result, phases))
    all.push_back(layers.of(labels));
  return all;
}

double widened(double half_width, double value, std::span<const Layers::Widening> all, double response) {
  double most = half_width;
  for (const Layers::Widening& one : all)
    most = std::max(most, std::min(one.factor * half_width, response * one.of_fraction * std::abs(value)));
  return most;
}

void remark_on_layers(Result& result, std::span<const Layers::Widening> all) {
  const bool has_some =
      std::any_of(result.quantities.begin(), result.quantities.end(), [](const Quantity& q) {
        const Uncertainty* u = q.uncertainty(ErrorSource::sampling);
        return u && u->half_width && q.name != "profile_slope";  // that comes from layers itself
      });
  Layers::Widening most;
  for (const Layers::Widening& one : all)
    if (one.factor > most.factor) most = one;
  if (!has_some || most.factor == 1) return;
  result.remarks.push_back(fmt::format(
      "sampling: layers across axis {} differ by more than the octants show; intervals are up to {:.2g} "
      "times as wide for that",
      axis_name(most.across), most.factor));
}

void widen_by_layers(std::vector<Result>& results, const Layers& layers, const Phases& phases) {
  for (Result& result : results) {
    const std::vector<Layers::Widening> all = widenings_of(result, layers, phases, nullptr);
    for (Quantity& quantity : result.quantities)
      for (Uncertainty& u : quantity.uncertainties)
        if (u.source == ErrorSource::sampling && u.half_width)
          u.half_width = widened(*u.half_width, quantity.value.value_or(0), all, 1);
    remark_on_layers(result, all);
  }
}

}  // namespace tauvox
