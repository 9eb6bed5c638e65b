// What conducts through a volume that is repeated in all directions: the clusters that come back to
// themselves across joined sides. Others are islands there, which carry nothing.
#pragma once

#include "host/studies/materials.hpp"
#include "kernels/transport/problem.hpp"
#include "kernels/volume/wrapping.hpp"

namespace tauvox {

struct Wrapped {
  std::shared_ptr<const Unknowns> unknowns;  // of all such clusters; null: none
  std::int64_t voxels = 0;
  std::int64_t open_clusters = 0;  // of all that conducts, before sides are joined
  Windings windings;
};

Wrapped find_wrapped(const Codes& codes, const Materials& materials);

/// On it, all sides joined and nothing imposed yet, in units of a cube of the edge along z.
/// @pre there is some
Problem problem_of(const Wrapped& wrapped, std::shared_ptr<const Codes> codes, const Materials& materials,
                   const std::array<double, 3>& spacing);

}  // namespace tauvox
