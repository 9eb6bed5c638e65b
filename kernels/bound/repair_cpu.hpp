// The CPU form of repair_voxels (repair.hpp): what is unbalanced comes from dense rows. Compiled as C++
// only.
#pragma once

#include "kernels/bound/repair.hpp"

namespace tauvox::rows {

template <class T>
RepairEnergy repair_voxels(const Device& device, const PotentialOf<T>& u, const BlockView& blocks,
                           const FluxView& flux);

}  // namespace tauvox::rows
