// A random packing of spheres in a box, in whole units of 2^-20 of its smallest edge. No voxels here.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "host/generate/generate.hpp"

namespace tauvox {

inline constexpr std::int64_t unit_edge = std::int64_t{1} << 20;  // the smallest edge in units

using Point = std::array<std::int64_t, 3>;  // z, y, x in units

struct Sphere {
  Point centre;
  std::int64_t radius;
};

/// floor(sqrt(square)), exact.
/// @pre 0 <= square < 2^52
inline std::int64_t floor_root(std::int64_t square) {
  auto guess = static_cast<std::int64_t>(std::sqrt(static_cast<double>(square)));
  while (guess * guess > square) --guess;
  while ((guess + 1) * (guess + 1) <= square) ++guess;
  return guess;
}

/// Spheres that fill 1 - porosity - binder of the box; the faces cut some of them.
/// @param edges of the box in units
/// @throws Error(usage) when the settings are out of range or cannot be packed
std::vector<Sphere> pack_spheres(const Point& edges, const GenerateSettings& settings);

}  // namespace tauvox
