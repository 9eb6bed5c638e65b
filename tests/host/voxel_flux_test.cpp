// The flux of each voxel agrees with the numbers of the solve that its concentration is from.
#include "host/studies/voxel_flux.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "host/studies/assign_materials.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

struct Solved {
  Solved(Volume v, Settings s) : volume(std::move(v)), settings(std::move(s)) {
    settings.tolerance = 1e-9;
    settings.precision = "double";
    materials = assign_materials(volume, settings);
    found = test::solve(volume, settings, test::device(), &u);
  }
  VoxelFlux flux() const { return {volume, materials, u, settings.axes.front(), settings.periodic_sides}; }
  /// Mean over a layer across the axis of the component along it, or over all layers.
  double mean(Axis axis, std::optional<std::int64_t> layer = {}) const {
    const VoxelFlux j = flux();
    const Extent& e = volume.extent;
    double sum = 0;
    std::int64_t count = 0;
    for (std::int64_t z = 0; z < e.nz; ++z)
      for (std::int64_t y = 0; y < e.ny; ++y)
        for (std::int64_t x = 0; x < e.nx; ++x) {
          const std::int64_t at = axis == Axis::z ? z : axis == Axis::y ? y : x;
          if (layer && at != *layer) continue;
          sum += static_cast<double>(j.at(x, y, z)[2 - static_cast<std::size_t>(axis)]);
          ++count;
        }
    return sum / static_cast<double>(count);
  }
  Volume volume;
  Settings settings;
  Materials materials;
  std::vector<float> u;
  test::Found found;
};

TEST(VoxelFlux, HaveTheMeanOfTheEffectiveRatioInEveryLayer) {
  for (const Axis axis : all_axes)
    for (const bool periodic : {false, true}) {
      Volume volume = test::electrode(24, 0.5, 3);
      volume.voxel_size = {2e-6, 1e-6, 3e-6};
      Settings s = test::exact_settings("0=3,1=0.1,2=0");
      s.axes = {axis};
      s.periodic_sides = periodic;
      const Solved solved(volume, s);
      const double ratio = solved.found.ratio.value();
      EXPECT_NEAR(solved.mean(axis) / ratio, 1, 1e-5) << axis_name(axis);
      for (const std::int64_t layer : {0, 7, 23})
        EXPECT_NEAR(solved.mean(axis, layer) / ratio, 1, 1e-4) << axis_name(axis) << layer;
    }
}

TEST(VoxelFlux, AreTheSameWhereverAPeriodicVolumeIsCut) {
  Settings s = test::exact_settings("0=1,1=0.2,2=0.05");
  s.axes = {Axis::z};
  s.periodic_sides = true;
  const Solved solved(test::electrode(16, 0.5, 7), s);
  // A volume that is shifted along a periodic side has the same fluxes, shifted.
  Volume shifted = solved.volume;
  const Extent& e = shifted.extent;
  std::vector<std::uint8_t> codes(static_cast<std::size_t>(e.voxels()));
  for (std::int64_t z = 0; z < e.nz; ++z)
    for (std::int64_t y = 0; y < e.ny; ++y)
      for (std::int64_t x = 0; x < e.nx; ++x)
        codes[static_cast<std::size_t>((z * e.ny + y) * e.nx + (x + 5) % e.nx)] =
            static_cast<std::uint8_t>(solved.volume.code((z * e.ny + y) * e.nx + x));
  shifted.codes = std::move(codes);
  const Solved moved(shifted, s);
  const VoxelFlux j = solved.flux(), moved_j = moved.flux();
  for (std::int64_t z = 0; z < e.nz; z += 3)
    for (std::int64_t y = 0; y < e.ny; y += 2)
      for (std::int64_t x = 0; x < e.nx; ++x)
        for (std::size_t c = 0; c < 3; ++c)
          ASSERT_NEAR(j.at(x, y, z)[c], moved_j.at((x + 5) % e.nx, y, z)[c], 1e-4);
}

TEST(VoxelFlux, OfLayersAlongTheAxisAreTheirConductivities) {
  const Volume layers = test::volume_of(
      {6, 4, 5}, [](std::int64_t, std::int64_t y, std::int64_t) -> std::int64_t { return y; });
  Settings s = test::exact_settings("0=4,1=1,2=0,3=2");
  s.axes = {Axis::z};
  const Solved solved(layers, s);
  const std::array<float, 4> expected{1, 0.25, 0, 0.5};
  std::vector<float> layer(3 * 4 * 5);
  for (std::int64_t z = 0; z < 6; ++z) {
    solved.flux().layer(z, layer.data());
    for (std::size_t y = 0; y < 4; ++y)
      for (std::size_t x = 0; x < 5; ++x) {
        EXPECT_NEAR(layer[3 * (y * 5 + x) + 2], expected[y], 1e-5);
        EXPECT_NEAR(layer[3 * (y * 5 + x)], 0, 1e-5);
        EXPECT_NEAR(layer[3 * (y * 5 + x) + 1], 0, 1e-5);
      }
  }
}

TEST(VoxelFlux, OfWhatNoPlateReachesAreZero) {
  const Volume volume =
      test::volume_of({5, 3, 3}, [](std::int64_t z, std::int64_t y, std::int64_t x) -> std::int64_t {
        return (y == 0 && x == 0) || (z == 2 && y == 2 && x == 2) ? 0 : 1;
      });
  Settings s = test::exact_settings("0=1,1=0");
  s.axes = {Axis::z};
  const Solved solved(volume, s);
  EXPECT_NEAR(solved.flux().at(0, 0, 2)[2], 1, 1e-5);
  for (const float component : solved.flux().at(2, 2, 2)) EXPECT_EQ(component, 0.0f);
}

}  // namespace
}  // namespace tauvox
