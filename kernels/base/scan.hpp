// Running totals of integers on a device, by Thrust. Included by the sources of kernels/ only.
#pragma once

#include <thrust/execution_policy.h>
#include <thrust/scan.h>
#include <thrust/system/omp/execution_policy.h>

#include "kernels/base/cuda_check.hpp"
#include "kernels/base/device.hpp"

namespace tauvox {

#ifdef TAUVOX_DEVICE_CODE
/// Where Thrust takes its work space from: counted, and from the device's pool.
struct ThrustMemory {
  using value_type = char;
  const Device& device;
  char* allocate(std::size_t bytes) const { return static_cast<char*>(device.allocate(bytes)); }
  void deallocate(char* pointer, std::size_t bytes) const { device.release(pointer, bytes); }
};
#endif

/// values[i] = sum of values[0 .. i-1], in place, and the sum of all `count` values at values[count].
/// @pre room for count + 1 values
template <class Integer>
void scan_in_place(const Device& device, Integer* values, std::int64_t count) {
  device.zero(values + count, sizeof(Integer));
#ifdef TAUVOX_DEVICE_CODE
  if (device.is_cuda()) {
    ThrustMemory memory{device};
    run_thrust("adding up counts",
               [&] { thrust::exclusive_scan(thrust::device(memory), values, values + count + 1, values); });
    return;
  }
#endif
  thrust::exclusive_scan(thrust::omp::par, values, values + count + 1, values);
}

/// The same; returns the sum of all, for which the host waits.
template <class Integer>
Integer exclusive_scan(const Device& device, Integer* values, std::int64_t count) {
  scan_in_place(device, values, count);
  Integer total = 0;
  device.copy_out(&total, values + count, sizeof total);
  return total;
}

}  // namespace tauvox
