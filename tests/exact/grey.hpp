// Volumes of grey values, and what each conducts, in plain FP64.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>

#include "tests/oracle/full_grid.hpp"
#include "tests/support.hpp"

namespace tauvox::test {

using GreyToConductivity = double (*)(double grey);

/// Of z,y,x voxels with grey(z, y, x), however many different ones.
template <class F>
Volume grey_volume(std::array<std::int64_t, 3> zyx, F grey) {
  Volume v;
  v.extent = make_extent(zyx);
  std::map<std::int64_t, std::int64_t> count;
  std::vector<std::int64_t> values;
  for (std::int64_t z = 0; z < zyx[0]; ++z)
    for (std::int64_t y = 0; y < zyx[1]; ++y)
      for (std::int64_t x = 0; x < zyx[2]; ++x) ++count[values.emplace_back(grey(z, y, x))];
  for (const auto& [value, voxels] : count) v.labels.push_back({value, voxels});
  std::vector<std::uint16_t> codes;
  for (const std::int64_t value : values)
    codes.push_back(static_cast<std::uint16_t>(std::distance(count.begin(), count.find(value))));
  v.codes = codes;
  v.path = "test";
  return v;
}

/// Grey values from 0 to below `most`, each voxel's by itself.
inline Volume noise(std::array<std::int64_t, 3> zyx, std::uint64_t seed, std::uint64_t most = 1000) {
  std::uint64_t h = seed;
  return grey_volume(zyx, [&](auto, auto, auto) {
    h = h * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<std::int64_t>((h >> 33) % most);
  });
}

/// A table with a row for each grey value of the volume.
inline Settings grey_settings(const Volume& volume, GreyToConductivity law, Axis axis = Axis::z) {
  Settings s;
  s.conductivity_table = "table";
  for (const Label& label : volume.labels)
    s.grey_table.emplace_back(static_cast<double>(label.value), law(static_cast<double>(label.value)));
  s.axes = {axis};
  s.precision = "double";
  s.tolerance = 1e-12;
  return s;
}

/// What a voxel conducts by its own, over the largest of the volume.
inline std::vector<double> own_conductivities(const Volume& volume, GreyToConductivity law) {
  double largest = 0;
  for (const Label& label : volume.labels) largest = std::max(largest, law(static_cast<double>(label.value)));
  std::vector<double> own;
  for (std::int64_t i = 0; i < volume.extent.voxels(); ++i)
    own.push_back(law(static_cast<double>(volume.labels[static_cast<std::size_t>(volume.code(i))].value)) /
                  largest);
  return own;
}

/// The problem that a volume poses with each voxel's own conductivity; without sides.
inline FullGrid own_grid(const Volume& volume, GreyToConductivity law, Axis axis) {
  FullGrid grid;
  grid.size = volume.extent.zyx();
  grid.spacing = volume.spacing();
  grid.sigma = own_conductivities(volume, law);
  grid.unit_axis = static_cast<int>(axis);
  return grid;
}

}  // namespace tauvox::test
