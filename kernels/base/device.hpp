// Where work runs (CPU threads or one CUDA device), and memory there.
//
// A Device is a small value made once and passed down. It carries the count of bytes it has handed out, so
// that every run can report its exact peak, the count of bytes its kernels had to move, and the scratch space
// of the sums.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernels/base/error.hpp"

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

struct Meters;   // bytes in use, their peak, bytes moved
struct Scratch;  // partial sums

class Device {
 public:
  /// @param threads 0: usable_processors(). Fewer where so many cannot be started.
  static Device cpu(int threads = 0);
  /// @throws Error(device) when the device does not exist or cannot be used; says why.
  static Device cuda(int index = 0);

  bool is_cuda() const { return cuda_index_ >= 0; }
  int cuda_index() const { return cuda_index_; }
  int threads() const { return threads_; }
  /// "cpu (2 threads)" or "cuda:0 (NVIDIA H100 ...)".
  const std::string& description() const { return description_; }

  std::int64_t bytes_in_use() const;
  std::int64_t peak_bytes() const;
  void reset_peak() const;
  /// Free on a GPU now, beside what is in use.   @pre is_cuda()
  std::int64_t free_bytes() const;

  /// Adds the compulsory traffic of a pass: every array it reads, and every array it writes, once. Called by
  /// count_pass (launch.hpp).
  void count_traffic(std::int64_t bytes) const;
  /// All that was counted on this device so far, bytes.
  std::int64_t traffic_bytes() const;

  /// @throws Error(resources) on the CPU, Error(device) on a GPU, with the size asked for.
  void* allocate(std::size_t bytes) const;
  void release(void* pointer, std::size_t bytes) const noexcept;
  void copy_in(void* device_pointer, const void* host, std::size_t bytes) const;
  void copy_out(void* host, const void* device_pointer, std::size_t bytes) const;
  void zero(void* pointer, std::size_t bytes) const;
  /// Returns when all that was started on the device has ended: kernels run behind the caller's back.
  void wait() const;

  /// Space for `count` doubles that lives as long as the Device; contents are lost at the next call.
  double* scratch(std::int64_t count) const;

 private:
  Device(int cuda_index, int threads);
  int cuda_index_ = -1, threads_ = 1;
  [[maybe_unused]] bool pooled_ = false;  // cuda_memory.hpp
  std::string description_;
  std::shared_ptr<Meters> meter_;
  std::shared_ptr<Scratch> scratch_;
};

/// Physical memory of the host, and what is available of it now, in bytes; both within the limits of the
/// control groups of this process, of every level.
struct HostMemory {
  std::int64_t total = 0, available = 0;
};
/// @param root where /proc and /sys are looked for
HostMemory host_memory(const std::string& root = "");

/// Uninitialised memory on a device; owned, movable, not copyable. 256 bytes of padding follow the last
/// element, so that a vector load may run past the end.
template <class T>
class Buffer {
 public:
  Buffer() = default;
  Buffer(const Device& device, std::int64_t size)
      : device_(std::make_shared<Device>(device)),
        size_(size),
        data_(static_cast<T*>(device.allocate(bytes(size)))) {}
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Buffer() {
    if (data_) device_->release(data_, bytes(size_));
  }

  T* data() const { return data_; }
  std::int64_t size() const { return size_; }
  const Device& device() const { return *device_; }
  void copy_from(std::span<const T> host) { device_->copy_in(data_, host.data(), host.size_bytes()); }
  void copy_to(std::span<T> host) const { device_->copy_out(host.data(), data_, host.size_bytes()); }
  std::vector<T> to_host() const {
    std::vector<T> host(static_cast<std::size_t>(size_));
    copy_to(host);
    return host;
  }
  void zero() { device_->zero(data_, bytes(size_)); }

  /// What a Buffer of `size` elements takes from the device.
  static constexpr std::size_t bytes(std::int64_t size) {
    return static_cast<std::size_t>(size) * sizeof(T) + 256;
  }

 private:
  void swap(Buffer& other) noexcept {
    std::swap(device_, other.device_);
    std::swap(size_, other.size_);
    std::swap(data_, other.data_);
  }
  std::shared_ptr<const Device> device_;
  std::int64_t size_ = 0;
  T* data_ = nullptr;
};

}  // namespace tauvox
