// How many faces of each voxel of a set lie against voxels of another one: what a reaction on the surface
// between them acts on. Bytes: 1 per voxel of the set.
#pragma once

#include <array>
#include <vector>

#include "kernels/volume/unknowns.hpp"

namespace tauvox {

struct FaceCounts {
  Buffer<std::uint8_t> kind;            // per voxel: n_z + 3 n_y + 9 n_x faces across z, y, x; 0 to 2 each
  std::array<std::int64_t, 3> faces{};  // across z, y, x, of all together
};

/// @param joined sides across these axes (z, y, x) are neighbours of each other; other faces of the volume
/// lie against nothing
FaceCounts count_faces(const Unknowns& of, const Unknowns& against, const std::array<bool, 3>& joined);

/// A number of each kind, where a face counts as much as `of_face` says of its axis.
std::vector<double> weights_of_kinds(const std::array<double, 3>& of_face);

}  // namespace tauvox
