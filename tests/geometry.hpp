// Shapes with counts that are known, random volumes, and a volume as the geometry of phases takes it.
#pragma once

#include <cmath>
#include <numbers>

#include "kernels/geometry/phase_bits.hpp"
#include "tests/support.hpp"

namespace tauvox::test {

/// Label 1 where inside(z, y, x) holds at the centre of a voxel, its box beginning at 0.
template <class Inside>
Volume shape_of(std::array<std::int64_t, 3> zyx, Inside inside) {
  return volume_of(zyx, [&](std::int64_t z, std::int64_t y, std::int64_t x) -> std::int64_t {
    return inside(static_cast<double>(z) + 0.5, static_cast<double>(y) + 0.5, static_cast<double>(x) + 0.5);
  });
}

inline double squared(double a) { return a * a; }

/// A sphere in a box of (2 radius + 6)^3 voxels, its centre so far from the middle along each axis.
inline Volume sphere(std::int64_t radius, double offset) {
  const std::int64_t n = 2 * radius + 6;
  const double centre = static_cast<double>(n) / 2 + offset, r = static_cast<double>(radius);
  return shape_of({n, n, n}, [=](double z, double y, double x) {
    return squared(z - centre) + squared(y - centre) + squared(x - centre) <= r * r;
  });
}

/// A cylinder along z of 16 layers, from end to end.
inline Volume cylinder(std::int64_t radius) {
  const std::int64_t n = 2 * radius + 6;
  const double centre = static_cast<double>(n) / 2, r = static_cast<double>(radius);
  return shape_of({16, n, n}, [=](double, double y, double x) {
    return squared(y - centre) + squared(x - centre) <= r * r;
  });
}

/// One cell of sin z cos y + sin y cos x + sin x cos z <= 0.1 in 64^3 voxels.
inline Volume gyroid() {
  return shape_of({64, 64, 64}, [](double z, double y, double x) {
    const double k = 2 * std::numbers::pi / 64;
    return std::sin(k * x) * std::cos(k * y) + std::sin(k * y) * std::cos(k * z) +
               std::sin(k * z) * std::cos(k * x) <=
           0.1;
  });
}

/// So many labels, each voxel for itself.
inline Volume noise(std::array<std::int64_t, 3> zyx, std::uint64_t seed, std::vector<int> percent) {
  std::uint64_t state = 2 * seed + 1;
  Volume v;
  v.extent = make_extent(zyx);
  std::vector<std::uint8_t> codes(static_cast<std::size_t>(v.extent.voxels()));
  for (std::uint8_t& code : codes) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    int draw = static_cast<int>((state >> 33) % 100);
    while (code + 1u < percent.size() && draw >= percent[code]) draw -= percent[code++];
  }
  for (std::size_t i = 0; i < percent.size(); ++i) v.labels.push_back({static_cast<std::int64_t>(i), 0});
  for (const std::uint8_t code : codes) ++v.labels[code].voxels;
  v.codes = codes;
  return v;
}

/// Every label a phase of its own.
inline PhaseBits bits_of(const Device& device, const Volume& volume) {
  std::vector<std::uint8_t> phase_of_code;
  for (std::size_t i = 0; i < volume.labels.size(); ++i)
    phase_of_code.push_back(static_cast<std::uint8_t>(i));
  return PhaseBits(Codes(device, volume), phase_of_code, static_cast<int>(volume.labels.size()));
}

inline std::int64_t code_at(const Volume& v, std::int64_t z, std::int64_t y, std::int64_t x) {
  return v.code(x + v.extent.nx * (y + v.extent.ny * z));
}

/// f(z, y, x) for every voxel of an extent.
template <class F>
void for_each_voxel(const Extent& e, const F& f) {
  for (std::int64_t z = 0; z < e.nz; ++z)
    for (std::int64_t y = 0; y < e.ny; ++y)
      for (std::int64_t x = 0; x < e.nx; ++x) f(z, y, x);
}

}  // namespace tauvox::test
