// Volumes written down in a line, and the study run on them without files.
#pragma once

#include <cstdlib>
#include <map>
#include <memory>

#include "host/studies/study.hpp"
#include "kernels/volume/class_field.hpp"
#include "kernels/volume/classes.hpp"
#include "kernels/volume/clusters.hpp"

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

/// A volume as an operator takes it: its conducting voxels, and their classes with halo.
struct Conductor {
  std::shared_ptr<const Unknowns> unknowns;
  Field<std::uint8_t> classes;
};

enum class Kept { all, spanning };

/// @param kept all conducting voxels, or those of clusters that touch both plates
inline Conductor conductor(const Device& device, const Volume& volume,
                           const std::vector<std::uint8_t>& class_of_code, Axis flow,
                           const std::array<bool, 3>& joined = {}, Kept kept = Kept::all) {
  const Codes codes(device, volume);
  std::vector<std::uint8_t> conducts;
  for (const std::uint8_t c : class_of_code) conducts.push_back(c >= first_conducting_class);
  Unknowns unknowns = unknowns_of(codes, conducts);
  if (kept == Kept::spanning) {
    const Runs runs(unknowns);
    const Clusters clusters = find_clusters(runs, Connectivity::faces_6, joined);
    unknowns = voxels_of(runs, clusters, spanning(clusters, flow));
  }
  Conductor made{std::make_shared<Unknowns>(std::move(unknowns)), {}};
  set_classes(made.classes, codes, *made.unknowns, class_of_code);
  set_class_halo(made.classes, flow, joined);
  return made;
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

/// @param field takes the concentration of the last axis where given
inline AxisResult solve(const Volume& volume, const Settings& settings, const Device& device = test::device(),
                        std::vector<float>* field = nullptr) {
  const Materials materials = assign_materials(volume, settings);
  const auto sink = [&](const AxisResult&, const std::vector<float>& u) {
    if (field) *field = u;
  };
  return effective_transport({volume, materials, settings, device}, sink, {}).back();
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
