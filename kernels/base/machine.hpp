// What a machine says of itself, for the files of `tauvox bench`: processor, operating system, the state of a
// GPU, and counters of energy. Whatever is not offered, or not allowed to be read, is empty; nothing here
// throws.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kernels/base/device.hpp"

namespace tauvox {

/// "AMD EPYC 7763 64-Core Processor"; empty where the system does not say.
std::string cpu_model();
/// Of the last cache of a CPU, as the system states it; 0: unknown.
std::int64_t last_cache_bytes();
/// Distribution and kernel: "Debian GNU/Linux 12 (bookworm), Linux 6.1.0".
std::string operating_system();
std::string host_name();
/// Memory of its own that this process holds now (not that of files it has mapped), in bytes; 0: unknown.
std::int64_t resident_bytes();
/// Processes that wanted a processor during the last minute; < 0: unknown.
double load_average();

/// Energy of the processor packages and their memory since construction, from Linux's powercap counters
/// (RAPL).
class PackageEnergy {
 public:
  /// @param folder with intel-rapl:N/{name, energy_uj, max_energy_range_uj}
  explicit PackageEnergy(const std::string& folder = "/sys/class/powercap");
  /// Joule so far. Counters wrap after some 1e5 J, so ask more often than that.
  std::optional<double> joule();

 private:
  struct Domain {
    std::string path;
    double last = 0, range = 0;  // microjoule
  };
  std::vector<Domain> domains_;
  double sum_ = 0;  // microjoule
};

/// What the driver knows of a GPU and CUDA does not say. Through NVML, loaded at run time.
struct GpuState {
  std::string driver;  // version
  std::optional<int> sm_clock_mhz, memory_clock_mhz, max_sm_clock_mhz, max_memory_clock_mhz;
  std::optional<double> power_limit_watt;
  std::optional<bool> ecc, mig;
};

class GpuMonitor {
 public:
  /// @param cuda_index of the device; < 0: none, and everything is empty
  explicit GpuMonitor(int cuda_index);
  GpuState state() const;
  /// Joule since the driver was loaded; GPUs before Volta do not count.
  std::optional<double> joule() const;

 private:
  void* device_ = nullptr;  // nvmlDevice_t
};

/// Twice the memory clock times the width of the bus, bytes per second: what CUDA's attributes amount to. 0:
/// unknown.
double memory_clock_times_width(const Device& device);
int multiprocessors(const Device& device);

/// Energy since construction of what a Device runs on: the GPU alone, or the packages of the CPU.
class EnergyMeter {
 public:
  explicit EnergyMeter(const Device& device);
  std::optional<double> joule();
  GpuState gpu() const { return gpu_.state(); }

 private:
  bool on_gpu_;
  GpuMonitor gpu_;
  PackageEnergy packages_;
  double first_ = 0;
};

}  // namespace tauvox
