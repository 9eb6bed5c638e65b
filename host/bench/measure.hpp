// How things are timed: a stopwatch that waits for the device, medians, and the triad, this machine's
// yardstick.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "kernels/base/device.hpp"
#include "kernels/base/extent.hpp"

namespace tauvox::bench {

/// Seconds from before `work` is started until the device has ended it.
template <class Work>
double seconds_of(const Device& device, const Work& work) {
  device.wait();
  const auto start = std::chrono::steady_clock::now();
  work();
  device.wait();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Null where there is no value.
template <class T>
nlohmann::ordered_json or_null(const std::optional<T>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

/// @pre not empty
double median(std::vector<double> values);
/// The value below which `share` of them lie, linear in between.   @pre not empty
double quantile(std::vector<double> values, double share);
/// Now, as 2026-11-25T07:00:00Z.
std::string date_now();

/// Arrays of the triad, larger than the last cache, filled once.
class Triad {
 public:
  static constexpr double bytes_per_element =
      24;  // two read, one written; what a cache fetches besides is not counted
  /// @param megabytes 0: enough
  /// @throws Error(usage) when an array is below four times the last cache of the CPU it runs on
  Triad(const Device& device, std::int64_t megabytes);
  /// Of the host at most, with `enough`: where it runs there, four arrays, of which one is to fill and to
  /// look through the others.
  static std::int64_t host_bytes(const Device& device);
  void run();
  std::int64_t megabytes() const { return a_.size() >> 17; }
  double bytes() const { return bytes_per_element * static_cast<double>(a_.size()); }
  /// @throws Error(internal) unless the last run left b + s c
  void verify() const;

 private:
  Buffer<double> a_, b_, c_;
};

}  // namespace tauvox::bench
