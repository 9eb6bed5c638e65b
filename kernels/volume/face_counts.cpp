#include "kernels/volume/face_counts.hpp"

#include "kernels/base/launch.hpp"

namespace tauvox {
namespace {

constexpr int kinds = 27;

struct CountFaces {
  UnknownsView of, against;
  std::array<bool, 3> joined;
  std::uint8_t* kind;

  /// Whether the voxel at a place, or where joined sides lead from there, is one of the others.
  TAUVOX_HD bool meets(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const Extent& e = of.extent;
    const std::int64_t n[3] = {e.nz, e.ny, e.nx};
    std::int64_t at[3] = {z, y, x};
    for (int axis = 0; axis < 3; ++axis) {
      if (at[axis] >= 0 && at[axis] < n[axis]) continue;
      if (!joined[axis]) return false;
      at[axis] += at[axis] < 0 ? n[axis] : -n[axis];
    }
    return against.conducts(at[2], at[1], at[0]);
  }
  TAUVOX_HD Sums<3> operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    if (!of.conducts(x, y, z)) return {};
    const int count[3] = {meets(x, y, z - 1) + meets(x, y, z + 1), meets(x, y - 1, z) + meets(x, y + 1, z),
                          meets(x - 1, y, z) + meets(x + 1, y, z)};
    kind[of.number(x, y, z)] = static_cast<std::uint8_t>(count[0] + 3 * count[1] + 9 * count[2]);
    Sums<3> faces;
    for (int axis = 0; axis < 3; ++axis) faces.value[axis] = count[axis];
    return faces;
  }
};

}  // namespace

FaceCounts count_faces(const Unknowns& of, const Unknowns& against, const std::array<bool, 3>& joined) {
  FaceCounts found{Buffer<std::uint8_t>(of.device(), of.count())};
  const Sums<3> sums = sum_over_cells<3>(of.device(), of.extent(),
                                         CountFaces{of.view(), against.view(), joined, found.kind.data()});
  for (int axis = 0; axis < 3; ++axis)
    found.faces[static_cast<std::size_t>(axis)] = static_cast<std::int64_t>(sums[axis]);
  return found;
}

std::vector<double> weights_of_kinds(const std::array<double, 3>& of_face) {
  std::vector<double> weights;
  for (int kind = 0; kind < kinds; ++kind) {
    const int of_z = kind % 3, of_y = kind / 3 % 3, of_x = kind / 9;
    weights.push_back(of_z * of_face[0] + of_y * of_face[1] + of_x * of_face[2]);
  }
  return weights;
}

}  // namespace tauvox
