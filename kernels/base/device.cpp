#include "kernels/base/device.hpp"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>

#include "kernels/base/cuda_memory.hpp"

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
  Device device(-1, threads);
  device.description_ = "cpu (" + std::to_string(threads) + (threads == 1 ? " thread)" : " threads)");
  return device;
}

Device Device::cuda(int index, const std::string& name, int threads) {
  Device device(index, threads);
  device.description_ = "cuda:" + std::to_string(index) + " (" + name + ")";
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
