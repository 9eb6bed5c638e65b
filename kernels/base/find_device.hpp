// The devices of this machine: which there are, and how many threads a CPU can give.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/base/device.hpp"

namespace tauvox {

/// What a CUDA device says of itself.
struct CudaDeviceInfo {
  int index = 0;
  std::string name, uuid;
  int compute_major = 0, compute_minor = 0;
  std::int64_t total_bytes = 0, free_bytes = 0;
  bool ecc = false;
};

/// What the CUDA part of this build finds on this machine.
struct CudaProbe {
  bool built = false;                           // compiled with CUDA
  bool stand_in = false;                        // with the tests' stand-in for it: no GPU is used
  std::string unavailable;                      // why no device can be used; empty when one can
  int runtime_version = 0, driver_version = 0;  // 13000 = 13.0; 0 = none
  std::vector<CudaDeviceInfo> devices;
};
/// Never throws; asks the driver each time. The current device stays what it was.
/// @param with_memory also asks for free_bytes, which takes some memory on every device
CudaProbe probe_cuda(bool with_memory = false);

/// @param threads 0: usable_processors(). Fewer where so many cannot be started.
Device cpu_device(int threads = 0);
/// @throws Error(device) when the device does not exist or cannot be used; says why.
Device cuda_device(int index = 0);

}  // namespace tauvox
