// NVML: the few functions that are needed, found in the driver's library while the program runs, so that
// nothing links to a driver. The signatures are those of NVML's documentation; 0 means success.
#include <dlfcn.h>

#include "kernels/base/cuda_check.hpp"
#include "kernels/base/machine.hpp"

namespace tauvox {
namespace {

class Nvml {
 public:
  static const Nvml& instance() {
    static const Nvml nvml;
    return nvml;
  }

  /// Calls a function of the library; false where there is none, or it fails.
  template <class... Arguments>
  bool call(const char* name, Arguments... arguments) const {
    if (!library_) return false;
    const auto function = reinterpret_cast<int (*)(Arguments...)>(dlsym(library_, name));
    return function && function(arguments...) == 0;
  }

 private:
  Nvml() : library_(dlopen("libnvidia-ml.so.1", RTLD_LAZY | RTLD_LOCAL)) {
    if (!call("nvmlInit_v2")) library_ = nullptr;
  }
  void* library_;
};

std::optional<int> clock(const char* function, void* device, int type) {
  unsigned megahertz = 0;
  if (!Nvml::instance().call(function, device, type, &megahertz)) return {};
  return static_cast<int>(megahertz);
}

std::optional<bool> mode(const char* function, void* device) {
  unsigned current = 0, pending = 0;
  if (!Nvml::instance().call(function, device, &current, &pending)) return {};
  return current != 0;
}

}  // namespace

GpuMonitor::GpuMonitor([[maybe_unused]] int cuda_index) {
#ifdef TAUVOX_HAVE_CUDA
  char bus[32] = "";
  if (cuda_index < 0 || cudaDeviceGetPCIBusId(bus, sizeof bus, cuda_index) != cudaSuccess) return;
  void* device = nullptr;
  const char* id = bus;
  if (Nvml::instance().call("nvmlDeviceGetHandleByPciBusId_v2", id, &device)) device_ = device;
#endif
}

GpuState GpuMonitor::state() const {
  GpuState state;
  if (!device_) return state;
  char version[80] = "";
  char* text = version;
  if (Nvml::instance().call("nvmlSystemGetDriverVersion", text, 80u)) state.driver = version;
  constexpr int sm = 1, memory = 2;
  state.sm_clock_mhz = clock("nvmlDeviceGetClockInfo", device_, sm);
  state.memory_clock_mhz = clock("nvmlDeviceGetClockInfo", device_, memory);
  state.max_sm_clock_mhz = clock("nvmlDeviceGetMaxClockInfo", device_, sm);
  state.max_memory_clock_mhz = clock("nvmlDeviceGetMaxClockInfo", device_, memory);
  unsigned milliwatt = 0;
  if (Nvml::instance().call("nvmlDeviceGetEnforcedPowerLimit", device_, &milliwatt))
    state.power_limit_watt = milliwatt * 1e-3;
  state.ecc = mode("nvmlDeviceGetEccMode", device_);
  state.mig = mode("nvmlDeviceGetMigMode", device_);
  return state;
}

std::optional<double> GpuMonitor::joule() const {
  unsigned long long millijoule = 0;
  if (!device_ || !Nvml::instance().call("nvmlDeviceGetTotalEnergyConsumption", device_, &millijoule))
    return {};
  return static_cast<double>(millijoule) * 1e-3;
}

}  // namespace tauvox
