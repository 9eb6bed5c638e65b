// Particles of shapes whose necks are known.
#include "kernels/geometry/particles.hpp"

#include <gtest/gtest.h>

#include "kernels/geometry/flood_cpu.hpp"
#include "tests/geometry.hpp"

namespace tauvox {
namespace {

constexpr std::array<double, 3> cubes{1, 1, 1};

/// Spheres of radius 10 on a line along z, their centres so far apart.
Volume chain(int count, double apart) {
  const auto n = static_cast<std::int64_t>(26 + apart * (count - 1));
  return test::shape_of({n, 26, 26}, [=](double z, double y, double x) {
    for (int i = 0; i < count; ++i)
      if (test::squared(z - 13 - apart * i) + test::squared(y - 13) + test::squared(x - 13) <= 100)
        return true;
    return false;
  });
}

std::vector<Particle> particles_of(const Volume& v, const std::array<double, 3>& edges = cubes) {
  return find_particles(squared_distance(test::bits_of(test::device(), v), 1, edges), edges);
}

TEST(Particles, SpheresPartAtNarrowNecksAndNotAtWideOnes) {
  // Two spheres R = 10 whose centres are 2 d apart have a neck of sqrt(100 - d^2).
  for (const auto& [apart, expected] : {std::pair(6.0, 1), {16.0, 3}, {19.0, 3}, {22.0, 3}}) {
    const Volume v = chain(3, apart);
    const std::vector<Particle> found = particles_of(v);
    ASSERT_EQ(found.size(), static_cast<std::size_t>(expected)) << apart;
    std::int64_t voxels = 0;
    for (const Particle& particle : found) {
      voxels += particle.voxels;
      EXPECT_FALSE(particle.at_side);
    }
    EXPECT_EQ(voxels, v.labels[1].voxels);
  }
  const std::vector<Particle> apart = particles_of(chain(3, 22));
  for (const Particle& sphere : apart) {
    EXPECT_EQ(sphere.voxels, 4224);
    EXPECT_NEAR(sphere.area, 1260.157394015122, 1e-9);
  }
}

TEST(Particles, AllOfAPhaseIsInOneAndASphereIsOne) {
  EXPECT_EQ(particles_of(test::sphere(20, 0.5)).size(), 1u);
  for (const std::array<double, 3>& edges : {cubes, std::array{2.0, 1.0, 0.7}})
    for (const Volume& v : {test::rough_volume({12, 13, 40}, 5), test::noise({9, 20, 30}, 1, {40, 60})}) {
      std::int64_t voxels = 0;
      for (const Particle& particle : particles_of(v, edges)) {
        EXPECT_GT(particle.voxels, 0);
        voxels += particle.voxels;
      }
      EXPECT_EQ(voxels, v.labels[1].voxels);
    }
}

TEST(Particles, WhatIsCutIsSaid) {
  const Volume v = test::volume_of({5, 5, 12}, [](auto, auto, auto x) { return x < 4 || x == 7; });
  const std::vector<Particle> found = particles_of(v);
  ASSERT_FALSE(found.empty());
  for (const Particle& particle : found) EXPECT_TRUE(particle.at_side);
}

SquaredDistance distances_on(const Device& device, const Volume& v, const std::array<double, 3>& edges) {
  return squared_distance(test::bits_of(device, v), 1, edges);
}

std::vector<Volume> many_volumes() {
  std::vector<Volume> all{test::electrode(40, 0.4, 5),
                          test::electrode(33, 0.5, 6),
                          test::gyroid(),
                          test::cylinder(10),
                          chain(3, 16),
                          test::rough_volume({12, 13, 40}, 5)};
  for (const std::array<std::int64_t, 3>& thin : {std::array<std::int64_t, 3>{40, 33, 1},
                                                  {40, 33, 2},
                                                  {40, 1, 33},
                                                  {1, 40, 33},
                                                  {70, 1, 1},
                                                  {1, 70, 1},
                                                  {1, 1, 70}})
    for (const int percent : {20, 70}) all.push_back(test::noise(thin, 7, {percent, 100 - percent}));
  for (std::uint64_t seed = 1; seed <= 4; ++seed)
    for (const int percent : {2, 8, 40, 90})
      all.push_back(
          test::noise({9, 20, 30 + static_cast<std::int64_t>(seed)}, seed, {percent, 100 - percent}));
  return all;
}

TEST(Particles, AllAtOnceTheyAreThoseOfTheFlood) {
  // Whole numbers of 16 bits; others, as numbers of 32 bits and as they are.
  for (const std::array<double, 3>& edges : {cubes, std::array{2.0, 1.0, 0.7}, {1.234567, 1.0, 0.777131}})
    for (const Volume& v : many_volumes()) {
      const SquaredDistance distances = distances_on(Device::cpu(1), v, edges);
      for (const double neck : {0.5, 0.8, 1.0}) {
        const ParticleNumbers expected = flood_particles(distances, neck);
        for (const Device& device : test::devices()) {
          const ParticleNumbers found = part_at_once(distances_on(device, v, edges), neck);
          ASSERT_EQ(found.particles, expected.particles) << device.description() << " " << neck;
          ASSERT_EQ(found.of_voxel.to_host(), expected.of_voxel.to_host())
              << device.description() << " " << neck;
        }
      }
    }
}

TEST(Particles, AreTheSameForEveryNumberOfThreads) {
  const Volume v = test::electrode(40, 0.4, 5);
  const auto voxels = static_cast<std::size_t>(v.extent.voxels());
  std::vector<std::uint8_t> outside(voxels);
  for (std::size_t i = 0; i < voxels; i += 1009) outside[i] = 1;
  for (const auto& where : {std::vector<std::uint8_t>{}, outside}) {
    const auto particles_by = [&](const Device& device) {
      return find_particles(distances_on(device, v, cubes), cubes, default_neck, where);
    };
    const std::vector<Particle> expected = particles_by(Device::cpu(1));
    EXPECT_EQ(expected.size(), 249u);
    std::vector<Device> all = test::devices();
    all.push_back(Device::cpu(2));
    for (const Device& device : all) {
      const std::vector<Particle> found = particles_by(device);
      ASSERT_EQ(found.size(), expected.size());
      for (std::size_t p = 0; p < found.size(); ++p) {
        EXPECT_EQ(found[p].voxels, expected[p].voxels);
        EXPECT_EQ(found[p].at_side, expected[p].at_side);
        EXPECT_EQ(found[p].area, expected[p].area);
      }
    }
  }
}

}  // namespace
}  // namespace tauvox
