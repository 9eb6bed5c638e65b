// What lies between two voxels: the face conductance, from the material classes on its two sides.
//
// Two half-voxel resistances in series: g_ab = 1 / (r_a/2 + r_b/2), with r = 1/sigma per class. A boundary is
// a material: the wall (r = infinity) lets nothing through, the electrode plate (r = 0) leaves half a voxel,
// 2 sigma, which is exactly a Dirichlet value on the outer face. Both live in the halo of the class field.
//
// Per axis g is scaled by (h_flow / h_axis)^2, so that D_eff is the sum of g (du)^2 times n_flow / (n_1 n_2).
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "kernels/extent.hpp"

namespace tauvox {

/// Class of insulators and side walls, and of the two electrode plates; conducting classes follow.
inline constexpr std::uint8_t wall_class = 0, plate_class = 1, first_conducting_class = 2;
inline constexpr int max_classes = 256;

struct FaceTable {
  int classes = 0;
  std::vector<double> g;  // [axis z, y, x][class a][class b], symmetric in a and b

  double operator()(Axis axis, int a, int b) const {
    const std::int64_t row = static_cast<std::int64_t>(axis) * classes + a;
    return g[static_cast<std::size_t>(row * classes + b)];
  }
};

/// @param conductivity of classes first_conducting_class, ...: finite, > 0
/// @param voxel_size   z, y, x; only the ratios matter
/// @param flow         axis along which the plates stand
inline FaceTable make_faces(const std::vector<double>& conductivity, const std::array<double, 3>& voxel_size,
                            Axis flow) {
  FaceTable table;
  table.classes = first_conducting_class + static_cast<int>(conductivity.size());
  if (table.classes > max_classes)
    throw Error(ExitCode::input_invalid, "too many different conductivities", "",
                std::to_string(conductivity.size()) + " were given",
                "at most " + std::to_string(max_classes - first_conducting_class) + " can differ");
  const auto n = static_cast<std::size_t>(table.classes);
  std::vector<double> resistance(n, std::numeric_limits<double>::infinity());
  resistance[plate_class] = 0;
  for (std::size_t c = 0; c < conductivity.size(); ++c)
    resistance[c + first_conducting_class] = 1 / conductivity[c];
  for (int axis = 0; axis < 3; ++axis) {
    const double ratio =
        voxel_size[static_cast<std::size_t>(flow)] / voxel_size[static_cast<std::size_t>(axis)];
    for (std::size_t a = 0; a < n; ++a)
      for (std::size_t b = 0; b < n; ++b) {
        const double series = resistance[a] / 2 + resistance[b] / 2;
        // Two plates never meet across a face that is solved for; guard 1/0 all the same.
        table.g.push_back(series > 0 ? ratio * ratio / series : 0);
      }
  }
  return table;
}

}  // namespace tauvox
