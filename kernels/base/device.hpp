// Where work runs (CPU threads or one CUDA device), and memory there.
//
// A Device is a small value made once and passed down. It carries the count of bytes it has handed out, so
// that every run can report its exact peak, the count of bytes its kernels had to move, and the scratch space
// of the sums.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/base/error.hpp"

namespace tauvox {

struct Meters;   // bytes in use, their peak, bytes moved
struct Scratch;  // partial sums

class Device {
 public:
  /// @param threads at least 1; cpu_device (find_device.hpp) knows how many there can be
  static Device cpu(int threads);
  /// One that was found: cuda_device (find_device.hpp) looks for it.
  /// @param threads of the CPU, for copies
  static Device cuda(int index, const std::string& name, int threads);

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
