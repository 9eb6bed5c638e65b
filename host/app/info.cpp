// `tauvox info`
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "kernels/base/device.hpp"
#include "kernels/base/process.hpp"

namespace tauvox {

ExitCode run_info(bool json) {
  const CudaProbe probe = probe_cuda(true);
  const HostMemory memory = host_memory();
  nlohmann::ordered_json j = tool_json();
  j["processors"] = usable_processors();
  std::vector<std::string> limits;
  for (const ProcessorLimit& limit : processor_limits()) {
    j["processor_limits"][limit.source] = limit.processors;
    limits.push_back(fmt::format("{} {}", limit.source, limit.processors));
  }
  j["host_memory_bytes"] = memory.total;
  j["host_available_bytes"] = memory.available;
  j["cuda_is_stand_in"] = probe.stand_in;
  j["cuda_unavailable"] =
      probe.unavailable.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(probe.unavailable);
  j["cuda_devices"] = nlohmann::ordered_json::array();
  for (const CudaDeviceInfo& d : probe.devices)
    j["cuda_devices"].push_back(
        {{"index", d.index},
         {"name", d.name},
         {"uuid", d.uuid},
         {"compute_capability", fmt::format("{}.{}", d.compute_major, d.compute_minor)},
         {"memory_bytes", d.total_bytes},
         {"free_bytes", d.free_bytes},
         {"ecc", d.ecc}});
  if (json) {
    print_report(j.dump(2) + "\n");
    return ExitCode::success;
  }
  std::string text = fmt::format(
      "tauvox {}\n  compiler {}\n  reads {}\n  CUDA {}\n  CPU: {} processors ({}), {:.1f} GB of {:.1f} GB "
      "free\n",
      j["version"].get<std::string>(), j["compiler"].get<std::string>(),
      fmt::join(io::readable_formats(), ", "),
      probe.stand_in ? "replaced by the tests' stand-in: NO GPU IS USED, only for tests"
      : probe.built  ? "built in"
                     : "not built in",
      usable_processors(), fmt::join(limits, ", "), static_cast<double>(memory.available) / 1e9,
      static_cast<double>(memory.total) / 1e9);
  if (!probe.unavailable.empty()) text += fmt::format("  no GPU: {}\n", probe.unavailable);
  for (const CudaDeviceInfo& d : probe.devices)
    text += fmt::format("  cuda:{} {}, {:.1f} GB free of {:.1f} GB, compute capability {}.{}\n", d.index,
                        d.name, static_cast<double>(d.free_bytes) / 1e9,
                        static_cast<double>(d.total_bytes) / 1e9, d.compute_major, d.compute_minor);
  print_text(text);
  return ExitCode::success;
}

}  // namespace tauvox
