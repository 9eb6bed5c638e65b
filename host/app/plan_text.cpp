// A plan of memory as --dry-run prints it.
#include <fmt/format.h>

#include "host/app/plan.hpp"

namespace tauvox {

std::string to_text(const Plan& plan) {
  std::string out = fmt::format(
      "{} voxels: {}{}\n{:<32}{:>16}  {}\n", plan.extent.voxels(), to_string(plan.extent),
      plan.contents.known ? "" : "; at least, whatever its labels are", "buffer", "bytes", "stages");
  for (const PlannedBuffer& b : plan.buffers) {
    std::string stages;
    for (const std::string& stage : b.alive) stages += (stages.empty() ? "" : " ") + stage;
    out +=
        fmt::format("{:<32}{:>16}  {}{}\n", b.name, b.bytes, stages, b.on_device && plan.gpu ? " (GPU)" : "");
  }
  const auto line = [&](const char* name, bool on_device) {
    out += fmt::format("{:<32}{:>16}  {:.1f} bytes per voxel\n", name, plan.peak(on_device),
                       static_cast<double>(plan.peak(on_device)) / static_cast<double>(plan.extent.voxels()));
  };
  line("peak on the host", false);
  if (plan.gpu) line("peak on the GPU", true);
  return out;
}

}  // namespace tauvox
