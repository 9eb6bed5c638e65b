#include "kernels/base/machine.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "kernels/base/cuda_check.hpp"

namespace tauvox {
namespace {

namespace fs = std::filesystem;

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/// The number in a file of one number; empty where it cannot be read.
std::optional<double> number_in(const std::string& path) {
  std::ifstream file(path);
  double number = 0;
  if (!(file >> number)) return {};
  return number;
}

/// What follows `key` and a separator in a file of lines "key : value" or "key=value", without quotes.
std::string value_of(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    const std::size_t begin = line.find_first_not_of(" \t:=\"", key.size());
    if (begin == std::string::npos) return "";
    return line.substr(begin, line.find_last_not_of(" \"") + 1 - begin);
  }
  return "";
}

}  // namespace

std::string cpu_model() { return value_of("/proc/cpuinfo", "model name"); }

std::int64_t last_cache_bytes() {
  return std::max(
      {0L, sysconf(_SC_LEVEL2_CACHE_SIZE), sysconf(_SC_LEVEL3_CACHE_SIZE), sysconf(_SC_LEVEL4_CACHE_SIZE)});
}

std::string operating_system() {
  std::string distribution = value_of("/etc/os-release", "PRETTY_NAME");
  utsname system{};
  if (uname(&system) != 0) return distribution;
  const std::string kernel = std::string(system.sysname) + " " + system.release;
  return distribution.empty() ? kernel : distribution + ", " + kernel;
}

std::string host_name() {
  char name[256] = "";
  return gethostname(name, sizeof name - 1) == 0 ? name : "";
}

std::int64_t resident_bytes() {
  std::ifstream pages("/proc/self/statm");
  std::int64_t size = 0, resident = 0, shared = 0;
  if (!(pages >> size >> resident >> shared)) return 0;
  return (resident - shared) * sysconf(_SC_PAGESIZE);
}

double load_average() {
  double load = -1;
  return getloadavg(&load, 1) == 1 ? load : -1;
}

PackageEnergy::PackageEnergy(const std::string& folder) {
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const std::string path = entry->path().string(), name = first_line(path + "/name");
    // Cores and graphics are parts of a package, psys is the whole machine again.
    if (!name.starts_with("package") && name != "dram") continue;
    if (const auto now = number_in(path + "/energy_uj"))
      domains_.push_back({path, *now, number_in(path + "/max_energy_range_uj").value_or(0)});
  }
}

std::optional<double> PackageEnergy::joule() {
  if (domains_.empty()) return {};
  for (Domain& domain : domains_) {
    const auto now = number_in(domain.path + "/energy_uj");
    if (!now) return {};
    sum_ += *now >= domain.last ? *now - domain.last : *now - domain.last + domain.range;
    domain.last = *now;
  }
  return sum_ * 1e-6;
}

#ifdef TAUVOX_HAVE_CUDA
double memory_clock_times_width(const Device& device) {
  int kilohertz = 0, bits = 0;
  if (!device.is_cuda() ||
      cudaDeviceGetAttribute(&kilohertz, cudaDevAttrMemoryClockRate, device.cuda_index()) != cudaSuccess ||
      cudaDeviceGetAttribute(&bits, cudaDevAttrGlobalMemoryBusWidth, device.cuda_index()) != cudaSuccess) {
    (void)cudaGetLastError();
    return 0;
  }
  return 2.0 * 1000 * kilohertz * bits / 8;
}
int multiprocessors(const Device& device) {
  int count = 0;
  if (!device.is_cuda() ||
      cudaDeviceGetAttribute(&count, cudaDevAttrMultiProcessorCount, device.cuda_index()) != cudaSuccess) {
    (void)cudaGetLastError();
    return 0;
  }
  return count;
}
#else
double memory_clock_times_width(const Device&) { return 0; }
int multiprocessors(const Device&) { return 0; }
#endif

EnergyMeter::EnergyMeter(const Device& device) : on_gpu_(device.is_cuda()), gpu_(device.cuda_index()) {
  if (on_gpu_) first_ = gpu_.joule().value_or(0);
}

std::optional<double> EnergyMeter::joule() {
  if (!on_gpu_) return packages_.joule();
  const auto now = gpu_.joule();
  if (!now) return {};
  return *now - first_;
}

}  // namespace tauvox
