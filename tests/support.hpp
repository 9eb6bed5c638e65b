// Volumes written down in a line, and the study run on them without files.
#pragma once

#include <cstdlib>
#include <map>

#include "host/studies/study.hpp"
#include "kernels/transport/problem.hpp"
#include "kernels/volume/labels.hpp"

namespace tauvox::test {

/// Where tests run that do not compare devices: TAUVOX_TEST_DEVICE=cuda puts them on the GPU.
inline Device device() {
  const char* asked = std::getenv("TAUVOX_TEST_DEVICE");
  return asked && std::string(asked) == "cuda" ? Device::cuda(0) : Device::cpu(2);
}

inline std::vector<Device> devices() {
  std::vector<Device> all{Device::cpu(1), Device::cpu(3)};
  if (probe_cuda().unavailable.empty()) all.push_back(Device::cuda(0));
  return all;
}

/// Transport between two plates through what conducts in `classes`, whose halo is set; the problem looks at
/// them as long as it lives.
inline Problem between_plates(Field<std::uint8_t>& classes, const std::vector<double>& conductivity,
                              const std::array<double, 3>& spacing, Axis flow, bool periodic) {
  Problem problem;
  problem.sides = Sides::between_plates(flow, periodic);
  set_class_halo(classes, problem.sides);
  problem.unknowns = std::make_shared<Unknowns>(classes);
  problem.classes = ClassField(ClassField(), &classes);
  problem.conductivity = conductivity;
  problem.spacing = spacing;
  problem.unit_axis = flow;
  return problem;
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

/// FP64 to round-off unless the test says otherwise.
inline Settings exact_settings(const std::string& conductivity_text, Axis axis = Axis::z) {
  Settings s;
  s.input = "test";
  for (const Setting& row : describe())
    if (row.name == "conductivity") row.set(s, conductivity_text, "--conductivity");
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
