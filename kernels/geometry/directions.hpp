// The 13 directions from a voxel to its neighbours by face, edge and corner, opposite ones taken once, and
// the share of all directions in space that each stands for.
#pragma once

#include <array>
#include <cstdint>

#include "kernels/base/extent.hpp"

namespace tauvox {

inline constexpr int neighbour_directions = 13;

/// Steps along z, y, x.
struct Direction {
  int z, y, x;
};

/// The three axes are directions 8 (z), 2 (y) and 0 (x).
inline constexpr Direction direction_of[neighbour_directions] = {
    {0, 0, 1},  {0, 1, -1}, {0, 1, 0}, {0, 1, 1},  {1, -1, -1}, {1, -1, 0}, {1, -1, 1},
    {1, 0, -1}, {1, 0, 0},  {1, 0, 1}, {1, 1, -1}, {1, 1, 0},   {1, 1, 1}};

/// The same for kernels: device code cannot look at the table. In rows, as GCC 12 does not find the padding
/// behind an array of more than five structs, and the stand-in takes what it finds there for an address.
struct Directions {
  int z[neighbour_directions], y[neighbour_directions], x[neighbour_directions];

  TAUVOX_HD Direction operator[](int k) const { return {z[k], y[k], x[k]}; }
  static constexpr Directions all() {
    Directions d{};
    for (int k = 0; k < neighbour_directions; ++k)
      d.z[k] = direction_of[k].z, d.y[k] = direction_of[k].y, d.x[k] = direction_of[k].x;
    return d;
  }
};

inline constexpr std::array<int, 3> direction_of_axis = {8, 2, 0};  // z, y, x

/// Distance between the centres of two voxels in that direction.
/// @param spacing voxel size along z, y, x
double length_of(const Direction& direction, const std::array<double, 3>& spacing);

/// Areas of the Voronoi cells of the 26 directions on the unit sphere, a direction and its opposite together,
/// over the area of the sphere; they add up to 1 (Legland, Kieu, Devaux 2007, doi 10.5566/ias.v26.p83-92).
std::array<double, neighbour_directions> direction_weights(const std::array<double, 3>& spacing);

/// What planes that all lie alike are off by at most, relative, where their area is taken from these
/// directions with these weights: 0.07 for cubes.
double worst_of_planes(const std::array<double, 3>& spacing);

}  // namespace tauvox
