#include "host/studies/layers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

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

}  // namespace

Layers::Layers(const Volume& volume) : lengths_(volume.extent.zyx()) {
  for (const Label& label : volume.labels) labels_.push_back(label.value);
  const std::size_t codes = volume.codes_there_are();
  for (std::size_t axis = 0; axis < 3; ++axis)
    layers_[axis].assign(codes, Counts(static_cast<std::size_t>(lengths_[axis])));
  octants_.assign(codes, Counts(8));
  std::visit(
      [&](const auto& of_voxels) {
        const auto [nz, ny, nx] = lengths_;
        auto code = of_voxels.begin();
        for (std::int64_t z = 0; z < nz; ++z)
          for (std::int64_t y = 0; y < ny; ++y)
            for (std::int64_t x = 0; x < nx; ++x, ++code) {
              const std::size_t octant =
                  (z < nz / 2 ? 0u : 1u) | (y < ny / 2 ? 0u : 2u) | (x < nx / 2 ? 0u : 4u);
              ++layers_[0][*code][static_cast<std::size_t>(z)];
              ++layers_[1][*code][static_cast<std::size_t>(y)];
              ++layers_[2][*code][static_cast<std::size_t>(x)];
              ++octants_[*code][octant];
            }
      },
      volume.codes);
  for (const Counts& of_code : octants_)
    for (std::size_t octant = 0; octant < 8; ++octant)
      voxels_of_octants_[octant] += static_cast<double>(of_code[octant]);
}

Layers::Widening Layers::of(const std::vector<std::int64_t>& labels) const {
  std::vector<std::size_t> codes;
  for (std::size_t code = 0; code < labels_.size(); ++code)
    if (std::find(labels.begin(), labels.end(), labels_[code]) != labels.end()) codes.push_back(code);
  std::vector<double> of_octants(8);
  double share = 0;
  for (const std::size_t code : codes)
    for (std::size_t octant = 0; octant < 8; ++octant) {
      of_octants[octant] += static_cast<double>(octants_[code][octant]) / voxels_of_octants_[octant];
      share += static_cast<double>(octants_[code][octant]);
    }
  share /= static_cast<double>(lengths_[0] * lengths_[1] * lengths_[2]);
  const double octants = variance_of_mean(of_octants);
  Widening found;
  if (octants == 0) return found;
  for (const Axis axis : all_axes)
    for (const Slabs& slabs : all_slabs) {
      const auto a = static_cast<std::size_t>(axis);
      const std::int64_t across = lengths_[(a + 1) % 3] * lengths_[(a + 2) % 3];
      std::vector<double> fractions;
      for (std::int64_t k = 0; k < slabs.count; ++k) {
        const std::int64_t begin = k * lengths_[a] / slabs.count, end = (k + 1) * lengths_[a] / slabs.count;
        double& fraction = fractions.emplace_back();
        for (const std::size_t code : codes)
          for (std::int64_t layer = begin; layer < end; ++layer)
            fraction += static_cast<double>(layers_[a][code][static_cast<std::size_t>(layer)]);
        fraction /= static_cast<double>(across * (end - begin));
      }
      const double of_slabs = variance_of_mean(fractions), more = of_slabs / octants,
                   factor = slabs.student / student_of_octants * std::sqrt(more);
      if (more > slabs.clearly && factor > found.factor)
        found = {factor, slabs.student * std::sqrt(of_slabs) / share, axis};
    }
  return found;
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
