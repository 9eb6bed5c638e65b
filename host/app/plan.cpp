#include "host/app/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/app/geometry_bytes.hpp"
#include "host/solve/multigrid.hpp"
#include "host/studies/coarsen.hpp"
#include "kernels/base/host_memory.hpp"
#include "kernels/base/machine.hpp"
#include "kernels/bound/repair_block.hpp"
#include "kernels/multigrid/graph.hpp"
#include "kernels/transport/blocks.hpp"
#include "kernels/volume/wrapping.hpp"

namespace tauvox {
namespace {

// The program itself: code, libraries, tables, the dense inverse of the coarsest level; and what huge pages
// hold beside the arrays. 29 to 35 MB were measured on CPUs, by machine, with the shared HDF5; a CUDA context
// comes on top. The process that reads takes as much, and is gone before the solve.
constexpr std::int64_t program_bytes = 35651584 - TAUVOX_PROGRAM_WITHOUT, cuda_context_bytes = 67108864;

// A row of the table of phases, in the volume, the materials and the report. Holes that small arrays leave.
constexpr std::int64_t bytes_per_phase = 430, holes = std::int64_t{15} << 19;

using Stages = std::vector<std::string>;

std::int64_t of(std::int64_t voxels, double share) {
  return static_cast<std::int64_t>(std::ceil(share * static_cast<double>(voxels) * (1 - 1e-12)));
}

template <class T>
std::int64_t bytes_of(std::int64_t size) {
  return static_cast<std::int64_t>(Buffer<T>::bytes(size));
}

/// The multigrid solver's graphs for the volume at hand, and what their makers and users take.
class PlannedLevels {
 public:
  PlannedLevels(const Extent& extent, const Contents& contents, bool gpu)
      : room_(of(extent.voxels(), contents.room)), last_(contents.last_nodes) {
    Extent lattice = extent.halved();
    for (const LevelContents& level : contents.levels) {
      levels_.push_back({of(extent.voxels(), level.nodes), of(extent.voxels(), level.rows),
                         of(extent.voxels(), level.links)});
      numbers_.push_back(0);
      if (levels_.size() == 1) continue;
      lattice = lattice.halved();
      numbers_.back() = bytes_of<std::uint32_t>(lattice.voxels() + 1);
      const std::int64_t fine = levels_[levels_.size() - 2].nodes;
      if (gpu && lists_members(fine, lattice))
        numbers_.back() += bytes_of<std::uint32_t>(fine) + bytes_of<std::uint32_t>(levels_.back().nodes + 2);
    }
    if (levels_.empty()) levels_.emplace_back(), numbers_.emplace_back();
    last_ = std::min(last_, levels_.front().nodes);
  }
  std::int64_t nodes() const {
    std::int64_t sum = 0;
    for (const Level& level : levels_) sum += level.nodes;
    return sum;
  }
  std::int64_t graphs() const {
    std::int64_t sum = 0;
    for (std::size_t l = 0; l < levels_.size(); ++l) sum += graph(l);
    return sum;
  }
  std::int64_t inverse() const { return bytes_of<float>(last_ > dense_nodes ? last_ : last_ * last_); }
  /// The most while one graph after the other is made; a row has at most the links of the level below.
  std::int64_t to_make() const {
    std::int64_t most = 0, before = 0;
    for (std::size_t l = 0; l < levels_.size(); ++l) {
      const Level& level = levels_[l];
      const std::int64_t room = l == 0 ? room_ : levels_[l - 1].most_links();
      most = std::max(
          most, before + numbers_[l] + Graph::bytes_to_make(level.nodes, level.rows, room, level.links));
      before += graph(l);
    }
    return most;
  }
  /// The most while the bound goes down the levels and up again (host/solve/bound.cpp).
  std::int64_t flux() const {
    const std::size_t coarsest = levels_.size() - 1;
    std::int64_t held = 0;
    for (std::size_t l = 0; l <= coarsest; ++l)
      held += bytes_of<double>(levels_[l].nodes) + (l < coarsest ? bytes_of<float>(levels_[l].nodes) : 0);
    std::int64_t most = held + values(coarsest);
    for (std::size_t l = coarsest; l-- > 0;) {
      const std::int64_t nodes = levels_[l].nodes;
      most = std::max(most, held + 2 * values(l + 1));  // the same of the conductances
      held += bytes_of<float>(nodes) + bytes_of<std::uint32_t>(nodes);
      most = std::max(most, held + values(l + 1) + bytes_of<std::uint32_t>(nodes));
      if (l > 0) most = std::max(most, held + values(l + 1) + values(l));
    }
    return most;
  }

 private:
  struct Level {
    std::int64_t nodes = 0, rows = 0, links = 0;
    std::int64_t most_links() const { return links + 6 * (nodes - rows); }
  };
  std::int64_t graph(std::size_t l) const {
    return numbers_[l] + Graph::bytes(levels_[l].nodes, levels_[l].rows, levels_[l].links);
  }
  std::int64_t values(std::size_t l) const {
    return bytes_of<double>(levels_[l].links) + bytes_of<double>(levels_[l].nodes);
  }

  std::vector<Level> levels_;
  // Bytes: of first nodes of blocks (the first level's are shared), and of lists of members.
  std::vector<std::int64_t> numbers_;
  std::int64_t room_ = 0, last_ = 0;
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
        runs_(of(voxels_, contents_.runs)),
        clusters_(of(voxels_, contents_.clusters)),
        levels_(extent_, contents_, device.is_cuda()) {}

  void all() {
    volume();
    sets();
    if (const std::int64_t held = bytes_of_geometry(settings_.study, voxels_, contents_.cubes); held > 0)
      add("what the study holds", held, true, {"solve"});
    if (solves()) {
      hierarchy();
      vectors();
      if (settings_.study == "tensor") directions();
    }
    outputs();
    if (settings_.resolution_study || settings_.study == "resolution") resolution();
  }

 private:
  bool one_class() const { return contents_.classes <= 1 || !solves(); }
  /// Nothing where nothing percolates, or only percolation is asked for.
  bool solves() const { return !contents_.known || contents_.unknowns > 0; }
  bool multigrid() const { return settings_.solver == "multigrid"; }
  bool encloses_gradients() const { return settings_.study == "tensor" && contents_.share_classes; }
  bool writes_frames() const { return settings_.study == "transient" && !settings_.field.empty(); }
  /// What nobody can know yet has a row all the same.
  void add(const char* name, std::int64_t bytes, bool on_device, const Stages& alive) {
    if (bytes > 0 || !contents_.known) plan_.buffers.push_back({name, bytes, on_device, alive});
  }
  void volume() {
    const Stages always(Plan::stages.begin(), Plan::stages.end());
    add("program and libraries", program_bytes + (plan_.gpu ? cuda_context_bytes : 0), false, always);
    add("labels", voxels_ * contents_.bytes_per_label, false, always);
    if (contents_.labels > 256) {
      add("facts of each label", bytes_per_phase * contents_.labels, false, always);
      add("their report", bytes_per_phase * contents_.labels, false, {"write"});
    }
    if (device_.is_cuda())
      add("labels on the GPU", Codes::bytes(device_, extent_, contents_.bytes_per_label), true,
          one_class() ? Stages{"label", "cluster"} : always);
    // Four of each two rows of octets; and tables of the classes of each operator.
    const std::int64_t of_rows = 16 * extent_.halved().rows();
    add("partial sums", std::max(voxels_ / 64, of_rows) + (std::int64_t{16} << 10), true,
        {"coarsen", "solve", "bound", "write"});
  }
  void sets() {
    add("which voxels conduct", Unknowns::bytes(extent_), true, {"label"});
    add("runs", Runs::bytes(extent_, runs_), true, {"label", "cluster"});
    add("clusters", Clusters::bytes_to_find(extent_, runs_, clusters_), true, {"cluster"});
    add("sizes of clusters", Clusters::host_bytes(clusters_), false, {"cluster"});
    add("numbers of the unknowns", static_cast<std::int64_t>(contents_.sets) * Unknowns::bytes(extent_), true,
        {"cluster", "coarsen", "solve", "bound", "write"});
  }
  /// A solver of Jacobi steps has one while the bound is found, beside the solution.
  void hierarchy() {
    Stages in_use = multigrid() ? Stages{"solve", "bound"} : Stages{"bound"};
    if (writes_frames()) in_use.push_back("write");  // the next step needs it
    Stages made = in_use;
    made.insert(made.begin(), "coarsen");
    add("octets", Octets::bytes(device_, extent_, octets(), one_class()), true,
        {"coarsen", "solve", "bound", "write"});
    add("blocks of voxels", Blocks::bytes(extent_, contents_.by_mask), true, made);
    add("coarse levels, to make them", levels_.to_make(), true, {"coarsen"});
    add("coarse levels", levels_.graphs(), true, in_use);
    add("inverse of the last level", levels_.inverse(), true, in_use);
    if (multigrid())
      add("coarse vectors", MultigridPreconditioner<float>::bytes(extent_, levels_.nodes()), true, in_use);
    add("flux of the bound", levels_.flux(), true, {"bound"});
    if (one_class()) add("forms of blocks", bytes_of<double>(least_energy_form_values), true, {"bound"});
  }
  std::int64_t octets() const { return of(voxels_, contents_.octets); }
  std::int64_t value_bytes() const { return settings_.precision == "double" ? 8 : 4; }
  /// Where FP32 does not suffice a run goes on in FP64, which is not planned: vectors of twice the size, and
  /// for a moment both solutions. Few runs do, and whether one does is not known before.
  void vectors() {
    const std::int64_t vector = contents_.known ? Octets::slots(octets()) * value_bytes() + 256 : 0;
    add("solution x", vector, true,
        multigrid() ? Stages{"solve", "bound", "write"} : Stages{"coarsen", "solve", "bound", "write"});
    if (settings_.study == "electrode") reaction(vector);
    if (settings_.study == "transient") states();
    for (const char* name : {"residual r", "direction p"}) add(name, vector, true, {"solve"});
  }
  /// Of the tensor: what is kept of the others, and what their sums take; which clusters come back to
  /// themselves.
  void directions() {
    const std::int64_t slots = contents_.known ? Octets::slots(octets()) : 0;
    add("solutions of other directions", 2 * slots * value_bytes(), true, {"solve", "bound"});
    const std::int64_t left = std::min(levels_.graphs() + levels_.flux(), holes);  // by one to the next
    if (encloses_gradients()) add("between them", left, false, {"solve", "bound", "write"});
    if (!encloses_gradients()) add("sums of two solutions", 2 * slots * 8, true, {"bound"});
    const std::int64_t layer = voxels_ / std::min({extent_.nx, extent_.ny, extent_.nz});
    add("clusters at two sides", layer * 8, true, {"cluster"});
    add("windings of clusters", layer * 16 + clusters_ * Wrapping::host_bytes_per_cluster, false,
        {"cluster"});
  }
  /// Kinds of faces and loads, of unknowns and in the order of vectors; for an impedance as many potentials
  /// as there are solves, and two.
  void reaction(std::int64_t vector) {
    const Stages always{"coarsen", "solve", "bound", "write"};
    const std::int64_t unknowns = of(voxels_, contents_.unknowns), slots = Octets::slots(octets());
    add("faces that react, and loads", contents_.known ? 9 * (unknowns + slots) : 0, true, always);
    if (settings_.impedance) add("potentials of the impedance", 13 * vector, true, {"solve", "bound"});
  }
  /// Of a transient, in FP64: concentrations and rates now, in the middle and at the end of a step, the
  /// diagonal, and the change; loads by number and by slot.
  void states() {
    const Stages always{"coarsen", "solve", "bound", "write"};
    const std::int64_t unknowns = of(voxels_, contents_.unknowns), slots = Octets::slots(octets());
    const std::int64_t of_states = contents_.known ? 8 * 8 * slots : 0;
    add("concentrations and rates", of_states, true, always);
    // By number, in each operator, and as numbers: of the steps, and of the membrane.
    const bool differ = !settings_.capacity.empty() || !settings_.phase_porosity.empty();
    const std::int64_t of_slot = settings_.boundary == "membrane" ? 9 + 16 : 4 + 8;
    if (differ) add("capacities", contents_.known ? unknowns + of_slot * slots : 0, true, always);
    // Vectors of a few MB that come and go with each step leave holes in the heap.
    const Stages in_use = writes_frames() ? Stages{"solve", "bound", "write"} : Stages{"solve", "bound"};
    add("between them", std::min(of_states, holes), false, in_use);
    if (settings_.boundary == "membrane")  // beside the state at the end
      add("modes that decay slowest", contents_.known ? 4 * 8 * slots : 0, true, {"solve", "bound"});
    add("loads of a stage", contents_.known ? 8 * (unknowns + slots) : 0, true, {"solve", "bound"});
  }
  /// HDF5 files are written and read back in slabs of 16 MiB, of which there are so many at a time.
  std::int64_t of_file(std::int64_t bytes, std::int64_t slabs) const {
    return settings_.field.ends_with(".vti") ? bytes : std::min(bytes, slabs * (std::int64_t{17} << 20));
  }
  void outputs() {
    const bool wanted = settings_.wants_concentration() || contents_.share_classes;  // for the bound
    const std::int64_t fields = encloses_gradients() ? 3 : 1;
    const bool goes_on = contents_.share_classes && fields == 1 && settings_.study != "effective_transport";
    const Stages here = goes_on ? Stages{"bound", "write"} : Stages{"write"};  // solving
    if (wanted) add("concentration", fields * voxels_ * 4, false, here);
    if (plan_.gpu && wanted) add("concentration on its way back", voxels_ * 4, true, here);
    const bool is_vti = settings_.field.ends_with(".vti");
    if (!settings_.field.empty()) {  // the file is read back and compared before it takes its name
      add("what writes fields", (std::int64_t{11} << 20) + voxels_ * (is_vti ? 2 : 1), false, {"write"});
      add("field file read back", of_file(voxels_ * (4 + contents_.bytes_per_label), 1), false, {"write"});
    }
    if (settings_.flux && writes_frames())
      add("flux", voxels_ * 12, false, {"write"});
    else if (settings_.flux && !settings_.field.empty())  // 12 each; the rest is of VTK, or of HDF5
      add("flux, and read back", of_file(voxels_ * (is_vti ? 27 : 19), 2), false, {"write"});
  }
  /// Throats, and the copies: of twice and four times the voxel size, each sampled twice and voted. Their
  /// solves take an eighth of the voxels of the volume's own, which are over, and so never the most.
  void resolution() {
    const auto copy = [&](int factor) { return coarse_extent(extent_, factor).voxels(); };
    const Stages here{"resolution"};
    add("copies of larger voxels", 3 * (copy(2) + copy(4)) * contents_.bytes_per_label, false, here);
    add("set for a throat", voxels_, false, here);
    if (device_.is_cuda()) add("set for a throat on the GPU", Codes::bytes(device_, extent_, 1), true, here);
    add("runs of a throat", Runs::bytes(extent_, runs_), true, here);
    add("its voxels, then clusters",
        std::max(Unknowns::bytes(extent_), Clusters::bytes_to_find(extent_, runs_, clusters_)), true, here);
  }

  Plan& plan_;
  const Settings& settings_;
  const Device& device_;
  const Extent extent_;
  const std::int64_t voxels_;
  const Contents contents_;
  const std::int64_t runs_, clusters_;
  const PlannedLevels levels_;
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

/// "up to about NxNxN voxels": the same size before and after the labels are read, so one that asks nothing
/// of them; beside it that of labels like those of the volume.
std::string largest_cubes(const Contents& contents, const Settings& settings, const Device& device,
                          std::int64_t bytes) {
  const auto cube = [](std::int64_t edge) { return fmt::format("{0}x{0}x{0}", edge); };
  const std::int64_t any =
      largest_cube(settings, device, Contents::typical(1, settings.phase.empty() ? 2 : 1), bytes);
  if (!contents.known) return "up to about " + cube(any) + " voxels";
  const std::int64_t alike = largest_cube(settings, device, contents, bytes);
  if (alike <= any) return "up to about " + cube(alike) + " voxels";
  return "up to about " + cube(any) + " voxels, " + cube(alike) + " of labels like these,";
}

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

std::int64_t host_bytes_for_a_run() { return host_memory().available + resident_bytes(); }

bool fits(const Plan& plan, const Device& device) {
  return plan.peak(false) <= host_bytes_for_a_run() && !(plan.gpu && plan.peak(true) > device.free_bytes());
}

void check_fits(const Plan& plan, const Settings& settings, const Device& device) {
  const auto refuse = [&](std::int64_t needed, std::int64_t available, const char* where) {
    throw Error(
        ExitCode::resources, fmt::format("the run does not fit into {}", where), to_string(plan.extent),
        fmt::format("{:.2f} GB are needed, {:.2f} GB are free", gigabytes(needed), gigabytes(available)),
        fmt::format("{} fit; use --crop{}{}, or a machine with more memory",
                    largest_cubes(plan.contents, settings, device, available),
                    settings.precision == "double" ? ", --precision mixed" : "",
                    plan.gpu ? ", --device cpu" : ""));
  };
  if (const std::int64_t available = host_bytes_for_a_run(); plan.peak(false) > available)
    refuse(plan.peak(false), available, "the memory of this machine");
  if (plan.gpu)
    if (const std::int64_t available = device.free_bytes(); plan.peak(true) > available)
      refuse(plan.peak(true), available, "the memory of the GPU");
}

void check_fits(const Extent& extent, std::int64_t bytes_per_voxel) {
  const std::int64_t available = host_memory().available,
                     room = std::max<std::int64_t>(0, available - program_bytes);
  const std::int64_t most = room / bytes_per_voxel;
  if (extent.voxels() <= most) return;
  const auto edge = static_cast<std::int64_t>(std::cbrt(static_cast<double>(most)));
  throw Error(
      ExitCode::resources, "the volume does not fit into the memory of this machine", to_string(extent),
      fmt::format("{:.2f} GB are needed, {:.2f} GB are free",
                  static_cast<double>(extent.voxels()) * static_cast<double>(bytes_per_voxel) / 1e9 +
                      gigabytes(program_bytes),
                  gigabytes(available)),
      fmt::format("up to about {0}x{0}x{0} voxels fit; use fewer, or a machine with more memory", edge));
}

}  // namespace tauvox
