// What the single benchmarks share: options, a stopwatch that waits for the device, medians, one line each.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "kernels/base/field.hpp"

namespace tauvox::bench {

struct Options {
  std::string device = "auto";       // auto, cpu, cuda or cuda:N
  int threads = 0;                   // 0: all processors of this process
  std::int64_t size = 256;           // edge of the electrode, voxels
  double porosity = 0.4;             // of the electrode
  std::string precision;             // apply: double, single; solve: mixed, double
  int classes = 3;                   // apply, passes: wall and plate included
  int repeats = 9;                   // of which the median counts
  std::int64_t megabytes = 0;        // of each array of the triad; 0: 256, or more where the caches are large
  bool no_triad = false;             // apply, passes
  double tolerance = 1e-4;           // solve
  std::string verify = "precision";  // solve: precision, fluxes
  std::vector<std::int64_t> sizes;   // answers: edges
  std::vector<std::string> cases;    // answers: empty for all
  std::string format = "raw";        // io: ending of the file
  std::string folder = ".";          // io: where the file is written, and removed again
};

Device device_of(const Options& options);

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

/// Arrays of the triad, larger than the last cache, filled once.
class Triad {
 public:
  static constexpr double bytes_per_element =
      24;  // two read, one written; what a cache fetches besides is not counted
  /// @param megabytes 0: enough
  /// @throws Error(usage) when an array is below four times the last cache of the CPU it runs on
  Triad(const Device& device, std::int64_t megabytes);
  void run();
  std::int64_t megabytes() const { return a_.size() >> 17; }
  double bytes() const { return bytes_per_element * static_cast<double>(a_.size()); }
  /// @throws Error(internal) unless the last run left b + s c
  void verify() const;

 private:
  Buffer<double> a_, b_, c_;
};

/// Program, commit, device, date: the head of every line.
nlohmann::ordered_json head(const char* benchmark, const Device& device);
/// Now, as 2026-11-25T07:00:00Z.
std::string date_now();

// The benchmarks; each verifies, warms up, times and returns its line.
nlohmann::ordered_json run_triad(const Options& options);
nlohmann::ordered_json run_apply(const Options& options);
nlohmann::ordered_json run_passes(const Options& options);
nlohmann::ordered_json run_solve(const Options& options);
nlohmann::ordered_json run_io(const Options& options);
/// Rows for the table of answers.cpp; in FP64 with tolerance 1e-9, or what is asked for.
std::string run_answers(const Options& options);

}  // namespace tauvox::bench
