// Volumes written down in a line, and the study run on them without files.
#pragma once

#include <cstdlib>
#include <map>
#include <memory>
#include <optional>

#include "host/generate/generate.hpp"
#include "host/settings/parse.hpp"
#include "host/settings/settings.hpp"
#include "host/studies/assign_materials.hpp"
#include "host/studies/study.hpp"
#include "kernels/base/find_device.hpp"
#include "kernels/transport/operator.hpp"
#include "kernels/volume/clusters.hpp"
#include "kernels/volume/codes.hpp"

namespace tauvox::test {

/// Where tests run that do not compare devices: TAUVOX_TEST_DEVICE=cuda puts them on the GPU.
inline Device device() {
  const char* asked = std::getenv("TAUVOX_TEST_DEVICE");
  return asked && std::string(asked) == "cuda" ? cuda_device() : Device::cpu(2);
}

inline std::vector<Device> devices() {
  std::vector<Device> all{Device::cpu(1), Device::cpu(3)};
  if (probe_cuda().unavailable.empty()) all.push_back(cuda_device());
  return all;
}

/// A generated electrode of n^3 voxels.
inline Volume electrode(std::int64_t n, double porosity, std::uint64_t seed) {
  GenerateSettings g;
  g.shape = "electrode";
  g.size = {n, n, n};
  g.porosity = porosity;
  g.seed = seed;
  return generate(g);
}

/// Volume of z,y,x voxels with label(z, y, x).
template <class F>
Volume volume_of(std::array<std::int64_t, 3> zyx, F label) {
  Volume v;
  v.extent = make_extent(zyx);
  std::vector<std::uint8_t> codes;
  std::map<std::int64_t, std::int64_t> count;
  for (std::int64_t z = 0; z < zyx[0]; ++z)
    for (std::int64_t y = 0; y < zyx[1]; ++y)
      for (std::int64_t x = 0; x < zyx[2]; ++x) ++count[label(z, y, x)];
  for (const auto& [value, voxels] : count) v.labels.push_back({value, voxels});
  for (std::int64_t z = 0; z < zyx[0]; ++z)
    for (std::int64_t y = 0; y < zyx[1]; ++y)
      for (std::int64_t x = 0; x < zyx[2]; ++x)
        codes.push_back(static_cast<std::uint8_t>(std::distance(count.begin(), count.find(label(z, y, x)))));
  v.codes = codes;
  v.path = "test";
  return v;
}

/// 1 for every voxel of a set, else 0, [z][y][x]; ranks and row starts are held to what they promise.
inline std::vector<std::uint8_t> voxels_in(const Unknowns& set) {
  const Extent& e = set.extent();
  std::vector<UnknownsWord> words(static_cast<std::size_t>(Unknowns::words(e)));
  std::vector<std::int64_t> row_start(static_cast<std::size_t>(e.ny * e.nz + 1));
  const UnknownsView v = set.view();
  set.device().copy_out(words.data(), v.words, words.size() * sizeof(UnknownsWord));
  set.device().copy_out(row_start.data(), v.row_start, row_start.size() * sizeof(std::int64_t));
  const UnknownsView host{words.data(), row_start.data(), v.words_per_row, e};
  std::vector<std::uint8_t> inside;
  std::int64_t next = 0;
  for (std::int64_t z = 0; z < e.nz; ++z)
    for (std::int64_t y = 0; y < e.ny; ++y)
      for (std::int64_t x = 0; x < e.nx; ++x) {
        inside.push_back(host.conducts(x, y, z));
        if (inside.back() && host.number(x, y, z) != next++)
          throw Error(ExitCode::internal, "a voxel has the wrong number");
      }
  if (next != set.count() || row_start.back() != next)
    throw Error(ExitCode::internal, "the voxels of a set are miscounted");
  return inside;
}

/// Codes of a volume that they keep, since on a CPU they look at its own.
inline std::shared_ptr<const Codes> codes_of(const Device& device, const Volume& volume) {
  struct Kept {
    Volume volume;
    Codes codes;
    Kept(const Device& on, const Volume& of) : volume(of), codes(on, volume) {}
  };
  const auto kept = std::make_shared<Kept>(device, volume);
  return {kept, &kept->codes};
}

/// A volume as an operator takes it: its conducting voxels, and their classes.
struct Conductor {
  Volume volume;
  std::shared_ptr<const Codes> codes;
  std::vector<std::uint8_t> class_of_code;
  std::shared_ptr<const Unknowns> unknowns;
  /// Of the voxels, in the order of memory.
  std::vector<std::uint8_t> classes() const {
    std::vector<std::uint8_t> found = voxels_in(*unknowns);
    for (std::size_t i = 0; i < found.size(); ++i)
      found[i] = found[i] ? class_of_code[static_cast<std::size_t>(volume.code(static_cast<std::int64_t>(i)))]
                          : wall_class;
    return found;
  }
};

/// @param between where given, only clusters that touch both plates of these sides
inline Conductor conductor(const Device& device, const Volume& volume,
                           const std::vector<std::uint8_t>& class_of_code,
                           const std::optional<std::pair<Axis, bool>>& between_plates = {}) {
  Conductor made{volume, codes_of(device, volume), class_of_code, nullptr};
  const Codes& codes = *made.codes;
  std::vector<std::uint8_t> conducts;
  for (const std::uint8_t c : class_of_code) conducts.push_back(c >= first_conducting_class);
  Unknowns unknowns = unknowns_of(codes, conducts);
  if (between_plates) {
    const auto [flow, periodic] = *between_plates;
    const Runs runs(unknowns);
    const Clusters clusters = find_clusters(runs, Sides::between_plates(flow, periodic).joined());
    unknowns = voxels_of(runs, clusters, spanning(clusters, flow));
  }
  made.unknowns = std::make_shared<Unknowns>(std::move(unknowns));
  return made;
}

/// A problem of these voxels and sides; it looks at them as long as it lives.
inline Problem problem_of(const Conductor& made, const std::vector<double>& conductivity, const Sides& sides,
                          const std::array<double, 3>& spacing = {1, 1, 1}) {
  Problem problem;
  problem.sides = sides;
  problem.unknowns = made.unknowns;
  problem.codes = made.codes;
  problem.class_of_code = made.class_of_code;
  problem.conductivity = conductivity;
  problem.spacing = spacing;
  return problem;
}

inline Problem between_plates(const Conductor& made, const std::vector<double>& conductivity,
                              const std::array<double, 3>& spacing, Axis flow, bool periodic) {
  Problem problem = problem_of(made, conductivity, Sides::between_plates(flow, periodic), spacing);
  problem.unit_axis = flow;
  return problem;
}

/// q = A p / diagonal; returns p.A p.
template <class T>
double apply(const TransportOperator<T>& A, const Buffer<T>& p, Buffer<T>& q) {
  q.zero();
  A.subtract_applied(q, -1, p);
  return A.curvature(p);
}

/// z = M r; returns r.M r.
template <class T, class Preconditioner>
double precondition(const Preconditioner& M, const Buffer<T>& r, Buffer<T>& z) {
  Buffer<T> x(r.device(), r.size());
  x.zero(), z.zero();
  const double dot = M.dot(r);
  M.advance(r, x, 0, z, 0);
  return dot;
}

/// What the two steps of a cycle on the voxels do with residuals s, a coarse correction, and x = p = s.
template <class T>
struct StepsOfCycle {
  std::vector<float> coarse_b;
  double sum = 0;  // of smooth_restrict
  std::vector<T> x, p;

  StepsOfCycle(const TransportOperator<T>& A, const Blocks& blocks, const Buffer<T>& s,
               const std::vector<float>& coarse) {
    const Device& device = A.device();
    Buffer<float> b(device, blocks.nodes), coarse_x(device, blocks.nodes);
    Buffer<double> parts(device, A.parts_of_sum(A.extent()));
    const auto count = static_cast<std::size_t>(A.smooth_restrict(blocks, s, b.data(), parts.data()));
    coarse_b = b.to_host();
    const std::vector<double> each = parts.to_host();
    for (std::size_t i = 0; i < count; ++i) sum += each.at(i);
    coarse_x.copy_from(coarse);
    Buffer<T> to_x = A.vector(), to_p = A.vector();
    copy(s, to_x), copy(s, to_p);
    A.prolong_advance(blocks, 2, coarse_x.data(), s, to_x, 0.7, to_p, 0.3);
    x = to_x.to_host(), p = to_p.to_host();
  }
};

/// What `apply` and residual have divided by the diagonal, as it was, in the order of the unknowns.
template <class T>
std::vector<T> undivided(const TransportOperator<T>& A, const Buffer<T>& vector) {
  std::vector<T> values = A.values_of(vector);
  const std::vector<T> diagonal = A.values_of(A.diagonal());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] *= diagonal[i];
  return values;
}
/// FP64 to round-off unless the test says otherwise.
inline Settings exact_settings(const std::string& conductivity_text, Axis axis = Axis::z) {
  Settings s;
  s.input = "test";
  s.conductivity = parse::conductivities(conductivity_text, "--conductivity");
  s.axes = {axis};
  s.precision = "double";
  s.tolerance = 1e-12;
  return s;
}

/// A result of effective transport, its quantities by name.
struct Found {
  Found() = default;
  explicit Found(const Result& r)
      : status(r.status),
        reason(r.reason.value_or("")),
        percolates(r.percolates.value_or(false)),
        solver(r.solver.value_or(SolverResult{})),
        stages(r.stages.value_or(StageCosts{})),
        seconds(r.seconds),
        all(r) {
    const auto bounds_of = [&](const char* name) {
      const Quantity* q = r.quantity(name);
      return q ? q->bounds : std::nullopt;
    };
    ratio_bounds = bounds_of("effective_ratio");
    if (!ratio_bounds) ratio_bounds = bounds_of("best_estimate");
  }
  Status status = Status::failed;
  std::string reason;
  bool percolates = false;
  std::optional<std::array<double, 2>> ratio_bounds;  // or of the best estimate
  SolverResult solver;
  StageCosts stages;
  double seconds = 0;
  Result all;

  std::optional<double> ratio = all.value("effective_ratio"), best_estimate = all.value("best_estimate"),
                        flux_in = all.value("flux_in"), flux_out = all.value("flux_out"),
                        effective_value = all.value("effective_value"),
                        tortuosity_factor = all.value("tortuosity_factor"),
                        tortuosity_factor_percolating = all.value("tortuosity_factor_percolating"),
                        macmullin_number = all.value("macmullin_number"),
                        bruggeman_exponent = all.value("bruggeman_exponent");
  double volume_fraction = all.value("volume_fraction").value_or(0),
         percolating_volume_fraction = all.value("percolating_volume_fraction").value_or(0),
         fraction_connected_26 = all.value("fraction_connected_26").value_or(0),
         largest_cluster_fraction = all.value("largest_cluster_fraction").value_or(0);
  double mean =
      ratio && tortuosity_factor ? *ratio * *tortuosity_factor : 0;  // of the phases, over the largest
};

/// @param field takes the concentration of the last axis where given
inline Found solve(const Volume& volume, const Settings& settings, const Device& device = test::device(),
                   std::vector<float>* field = nullptr) {
  const Materials materials = assign_materials(volume, settings);
  FieldSink sink;
  if (field) sink = [&](const Result&, const std::vector<float>& u) { *field = u; };
  return Found(effective_transport({volume, materials, settings, device}, sink, {}).results.back());
}

/// A reproducible rough structure: about half of the voxels are label 1, the rest 0.
inline Volume rough_volume(std::array<std::int64_t, 3> zyx, std::uint64_t seed, int labels = 2) {
  return volume_of(zyx, [&](std::int64_t z, std::int64_t y, std::int64_t x) -> std::int64_t {
    std::uint64_t h =
        seed + 0x9e3779b97f4a7c15ull * static_cast<std::uint64_t>((z / 2 * 1000 + y / 2) * 1000 + x / 2 + 1);
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9ull;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebull;
    return static_cast<std::int64_t>((h >> 33) % static_cast<std::uint64_t>(labels));
  });
}

}  // namespace tauvox::test
