#include "kernels/base/device.hpp"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "kernels/base/cuda_memory.hpp"
#include "kernels/base/process.hpp"

namespace tauvox {

struct Meters {
  std::atomic<std::int64_t> now{0}, peak{0}, traffic{0};
  void add(std::int64_t bytes) {
    const std::int64_t total = now += bytes;
    std::int64_t seen = peak;
    while (seen < total && !peak.compare_exchange_weak(seen, total)) {
    }
  }
};

struct Scratch {
  Buffer<double> buffer;
};

#ifdef TAUVOX_HAVE_CUDA
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
      probe.unavailable = std::string(cudaGetErrorString(status)) +
                          ", see what nvidia-smi lists and CUDA_VISIBLE_DEVICES: " + versions;
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
  if (probe.devices.empty())
    probe.unavailable = "the driver lists no CUDA device (is CUDA_VISIBLE_DEVICES empty?)";
  return probe;
}
#else
CudaProbe probe_cuda(bool) {
  CudaProbe probe;
  probe.unavailable = "this build has no CUDA part; build with -DTAUVOX_CUDA=ON and nvcc on PATH";
  return probe;
}
#endif

Device::Device(int cuda_index, int threads)
    : cuda_index_(cuda_index),
      threads_(threads),
      meter_(std::make_shared<Meters>()),
      scratch_(std::make_shared<Scratch>()) {}

Device Device::cpu(int threads) {
#ifdef __GLIBC__
  // Memory goes back when it is released. By itself the C library keeps ever larger pieces for later, which a
  // run then holds besides what it uses.
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  mallopt(M_TRIM_THRESHOLD, 8 << 20);  // but for what every pass asks for anew: the rows in flight
#endif
  Device device(-1, startable_threads(threads > 0 ? threads : usable_processors()));
  device.description_ =
      "cpu (" + std::to_string(device.threads_) + (device.threads_ == 1 ? " thread)" : " threads)");
  return device;
}

Device Device::cuda(int index) {
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
  Device device(index, startable_threads(usable_processors()));
  device.description_ = "cuda:" + std::to_string(index) + " (" + found->name + ")";
#ifdef TAUVOX_HAVE_CUDA
  check_cuda(cudaSetDevice(index), "choosing the device");
  device.pooled_ = cuda::use_pool(index);
#endif
  return device;
}

std::int64_t Device::free_bytes() const {
#ifdef TAUVOX_HAVE_CUDA
  return cuda::free_bytes(pooled_);
#else
  return 0;
#endif
}

std::int64_t Device::bytes_in_use() const { return meter_->now; }
std::int64_t Device::peak_bytes() const { return meter_->peak; }
void Device::reset_peak() const { meter_->peak = meter_->now.load(); }
void Device::count_traffic(std::int64_t bytes) const { meter_->traffic += bytes; }
std::int64_t Device::traffic_bytes() const { return meter_->traffic; }

void* Device::allocate(std::size_t bytes) const {
  void* pointer = nullptr;
  if (is_cuda()) {
#ifdef TAUVOX_HAVE_CUDA
    pointer = cuda::allocate(pooled_, bytes);
    if (!pointer)
      throw Error(ExitCode::device, "out of GPU memory", description_,
                  std::to_string(bytes) + " bytes could not be allocated beside " +
                      std::to_string(meter_->now) + " in use: " + std::to_string(free_bytes()) + " are free",
                  "does another process use this GPU? Use --precision mixed, --crop, or --device cpu");
#endif
  } else {
    pointer = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!pointer)
      throw Error(ExitCode::resources, "out of memory", description_,
                  std::to_string(bytes) + " bytes could not be allocated beside " +
                      std::to_string(meter_->now) + " in use",
                  "use --precision mixed or --crop; --dry-run says what a run needs");
  }
  meter_->add(static_cast<std::int64_t>(bytes));
  return pointer;
}

void Device::release(void* pointer, std::size_t bytes) const noexcept {
  if (is_cuda()) {
#ifdef TAUVOX_HAVE_CUDA
    cuda::release(pooled_, pointer);
#endif
  } else {
    std::free(pointer);
  }
  meter_->now -= static_cast<std::int64_t>(bytes);
}

void Device::copy_in(void* device_pointer, const void* host, std::size_t bytes) const {
  if (bytes == 0) return;  // where there is nothing, the pointers may be null
  if (!is_cuda()) {
    std::memcpy(device_pointer, host, bytes);
    return;
  }
#ifdef TAUVOX_HAVE_CUDA
  cuda::copy_in(device_pointer, host, bytes, threads_);
#endif
}

void Device::copy_out(void* host, const void* device_pointer, std::size_t bytes) const {
  if (bytes == 0) return;
  if (!is_cuda()) {
    std::memcpy(host, device_pointer, bytes);
    return;
  }
#ifdef TAUVOX_HAVE_CUDA
  check_cuda(cudaMemcpy(host, device_pointer, bytes, cudaMemcpyDeviceToHost), "copying from the device");
#endif
}

void Device::zero(void* pointer, std::size_t bytes) const {
  if (is_cuda()) {
#ifdef TAUVOX_HAVE_CUDA
    check_cuda(cudaMemset(pointer, 0, bytes), "clearing device memory");
#endif
    return;
  }
  // In parallel, so that each thread first touches the pages it will work on.
  constexpr std::int64_t block = 1 << 20;
  const std::int64_t size = static_cast<std::int64_t>(bytes);
#pragma omp parallel for schedule(static) num_threads(threads_)
  for (std::int64_t begin = 0; begin < size; begin += block)
    std::memset(static_cast<char*>(pointer) + begin, 0,
                static_cast<std::size_t>(std::min(block, size - begin)));
}

void Device::wait() const {
#ifdef TAUVOX_HAVE_CUDA
  if (is_cuda()) check_cuda(cudaDeviceSynchronize(), "waiting for the device");
#endif
}

double* Device::scratch(std::int64_t count) const {
  if (scratch_->buffer.size() < count) {
    scratch_->buffer = Buffer<double>();  // return the old space before asking for more
    Device unscratched = *this;
    unscratched.scratch_.reset();  // a buffer must not own the scratch that owns it
    scratch_->buffer = Buffer<double>(unscratched, count);
  }
  return scratch_->buffer.data();
}

}  // namespace tauvox
