#include "host/app/plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "kernels/base/field.hpp"
#include "kernels/volume/runs.hpp"

namespace tauvox {
namespace {

// The program itself: code, libraries, tables, slabs of the reader. 27 to 30 MB were measured on CPUs; a CUDA
// context comes on top.
constexpr std::int64_t program_bytes = std::int64_t{32} << 20, cuda_context_bytes = std::int64_t{64} << 20;

// Graphs of all coarse levels, and the one vector that has no room in z. 7.9 to 10.8 were measured on
// electrodes of porosity 0.3 to 0.6 and their solids.
constexpr std::int64_t coarse_bytes_per_unknown = 10;

}  // namespace

std::int64_t Plan::bytes(std::size_t stage, bool on_device) const {
  std::int64_t sum = 0;
  for (const PlannedBuffer& b : buffers)
    if (b.alive[stage] && (b.on_device && gpu) == on_device) sum += b.bytes;
  return sum;
}

std::int64_t Plan::peak(bool on_device) const {
  std::int64_t most = 0;
  for (std::size_t stage = 0; stage < stages.size(); ++stage) most = std::max(most, bytes(stage, on_device));
  return most;
}

Plan make_plan(const Extent& extent, const Settings& settings, const Device& device,
               const Contents& contents) {
  Plan plan;
  plan.extent = extent;
  plan.contents = contents;
  plan.gpu = device.is_cuda();
  const std::int64_t voxels = extent.voxels();
  const bool multigrid = settings.solver == "multigrid";
  const std::int64_t per_element = settings.precision == "double" ? 8 : 4;
  const auto unknowns = static_cast<std::int64_t>(contents.conducting * static_cast<double>(voxels));
  const bool one_class = multigrid && contents.classes <= 1;
  const std::int64_t vector = multigrid ? per_element * unknowns : per_element * Field<char>::stored(extent);
  const auto add = [&](const char* name, std::int64_t bytes, bool on_device, std::array<bool, 4> alive) {
    plan.buffers.push_back({name, bytes, on_device, alive});
  };
  add("program and libraries", program_bytes + (plan.gpu ? cuda_context_bytes : 0), false,
      {true, true, true, true});
  add("labels", voxels * contents.bytes_per_label, false, {true, true, true, true});
  add("material classes", Field<std::uint8_t>::bytes(extent), true, {false, true, !one_class, !one_class});
  if (plan.gpu)
    add("labels on their way to the GPU", voxels * contents.bytes_per_label, true,
        {false, true, false, false});
  // The first is exact. Only the labels tell how many runs there are: one for 8 voxels is assumed, but no
  // more than there are unknowns. Electrodes have one for 80; noise up to one for 2, and then many clusters
  // as well.
  add("which voxels conduct", Unknowns::bytes(extent) + Runs::bytes(extent, 0), true, {false, true, false, false});
  add("runs, clusters (assumed)", 16 * std::min(voxels / 8, unknowns), true, {false, true, false, false});
  if (multigrid) {
    const Extent blocks{(extent.nx + 1) / 2, (extent.ny + 1) / 2, (extent.nz + 1) / 2};
    add("numbers of the unknowns", (extent.nx + 31) / 32 * extent.ny * extent.nz * 8, true,
        {false, false, true, true});
    add("blocks of voxels", blocks.voxels() * (one_class ? 5 : 8), true, {false, false, true, false});
    add("coarse levels (estimate)", coarse_bytes_per_unknown * unknowns, true, {false, false, true, false});
  }
  add("solution x", vector, true, {false, false, true, true});
  add("residual r", vector, true, {false, false, true, false});
  add("direction p", vector, true, {false, false, true, false});
  add("A p and z", vector, true, {false, false, true, false});
  if (settings.wants_concentration()) add("concentration", voxels * 4, false, {false, false, false, true});
  if (plan.gpu && settings.wants_concentration())
    add("concentration on its way back", voxels * 4, true, {false, false, false, true});
  if (!settings.field.empty()) {
    // The file is read back and compared before it takes its name.
    add("field file read back", voxels * (4 + contents.bytes_per_label), false, {false, false, false, true});
  }
  return plan;
}

std::int64_t largest_cube(const Settings& settings, const Device& device, const Contents& contents,
                          std::int64_t bytes) {
  std::int64_t low = 1, high = 16384;
  while (low < high) {
    const std::int64_t edge = (low + high + 1) / 2;
    if (make_plan({edge, edge, edge}, settings, device, contents).peak(device.is_cuda()) <= bytes)
      low = edge;
    else
      high = edge - 1;
  }
  return low;
}

void check_fits(const Plan& plan, const Settings& settings, const Device& device) {
  const auto refuse = [&](std::int64_t needed, std::int64_t available, const char* where) {
    const std::int64_t edge = largest_cube(settings, device, plan.contents, available);
    throw Error(
        ExitCode::resources, fmt::format("the run does not fit into {}", where), to_string(plan.extent),
        fmt::format("{:.2f} GB are needed, {:.2f} GB are free", static_cast<double>(needed) / 1e9,
                    static_cast<double>(available) / 1e9),
        fmt::format("up to about {0}x{0}x{0} voxels fit; use --crop{1}{2}, or a machine with more memory",
                    edge, settings.precision == "double" ? ", --precision mixed" : "",
                    plan.gpu ? ", --device cpu" : ""));
  };
  if (const std::int64_t available = host_memory().available; plan.peak(false) > available)
    refuse(plan.peak(false), available, "the memory of this machine");
  if (plan.gpu)
    if (const std::int64_t available = device.free_bytes(); plan.peak(true) > available)
      refuse(plan.peak(true), available, "the memory of the GPU");
}

std::string to_text(const Plan& plan) {
  std::string out = fmt::format("{} voxels: {}\n{:<32}{:>16}  {}\n", plan.extent.voxels(),
                                to_string(plan.extent), "buffer", "bytes", "stages");
  for (const PlannedBuffer& b : plan.buffers) {
    std::string stages;
    for (std::size_t s = 0; s < Plan::stages.size(); ++s)
      if (b.alive[s]) stages += std::string(stages.empty() ? "" : " ") + Plan::stages[s];
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
