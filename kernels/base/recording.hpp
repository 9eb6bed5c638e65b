// Kernels that are started again and again, the same ones with the same arguments: a GPU records them once,
// and from then on they are started as one.
#pragma once

#include <memory>

#include "kernels/base/device.hpp"

namespace tauvox {

class Recording {
 public:
  Recording();
  ~Recording();

  /// What `start` does, which is to start kernels and nothing else: no sums, no copies, no memory. On a GPU
  /// it is called once, and again after forget(); what it leaves on the host has to do for all repetitions.
  template <class F>
  void run(const Device& device, const F& start) {
    if (device.is_cuda() && !kept_) record(device, start);
    if (!repeat(device)) start();
  }
  /// Other kernels or arguments come next.
  void forget();

 private:
  struct Kept;  // null until something is recorded
  template <class F>
  void record(const Device& device, const F& start) {
    const std::int64_t before = device.traffic_bytes();
    if (!begin()) return;
    try {
      start();
    } catch (...) {
      end(0);
      forget();
      throw;
    }
    end(device.traffic_bytes() - before);
    device.count_traffic(before - device.traffic_bytes());  // nothing has run yet
  }
  bool begin();
  void end(std::int64_t bytes);
  bool repeat(const Device& device) const;
  std::unique_ptr<Kept> kept_;
};

}  // namespace tauvox
