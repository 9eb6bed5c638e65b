#include "kernels/base/find_device.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "kernels/base/cuda_check.hpp"
#include "kernels/base/process.hpp"

namespace tauvox {

#ifdef TAUVOX_HAVE_CUDA
namespace {

/// Where a user or a batch system has hidden devices.
std::string visibility() {
  const char* list = std::getenv("CUDA_VISIBLE_DEVICES");
  return list ? "CUDA_VISIBLE_DEVICES is '" + std::string(list) + "'" : "CUDA_VISIBLE_DEVICES is not set";
}

}  // namespace

CudaProbe probe_cuda(bool with_memory) {
  CudaProbe probe;
  probe.built = true;
#ifdef TAUVOX_CUDA_SHIM
  probe.stand_in = true;
#endif
  cudaRuntimeGetVersion(&probe.runtime_version);
  cudaDriverGetVersion(&probe.driver_version);
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess) {
    (void)cudaGetLastError();
    const std::string versions = "driver supports CUDA " + cuda_version_text(probe.driver_version) +
                                 ", this build needs CUDA " + cuda_version_text(probe.runtime_version);
    if (probe.driver_version == 0)
      probe.unavailable = "no NVIDIA driver found (libcuda.so.1), install one";
    else if (status == cudaErrorInsufficientDriver)
      probe.unavailable = "the NVIDIA driver is too old, update the driver: " + versions;
    else
      probe.unavailable = std::string(cudaGetErrorString(status)) + ", see what nvidia-smi lists; " +
                          visibility() + ", " + versions;
    return probe;
  }
  int current = 0;
  (void)cudaGetDevice(&current);
  for (int i = 0; i < count; ++i) {
    cudaDeviceProp properties;
    if (cudaGetDeviceProperties(&properties, i) != cudaSuccess) continue;
    CudaDeviceInfo info;
    info.index = i;
    info.name = properties.name;
    char uuid[33];
    for (int b = 0; b < 16; ++b)
      std::snprintf(uuid + 2 * b, 3, "%02x", static_cast<unsigned char>(properties.uuid.bytes[b]));
    info.uuid = uuid;
    info.compute_major = properties.major;
    info.compute_minor = properties.minor;
    info.total_bytes = static_cast<std::int64_t>(properties.totalGlobalMem);
    info.ecc = properties.ECCEnabled != 0;
    std::size_t free_bytes = 0, total = 0;
    if (with_memory && cudaSetDevice(i) == cudaSuccess && cudaMemGetInfo(&free_bytes, &total) == cudaSuccess)
      info.free_bytes = static_cast<std::int64_t>(free_bytes);
    probe.devices.push_back(info);
  }
  if (with_memory) (void)cudaSetDevice(current);
  (void)cudaGetLastError();
  if (probe.devices.empty()) probe.unavailable = "the driver lists no CUDA device; " + visibility();
  return probe;
}
#else
CudaProbe probe_cuda(bool) {
  CudaProbe probe;
  probe.unavailable = "this build has no CUDA part; build with -DTAUVOX_CUDA=ON and nvcc on PATH";
  return probe;
}
#endif

Device cpu_device(int threads) {
  return Device::cpu(startable_threads(threads > 0 ? threads : usable_processors()));
}

Device cuda_device(int index) {
  const std::string option = "--device cuda:" + std::to_string(index);
  const CudaProbe probe = probe_cuda();
  if (!probe.unavailable.empty())
    throw Error(ExitCode::device, "no CUDA device can be used", option, probe.unavailable,
                "use --device cpu, or --device auto to fall back by itself");
  const auto found = std::find_if(probe.devices.begin(), probe.devices.end(),
                                  [&](const CudaDeviceInfo& d) { return d.index == index; });
  if (found == probe.devices.end())
    throw Error(ExitCode::device, "no CUDA device " + std::to_string(index), option, "",
                probe.devices.size() == 1
                    ? "valid: cuda:0"
                    : "valid: cuda:0 to cuda:" + std::to_string(probe.devices.size() - 1));
  return Device::cuda(index, found->name, startable_threads(usable_processors()));
}

}  // namespace tauvox
