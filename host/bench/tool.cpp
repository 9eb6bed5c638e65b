#include "host/bench/tool.hpp"

#include <fmt/format.h>

#include <cctype>

#include "host/bench/commit.hpp"  // made by the build
#include "host/bench/measure.hpp"
#include "host/report/run_report.hpp"
#include "kernels/base/find_device.hpp"
#include "kernels/base/host_memory.hpp"
#include "kernels/base/process.hpp"

namespace tauvox::bench {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }
template <class T>
Json positive_or_null(T value) {
  return value > 0 ? Json(value) : Json(nullptr);
}

std::string cuda_version(int version) {
  return version == 0 ? "" : fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

/// What identifies a GPU in its name, and its memory bandwidth in GB/s: NVIDIA's data sheets.
struct DataSheet {
  const char* words;
  double gigabytes_per_second;
};
constexpr DataSheet data_sheets[] = {
    {"P100-PCIE-12GB", 549},
    {"P100-PCIE-16GB", 732},
    {"P100-SXM2", 732},
    {"V100-SXM2", 900},
    {"V100-PCIE", 900},
    {"V100S-PCIE", 1134},
    {"T4", 300},
    {"A10", 600},
    {"A30", 933},
    {"A40", 696},
    {"A100-SXM4-40GB", 1555},
    {"A100-PCIE-40GB", 1555},
    {"A100-SXM4-80GB", 2039},
    {"A100 80GB PCIe", 1935},
    {"L4", 300},
    {"L40", 864},
    {"L40S", 864},
    {"H100 80GB HBM3", 3350},
    {"H100 PCIe", 2000},
    {"H100 NVL", 3900},
    {"H200", 4800},
    {"B200", 8000},
    {"RTX A6000", 768},
    {"RTX 6000 Ada Generation", 960},
    {"GeForce RTX 3090", 936},
    {"GeForce RTX 4090", 1008},
    {"GeForce RTX 5090", 1792},
};

bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

/// Whether `words` stands in `name` as whole words.
bool contains_words(const std::string& name, const std::string& words) {
  for (std::size_t at = name.find(words); at != std::string::npos; at = name.find(words, at + 1)) {
    const std::size_t end = at + words.size();
    if ((at == 0 || !is_word_character(name[at - 1])) &&
        (end == name.size() || !is_word_character(name[end])))
      return true;
  }
  return false;
}

const CudaDeviceInfo* info_of(const CudaProbe& probe, const Device& device) {
  for (const CudaDeviceInfo& info : probe.devices)
    if (info.index == device.cuda_index()) return &info;
  return nullptr;
}

}  // namespace

std::string commit() { return TAUVOX_BUILD_COMMIT; }

Json build_json() {
  Json j = tool_json();
  j.erase("formats");
  j["commit"] = commit();
  j["flags"] = TAUVOX_BUILD_FLAGS;
  j["cuda_toolkit"] = or_null(std::string(TAUVOX_BUILD_CUDA));
  j["cuda_architectures"] = or_null(std::string(TAUVOX_BUILD_CUDA_ARCHITECTURES));
  return j;
}

std::string device_name(const Device& device) {
  const CudaProbe probe = probe_cuda();
  if (const CudaDeviceInfo* info = info_of(probe, device)) return info->name;
  const std::string model = cpu_model();
  return model.empty() ? "CPU" : model;
}

double data_sheet_bandwidth(const std::string& gpu_name) {
  std::string best;
  double bandwidth = 0;
  for (const DataSheet& row : data_sheets)
    if (std::string(row.words).size() > best.size() && contains_words(gpu_name, row.words)) {
      best = row.words;
      bandwidth = row.gigabytes_per_second * 1e9;
    }
  return bandwidth;
}

Json hardware_json(const Device& device, const GpuState& gpu, bool name_host) {
  const CudaProbe probe = probe_cuda();
  const HostMemory memory = host_memory();
  Json j;
  j["host"] = name_host ? or_null(host_name()) : Json(nullptr);
  j["operating_system"] = or_null(operating_system());
  j["load_average"] = load_average() < 0 ? Json(nullptr) : Json(load_average());
  j["cpu"] = {{"model", or_null(cpu_model())},
              {"processors", usable_processors()},
              {"memory_bytes", memory.total},
              {"last_cache_bytes", positive_or_null(last_cache_bytes())}};
  Json& d = j["device"];
  d["description"] = device.description();
  d["name"] = device_name(device);
  d["kind"] = device.is_cuda() ? "cuda" : "cpu";
  d["threads"] = device.threads();
  j["gpu"] = nullptr;
  const CudaDeviceInfo* info = info_of(probe, device);
  if (!info) return j;
  Json& g = j["gpu"];
  g["memory_bytes"] = info->total_bytes;
  g["compute_capability"] = fmt::format("{}.{}", info->compute_major, info->compute_minor);
  g["multiprocessors"] = positive_or_null(multiprocessors(device));
  g["driver"] = or_null(gpu.driver);
  g["driver_cuda"] = or_null(cuda_version(probe.driver_version));
  g["runtime_cuda"] = or_null(cuda_version(probe.runtime_version));
  g["sm_clock_mhz"] = or_null(gpu.sm_clock_mhz);
  g["max_sm_clock_mhz"] = or_null(gpu.max_sm_clock_mhz);
  g["memory_clock_mhz"] = or_null(gpu.memory_clock_mhz);
  g["max_memory_clock_mhz"] = or_null(gpu.max_memory_clock_mhz);
  g["power_limit_watt"] = or_null(gpu.power_limit_watt);
  g["ecc"] = gpu.ecc ? Json(*gpu.ecc) : Json(info->ecc);
  g["mig"] = or_null(gpu.mig);
  g["data_sheet_gb_per_second"] = positive_or_null(data_sheet_bandwidth(info->name) * 1e-9);
  g["clock_times_width_gb_per_second"] = positive_or_null(memory_clock_times_width(device) * 1e-9);
  return j;
}

}  // namespace tauvox::bench
