// Volumes written down in a line, and the study run on them without files.
#pragma once

#include <cstdlib>
#include <map>

#include "host/settings/parse.hpp"
#include "host/studies/study.hpp"

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
