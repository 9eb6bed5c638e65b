#include "host/app/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kernels/multigrid/graph.hpp"
#include "kernels/transport/blocks.hpp"
#include "kernels/volume/clusters.hpp"

namespace tauvox {
namespace {

// The program itself: code, libraries, tables, slabs of the reader, the dense inverse of the coarsest level.
// 33 to 36 MB were measured on CPUs; a CUDA context comes on top.
constexpr std::int64_t program_bytes = std::int64_t{36} << 20, cuda_context_bytes = std::int64_t{64} << 20;

constexpr std::int64_t dense_nodes = 400;  // at most so many are left on the last level

using Stages = std::vector<std::string>;

/// Sizes of the volume at hand, from what its labels say per voxel.
struct Counts {
  std::int64_t runs, clusters, unknowns, aggregates, room, links, coarse_nodes, coarse_links;
  Counts(std::int64_t voxels, const Contents& c)
      : runs(of(voxels, c.runs)),
        clusters(of(voxels, c.clusters)),
        unknowns(of(voxels, c.unknowns)),
        aggregates(of(voxels, c.aggregates)),
        room(of(voxels, c.room)),
        links(of(voxels, c.links)),
        coarse_nodes(of(voxels, c.coarse_nodes)),
        coarse_links(of(voxels, c.coarse_links)) {}
  static std::int64_t of(std::int64_t voxels, double share) {
    return static_cast<std::int64_t>(std::ceil(share * static_cast<double>(voxels) * (1 - 1e-12)));
  }
};

class Planner {
 public:
  Planner(Plan& plan, const Settings& settings, const Device& device)
      : plan_(plan),
        settings_(settings),
        device_(device),
        extent_(plan.extent),
        voxels_(plan.extent.voxels()),
        contents_(plan.contents),
        counts_(voxels_, contents_) {}

  void all() {
    volume();
    sets();
    if (settings_.solver == "multigrid") hierarchy();
    vectors();
    outputs();
  }

 private:
  bool one_class() const { return contents_.classes <= 1; }
  void add(const char* name, std::int64_t bytes, bool on_device, const Stages& alive) {
    if (bytes > 0) plan_.buffers.push_back({name, bytes, on_device, alive});
  }
  void volume() {
    const Stages always(Plan::stages.begin(), Plan::stages.end());
    add("program and libraries", program_bytes + (plan_.gpu ? cuda_context_bytes : 0), false, always);
    add("labels", voxels_ * contents_.bytes_per_label, false, always);
    const bool kept = !one_class() && contents_.sets > 1;  // other axes have other sets
    add("labels on the GPU", Codes::bytes(device_, extent_, contents_.bytes_per_label), true,
        kept ? Stages{"label", "cluster", "coarsen", "solve", "bound", "write"} : Stages{"label", "cluster"});
    if (!one_class())
      add("material classes", Field<std::uint8_t>::bytes(extent_), true,
          {"coarsen", "solve", "bound", "write"});
    add("partial sums", voxels_ / 64 + (std::int64_t{8} << 10), true, {"coarsen", "solve", "bound", "write"});
  }
  void sets() {
    add("which voxels conduct", Unknowns::bytes(extent_), true, {"label"});
    add("runs", Runs::bytes(extent_, counts_.runs), true, {"label", "cluster"});
    add("clusters", Clusters::bytes_to_find(extent_, counts_.runs, counts_.clusters), true, {"cluster"});
    add("sizes of clusters", Clusters::host_bytes(counts_.clusters), false, {"cluster"});
    add("numbers of the unknowns", static_cast<std::int64_t>(contents_.sets) * Unknowns::bytes(extent_), true,
        {"cluster", "coarsen", "solve", "bound", "write"});
  }
  void hierarchy() {
    const Stages in_use{"coarsen", "solve", "bound"};
    const Counts& n = counts_;
    add("blocks of voxels", Blocks::bytes(extent_, one_class()), true, in_use);
    add("coarse levels, to make them", Graph::bytes_to_make(n.aggregates, n.room), true, {"coarsen"});
    add("coarse levels", Graph::bytes(n.aggregates + n.coarse_nodes, n.links + n.coarse_links), true,
        {"solve", "bound"});
    const std::int64_t last = std::min(dense_nodes, n.aggregates);
    add("inverse of the last level", 4 * last * last, true, {"solve", "bound"});
    const std::int64_t work = 12 * (n.aggregates + n.coarse_nodes);
    add("first coarse vector", 4 * n.aggregates, true, {"solve", "bound"});
    if (work > vector()) add("coarse vectors that do not fit in z", work, true, {"solve", "bound"});
    const std::int64_t flux = 8 * (n.coarse_links + n.coarse_nodes);
    add("flux of the bound",
        12 * n.aggregates + 20 * n.coarse_nodes + flux + std::max(flux, 12 * n.aggregates) + 4096, true,
        {"bound"});
  }
  std::int64_t vector() const { return counts_.unknowns * (settings_.precision == "double" ? 8 : 4); }
  void vectors() {
    add("solution x", vector(), true, {"solve", "bound", "write"});
    for (const char* name : {"residual r", "direction p", "A p and z"}) add(name, vector(), true, {"solve"});
  }
  void outputs() {
    if (settings_.wants_concentration()) add("concentration", voxels_ * 4, false, {"write"});
    if (plan_.gpu && settings_.wants_concentration())
      add("concentration on its way back", voxels_ * 4, true, {"write"});
    if (!settings_.field.empty())  // the file is read back and compared before it takes its name
      add("field file read back", voxels_ * (4 + contents_.bytes_per_label), false, {"write"});
  }

  Plan& plan_;
  const Settings& settings_;
  const Device& device_;
  const Extent extent_;
  const std::int64_t voxels_;
  const Contents contents_;
  const Counts counts_;
};

/// Largest sum over a stage of what `counts` says.
template <class Wanted>
std::int64_t peak_of(const Plan& plan, const Wanted& wanted) {
  std::int64_t most = 0;
  for (const char* stage : Plan::stages) {
    std::int64_t sum = 0;
    for (const PlannedBuffer& b : plan.buffers)
      if (wanted(b) && std::find(b.alive.begin(), b.alive.end(), stage) != b.alive.end()) sum += b.bytes;
    most = std::max(most, sum);
  }
  return most;
}

double gigabytes(std::int64_t bytes) { return static_cast<double>(bytes) / 1e9; }

}  // namespace

std::int64_t Plan::peak(bool on_device) const {
  return peak_of(*this, [&](const PlannedBuffer& b) { return (b.on_device && gpu) == on_device; });
}

std::int64_t Plan::peak_of_buffers() const {
  return peak_of(*this, [](const PlannedBuffer& b) { return b.on_device; });
}

Plan make_plan(const Extent& extent, const Settings& settings, const Device& device,
               const Contents& contents) {
  Plan plan;
  plan.extent = extent;
  plan.contents = contents;
  plan.gpu = device.is_cuda();
  Planner(plan, settings, device).all();
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

bool fits(const Plan& plan, const Device& device) {
  return plan.peak(false) <= host_memory().available && !(plan.gpu && plan.peak(true) > device.free_bytes());
}

void check_fits(const Plan& plan, const Settings& settings, const Device& device) {
  // Before the labels are read, a size that fits whatever they are.
  const Contents contents =
      plan.contents.known ? plan.contents : Contents::typical(1, settings.phase.empty() ? 2 : 1);
  const auto refuse = [&](std::int64_t needed, std::int64_t available, const char* where) {
    const std::int64_t edge = largest_cube(settings, device, contents, available);
    throw Error(
        ExitCode::resources, fmt::format("the run does not fit into {}", where), to_string(plan.extent),
        fmt::format("{:.2f} GB are needed, {:.2f} GB are free", gigabytes(needed), gigabytes(available)),
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

void check_fits(const Extent& extent, std::int64_t bytes_per_voxel) {
  const std::int64_t available = host_memory().available,
                     room = std::max<std::int64_t>(0, available - program_bytes);
  if (extent.voxels() <= room / bytes_per_voxel) return;
  const auto edge = static_cast<std::int64_t>(std::cbrt(static_cast<double>(room / bytes_per_voxel)));
  throw Error(
      ExitCode::resources, "the volume does not fit into the memory of this machine", to_string(extent),
      fmt::format("{:.2f} GB are needed, {:.2f} GB are free",
                  static_cast<double>(extent.voxels()) * static_cast<double>(bytes_per_voxel) / 1e9 +
                      gigabytes(program_bytes),
                  gigabytes(available)),
      fmt::format("up to about {0}x{0}x{0} voxels fit; use fewer, or a machine with more memory", edge));
}

std::string to_text(const Plan& plan) {
  std::string out = fmt::format("{} voxels: {}\n{:<32}{:>16}  {}\n", plan.extent.voxels(),
                                to_string(plan.extent), "buffer", "bytes", "stages");
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
