#include "host/studies/quantity.hpp"

#include <algorithm>
#include <cmath>

namespace tauvox {

const char* name_of(ErrorSource source) {
  static constexpr const char* names[]{"solver", "resolution", "sampling", "segmentation"};
  return names[static_cast<std::size_t>(source)];
}

bool may_have(const QuantityDefinition& row, ErrorSource source) {
  const auto among = [source](const auto& list) {
    return std::find(list.begin(), list.end(), source) != list.end();
  };
  return among(row.uncertainties) || among(row.evaluated);
}

const Uncertainty* Quantity::uncertainty(ErrorSource source) const {
  const auto found = std::find_if(uncertainties.begin(), uncertainties.end(),
                                  [&](const Uncertainty& u) { return u.source == source; });
  return found == uncertainties.end() ? nullptr : &*found;
}

Quantity derived(const std::string& name, const Quantity& from, const std::function<double(double)>& f) {
  Quantity to{name, {}};
  if (!from.value || !std::isfinite(f(*from.value))) return to;
  const double x = *from.value, y = f(x);
  to.value = y;
  for (Uncertainty u : from.uncertainties) {
    if (u.half_width) {
      const double w = *u.half_width, below = f(x - w), above = f(x + w);
      // An interval that reaches zero says nothing of 1 / x or ln x.
      const bool inside = w == 0 || (x - w > 0 && std::isfinite(below) && std::isfinite(above));
      u.half_width =
          inside ? std::optional(std::max(std::abs(below - y), std::abs(above - y))) : std::nullopt;
    }
    to.uncertainties.push_back(u);
  }
  if (from.bounds && (*from.bounds)[0] > 0) {
    to.bounds = {f((*from.bounds)[0]), f((*from.bounds)[1])};
    std::sort(to.bounds->begin(), to.bounds->end());
  }
  return to;
}

Quantity inverse(const std::string& name, const Quantity& from, double over) {
  Quantity to = derived(name, from, [over](double x) { return over / x; });
  for (std::size_t i = 0; i < to.uncertainties.size(); ++i)
    if (const std::optional<double>& w = from.uncertainties[i].half_width)
      to.uncertainties[i].of_inverse = *w / over;
  return to;
}

Quantity scaled(const std::string& name, const Quantity& from, double factor) {
  Quantity to = from;
  to.name = name;
  if (to.value) *to.value *= factor;
  for (Uncertainty& u : to.uncertainties)
    if (u.half_width) *u.half_width *= std::abs(factor);
  if (to.bounds) {
    for (double& bound : *to.bounds) bound *= factor;
    std::sort(to.bounds->begin(), to.bounds->end());
  }
  return to;
}

QuantityDefinition volume_fraction_row() {
  return {.name = "volume_fraction",
          .title = "volume fraction",
          .symbol = "eps",
          .definition =
              "Voxels of what is looked at over all voxels: of everything that conducts (for a pore "
              "the total porosity), or of one label in a study of percolation.",
          .evaluated = {ErrorSource::sampling, ErrorSource::segmentation},
          .needs = {ErrorSource::sampling, ErrorSource::segmentation},  // counted: nothing else applies
          .least = 0,
          .most = 1,
          .known = Known::always};
}

QuantityDefinition percolating_volume_fraction_row() {
  return {.name = "percolating_volume_fraction",
          .title = "percolating volume fraction",
          .symbol = "eps_p",
          .definition =
              "Voxels in clusters of face-sharing voxels of what is looked at that touch both outer "
              "faces across the axis, over all voxels (for a pore the percolating porosity).",
          .least = 0,
          .most = 1,
          .known = Known::always};
}

QuantityDefinition largest_cluster_fraction_row() {
  return {.name = "largest_cluster_fraction",
          .title = "largest cluster",
          .symbol = "eps_max",
          .definition =
              "Voxels of the largest cluster of face-sharing voxels of what is looked at, over all "
              "voxels.",
          .least = 0,
          .most = 1,
          .known = Known::always,
          .in_text = false};
}

}  // namespace tauvox
