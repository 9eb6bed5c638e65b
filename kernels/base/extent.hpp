// The size of a voxel volume. x is the fastest axis in memory; files and users say z, y, x (first, second,
// third array axis). This header is the one place where the two orders meet.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "kernels/base/error.hpp"

#ifdef __CUDACC__
#define TAUVOX_HD __host__ __device__ __forceinline__
#else
#define TAUVOX_HD inline __attribute__((always_inline))
#endif

namespace tauvox {

/// Axes by their position in the file's array: z = 0, y = 1, x = 2.
enum class Axis : int { z = 0, y = 1, x = 2 };

inline constexpr std::array<Axis, 3> all_axes{Axis::z, Axis::y, Axis::x};

inline const char* axis_name(Axis axis) {
  constexpr const char* names[3] = {"z", "y", "x"};
  return names[static_cast<int>(axis)];
}

/// Voxels along x, y and z; each at least 1, their product below 2^62 (checked when made by make_extent).
struct Extent {
  std::int64_t nx = 1, ny = 1, nz = 1;

  constexpr std::int64_t voxels() const { return nx * ny * nz; }
  /// The same, where the extent is that of a launch or a graph and its points are no voxels.
  constexpr std::int64_t cells() const { return nx * ny * nz; }
  constexpr std::int64_t rows() const { return ny * nz; }
  constexpr std::int64_t along(Axis axis) const { return axis == Axis::z ? nz : axis == Axis::y ? ny : nx; }
  /// The two other axes as x and y, one voxel thick: what a kernel over a layer across `axis` runs on.
  constexpr Extent layer(Axis axis) const {
    return axis == Axis::z ? Extent{nx, ny, 1} : axis == Axis::y ? Extent{nx, nz, 1} : Extent{ny, nz, 1};
  }
  /// Every second voxel, the last one included.
  constexpr Extent halved() const { return {(nx + 1) / 2, (ny + 1) / 2, (nz + 1) / 2}; }
  /// The triple as users and files write it.
  constexpr std::array<std::int64_t, 3> zyx() const { return {nz, ny, nx}; }
  constexpr bool operator==(const Extent&) const = default;
};

/// A voxel by its coordinates z, y, x, so that an axis is an index.
struct Voxel {
  std::int64_t at[3];

  TAUVOX_HD static Voxel of(std::int64_t x, std::int64_t y, std::int64_t z) { return {{z, y, x}}; }
  /// Voxel (a, b) of the layer `along` across `axis` (Extent::layer).
  TAUVOX_HD static Voxel of_layer(int axis, std::int64_t a, std::int64_t b, std::int64_t along) {
    return axis == 0 ? of(a, b, along) : axis == 1 ? of(a, along, b) : of(along, a, b);
  }
  /// Voxel s = 4 (z & 1) + 2 (y & 1) + (x & 1) of a block of 2x2x2.
  TAUVOX_HD static Voxel of_block(std::int64_t bx, std::int64_t by, std::int64_t bz, int s) {
    return of(2 * bx + (s & 1), 2 * by + ((s >> 1) & 1), 2 * bz + (s >> 2));
  }
  TAUVOX_HD std::int64_t x() const { return at[2]; }
  TAUVOX_HD std::int64_t y() const { return at[1]; }
  TAUVOX_HD std::int64_t z() const { return at[0]; }
  TAUVOX_HD Voxel next(int axis, int sign) const {
    Voxel v = *this;
    v.at[axis] += sign;
    return v;
  }
};

/// Text such as "251x301x301 (z,y,x)".
inline std::string to_string(const Extent& extent) {
  return std::to_string(extent.nz) + "x" + std::to_string(extent.ny) + "x" + std::to_string(extent.nx) +
         " (z,y,x)";
}

/// Extent from a z,y,x triple.
/// @throws Error(input_invalid) when an axis is below 1 or the number of voxels overflows 2^62.
inline Extent make_extent(const std::array<std::int64_t, 3>& zyx, const std::string& where = "") {
  std::int64_t voxels = 1;
  for (int axis = 0; axis < 3; ++axis) {
    const std::string shape =
        std::to_string(zyx[0]) + "x" + std::to_string(zyx[1]) + "x" + std::to_string(zyx[2]);
    if (zyx[axis] < 1)
      throw Error(
          ExitCode::input_invalid, "volume has no voxels", where,
          "axis " + std::to_string(axis) + " of the shape " + shape + " is " + std::to_string(zyx[axis]),
          "every axis needs at least one voxel");
    if (__builtin_mul_overflow(voxels, zyx[axis], &voxels) || voxels >= (std::int64_t{1} << 62))
      throw Error(ExitCode::input_invalid, "volume is too large to count", where, "shape " + shape,
                  "the product of the axes must stay below 2^62");
  }
  return {zyx[2], zyx[1], zyx[0]};
}

}  // namespace tauvox
