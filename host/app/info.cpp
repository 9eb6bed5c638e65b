// `tauvox info`
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "host/app/describe.hpp"
#include "host/report/json_text.hpp"
#include "kernels/base/find_device.hpp"
#include "kernels/base/host_memory.hpp"
#include "kernels/base/process.hpp"

namespace tauvox {

namespace {

struct InfoSettings {
  bool json = false, schema = false, quantities = false;
};

const std::vector<Setting<InfoSettings>>& rows() {
  static const std::vector<Setting<InfoSettings>> table{
      setting<InfoSettings>({.name = "json", .kind = Kind::flag, .group = "Output", .meaning = "as JSON"},
                            &InfoSettings::json),
      setting<InfoSettings>({.name = "schema",
                             .kind = Kind::flag,
                             .group = "Output",
                             .meaning = "instead: the JSON schema of reports"},
                            &InfoSettings::schema),
      setting<InfoSettings>({.name = "quantities",
                             .kind = Kind::flag,
                             .group = "Output",
                             .meaning = "instead: every quantity of a report, as a page in Markdown"},
                            &InfoSettings::quantities)};
  return table;
}

nlohmann::ordered_json as_json(const CudaProbe& probe, const HostMemory& memory) {
  nlohmann::ordered_json j = tool_json();
  j["processors"] = usable_processors();
  for (const ProcessorLimit& limit : processor_limits())
    j["processor_limits"][limit.source] = limit.processors;
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
  return j;
}

std::string as_text(const nlohmann::ordered_json& j, const CudaProbe& probe, const HostMemory& memory) {
  std::vector<std::string> limits;
  for (const ProcessorLimit& limit : processor_limits())
    limits.push_back(fmt::format("{} {}", limit.source, limit.processors));
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
  return text;
}

ExitCode info(const Arguments& arguments, bool&) {
  InfoSettings settings;
  apply(rows(), arguments, settings);
  if (settings.schema || settings.quantities) {
    print_report(settings.schema ? json_text(report_schema(settings_schemas()), 2) + "\n"
                                 : quantities_page());
    return ExitCode::success;
  }
  const CudaProbe probe = probe_cuda(true);
  const HostMemory memory = host_memory();
  const nlohmann::ordered_json j = as_json(probe, memory);
  if (settings.json)
    print_report(json_text(j, 2) + "\n");
  else
    print_text(as_text(j, probe, memory));
  return ExitCode::success;
}

}  // namespace

Command info_command() {
  return {.name = "info",
          .meaning = "version, build, devices",
          .settings = facts_of(rows()),
          .examples = {{"tauvox info --json", "for programs"}},
          .run = info};
}

}  // namespace tauvox
