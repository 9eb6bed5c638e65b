#include "host/studies/merged_classes.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/volume/codes.hpp"

namespace tauvox {
namespace {

/// Each group takes from where the one before ends all that lies within `width`, in logarithms.
std::vector<double> ends_of_groups(const std::vector<double>& values, double width) {
  std::vector<double> last;
  for (std::size_t i = 0; i < values.size();) {
    const double first = values[i];
    while (i < values.size() && std::log(values[i] / first) <= width) ++i;
    last.push_back(values[i - 1]);
  }
  return last;
}

}  // namespace

std::size_t MergedValues::group_of(double value) const {
  return static_cast<std::size_t>(std::lower_bound(last.begin(), last.end(), value) - last.begin());
}

MergedValues merged(const std::vector<double>& values, std::size_t most) {
  MergedValues found;
  if (values.size() <= most) return {values, values};
  double too_narrow = 0, wide = std::log(values.back() / values.front());
  for (int i = 0; i < 60; ++i) {
    const double width = 0.5 * (too_narrow + wide);
    (ends_of_groups(values, width).size() <= most ? wide : too_narrow) = width;
  }
  found.last = ends_of_groups(values, wide);
  for (auto first = values.begin(); const double last : found.last) {
    found.standing.push_back(*first == last ? last : *first * std::sqrt(last / *first));
    first = std::upper_bound(first, values.end(), last);
  }
  return found;
}

void assign_classes(Materials& m, const Volume& volume, std::size_t most) {
  std::vector<double> values;
  for (const Phase& phase : m.phases)
    if (phase.conductivity > 0) values.push_back(phase.conductivity);
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  const MergedValues classes = merged(values, most);
  if (!values.empty()) m.largest = values.back();
  m.class_conductivity.clear();
  m.class_of_code.clear();
  m.mean = m.volume_fraction = 0;
  m.conducting_phases = 0;
  for (const double value : classes.standing) m.class_conductivity.push_back(value / m.largest);
  for (const Phase& phase : m.phases) {
    const bool conducts = phase.conductivity > 0;
    const std::size_t at = classes.group_of(phase.conductivity);
    m.class_of_code.push_back(conducts ? static_cast<std::uint8_t>(first_conducting_class + at) : wall_class);
    if (!conducts) continue;
    ++m.conducting_phases;
    m.volume_fraction += phase.volume_fraction;
    m.mean += phase.volume_fraction * m.class_conductivity[at];
  }
  if (volume.outside) m.class_of_code.push_back(wall_class);
}

double spread_of_classes(const Materials& m) {
  double spread = 0;
  for (std::size_t code = 0; code < m.phases.size(); ++code) {
    if (m.class_of_code[code] < first_conducting_class) continue;
    const double of_class =
        m.class_conductivity[static_cast<std::size_t>(m.class_of_code[code] - first_conducting_class)];
    spread = std::max(spread, std::abs(std::log(m.phases[code].conductivity / m.largest / of_class)));
  }
  return spread;
}

}  // namespace tauvox
