// The electrode that the single benchmarks of kernels work on.
#pragma once

#include "benchmarks/dev/dev.hpp"
#include "kernels/transport/problem.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox::bench {

/// Labels of a generated electrode of options.size^3 as material classes: 3 = pore conducts; 4 = binder too;
/// more = particles in blocks of unlike classes.
Volume electrode_classes(const Options& options);
/// Transport along z through them on a device, without joined sides.
/// @param spanning_only without what floats, which has no unique potential
Problem along_z(const Device& device, const Volume& classes, const std::vector<double>& conductivity,
                bool spanning_only = false);
/// Conductivity of the conducting classes: 1, 1/2, 1/3 ...
std::vector<double> electrode_conductivity(const Options& options);
/// Values without a pattern, -0.5 to 0.5.
double rough(std::int64_t i);
template <class T>
std::vector<T> rough_values(std::int64_t size) {
  std::vector<T> values;
  values.reserve(static_cast<std::size_t>(size));
  for (std::int64_t i = 0; i < size; ++i) values.push_back(static_cast<T>(rough(i)));
  return values;
}

}  // namespace tauvox::bench
