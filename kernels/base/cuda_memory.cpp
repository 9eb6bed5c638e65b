#include "kernels/base/cuda_memory.hpp"

#ifdef TAUVOX_HAVE_CUDA
#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>
#include <memory>

namespace tauvox::cuda {
namespace {

// Pinning took more than twice as long as copying 134 MB, so the pinned memory is kept.
constexpr std::size_t staged_from = std::size_t{64} << 20, staged_again_from = std::size_t{2} << 20;
constexpr std::size_t chunk = std::size_t{8} << 20;
constexpr std::size_t piece = std::size_t{1} << 18;  // for one thread

cudaMemPool_t pool_of_current_device() {
  int index = 0;
  cudaMemPool_t pool = nullptr;
  check_cuda(cudaGetDevice(&index), "asking for its memory pool");
  check_cuda(cudaDeviceGetDefaultMemPool(&pool, index), "asking for its memory pool");
  return pool;
}

/// Half of the staging: a pinned buffer, and the event that says that it has arrived.
struct PinnedBuffer {
  void* data = nullptr;
  cudaEvent_t arrived = nullptr;
  bool sent = false;

  PinnedBuffer() {
    if (cudaMallocHost(&data, chunk) == cudaSuccess &&
        cudaEventCreateWithFlags(&arrived, cudaEventDisableTiming) == cudaSuccess)
      return;
    (void)cudaGetLastError();
    arrived = nullptr;
  }
  ~PinnedBuffer() {
    if (sent) (void)cudaEventSynchronize(arrived);
    if (arrived) (void)cudaEventDestroy(arrived);
    if (data) (void)cudaFreeHost(data);
  }
  PinnedBuffer(const PinnedBuffer&) = delete;
  PinnedBuffer& operator=(const PinnedBuffer&) = delete;

  void fill(const char* from, std::size_t bytes, int threads) {
    if (sent) check_cuda(cudaEventSynchronize(arrived), "copying to the device");
    const auto pieces = static_cast<std::int64_t>((bytes + piece - 1) / piece);
#pragma omp parallel for schedule(static) num_threads(threads)
    for (std::int64_t i = 0; i < pieces; ++i) {
      const std::size_t begin = static_cast<std::size_t>(i) * piece;
      std::memcpy(static_cast<char*>(data) + begin, from + begin, std::min(piece, bytes - begin));
    }
  }
  void send(char* to, std::size_t bytes) {
    check_cuda(cudaMemcpyAsync(to, data, bytes, cudaMemcpyHostToDevice, nullptr), "copying to the device");
    check_cuda(cudaEventRecord(arrived, nullptr), "copying to the device");
    sent = true;
  }
};

struct Staging {
  int device;
  PinnedBuffer half[2];
};

/// Null where nothing can be pinned.
Staging* staging_of_current_device(std::size_t bytes) {
  static thread_local std::unique_ptr<Staging> kept;
  if (bytes < (kept ? staged_again_from : staged_from)) return nullptr;
  int device = 0;
  check_cuda(cudaGetDevice(&device), "asking for its number");
  if (!kept || kept->device != device) kept.reset(new Staging{device, {}});  // events belong to a device
  if (!kept->half[0].arrived || !kept->half[1].arrived) kept.reset();
  return kept.get();
}

std::atomic<bool> something_released = false;  // until then no pool keeps anything

}  // namespace

bool use_pool(int index) {
  int has_pools = 0;
  if (cudaDeviceGetAttribute(&has_pools, cudaDevAttrMemoryPoolsSupported, index) != cudaSuccess ||
      !has_pools) {
    (void)cudaGetLastError();
    return false;
  }
  std::uint64_t keep = std::numeric_limits<std::uint64_t>::max();
  check_cuda(cudaMemPoolSetAttribute(pool_of_current_device(), cudaMemPoolAttrReleaseThreshold, &keep),
             "setting up its memory pool");
  return true;
}

void* allocate(bool pooled, std::size_t bytes) {
  void* pointer = nullptr;
  const auto ask = [&] {
    return pooled ? cudaMallocAsync(&pointer, bytes, nullptr) : cudaMalloc(&pointer, bytes);
  };
  cudaError_t status = ask();
  if (status == cudaErrorMemoryAllocation && pooled) {  // the pool may keep it in pieces of the wrong size
    (void)cudaGetLastError();
    (void)free_bytes(true);
    status = ask();
  }
  if (status == cudaErrorMemoryAllocation) {
    (void)cudaGetLastError();
    return nullptr;
  }
  check_cuda(status, "allocating memory");
  return pointer;
}

void release(bool pooled, void* pointer) noexcept {
  something_released = true;
  // Nothing can be done about an error, and a lost device has no memory left to return.
  (void)(pooled ? cudaFreeAsync(pointer, nullptr) : cudaFree(pointer));
}

std::int64_t free_bytes(bool pooled) {
  if (pooled && something_released) {
    check_cuda(cudaDeviceSynchronize(), "returning memory");  // what a kernel still uses is not free
    check_cuda(cudaMemPoolTrimTo(pool_of_current_device(), 0), "returning memory");
  }
  std::size_t free = 0, total = 0;
  check_cuda(cudaMemGetInfo(&free, &total), "asking for its free memory");
  return static_cast<std::int64_t>(free);
}

void copy_in(void* to, const void* from, std::size_t bytes, int threads) {
  Staging* staging = staging_of_current_device(bytes);
  if (!staging) {
    check_cuda(cudaMemcpy(to, from, bytes, cudaMemcpyHostToDevice), "copying to the device");
    return;
  }
  for (std::size_t begin = 0, k = 0; begin < bytes; begin += chunk, ++k) {
    const std::size_t count = std::min(chunk, bytes - begin);
    staging->half[k % 2].fill(static_cast<const char*>(from) + begin, count, threads);
    staging->half[k % 2].send(static_cast<char*>(to) + begin, count);
  }
}

}  // namespace tauvox::cuda
#endif
