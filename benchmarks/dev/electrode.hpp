// The electrode that the single benchmarks of kernels work on.
#pragma once

#include "benchmarks/dev/dev.hpp"
#include "kernels/transport/problem.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox::bench {

/// Labels of a generated electrode of options.size^3 as material classes: 3 = pore conducts; 4 = binder too;
/// more = particles in blocks of unlike classes.
Volume electrode_classes(const Options& options);
/// The same on a device, with halo, for transport along z without joined sides.
Field<std::uint8_t> on_device(const Device& device, const Volume& classes);
/// Transport along z through them, without joined sides.   @param classes must live as long as the problem
Problem along_z(const Field<std::uint8_t>& classes, const std::vector<double>& conductivity);
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
