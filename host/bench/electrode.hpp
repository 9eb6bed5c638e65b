// The electrode that the single benchmarks of kernels work on.
#pragma once

#include <memory>

#include "host/bench/bench.hpp"
#include "kernels/volume/unknowns.hpp"

namespace tauvox::bench {

/// Labels of a generated electrode of options.size^3 as material classes: 3 = pore conducts; 4 = binder too;
/// more = particles in blocks of unlike classes.
Volume electrode_classes(const Options& options);
/// The same on a device, for transport along z without joined sides.
struct DeviceElectrode {
  /// @param spanning_only without what floats, which has no unique potential
  DeviceElectrode(const Device& device, const Volume& classes, bool spanning_only = false);
  std::shared_ptr<const Unknowns> unknowns;
  Field<std::uint8_t> classes;
};
/// Conductivity of the conducting classes: 1, 1/2, 1/3 ...
std::vector<double> electrode_conductivity(const Options& options);
/// Values without a pattern, -0.5 to 0.5.
double rough(std::int64_t i);
/// A vector of them.
template <class T>
Buffer<T> rough_vector(const Device& device, std::int64_t size) {
  std::vector<T> host;
  host.reserve(static_cast<std::size_t>(size));
  for (std::int64_t i = 0; i < size; ++i) host.push_back(static_cast<T>(rough(i)));
  Buffer<T> buffer(device, size);
  buffer.copy_from(host);
  return buffer;
}

}  // namespace tauvox::bench
