// The CPU form of repair_voxels (equilibrate.hpp): what is unbalanced comes from dense rows. Compiled as C++
// only.
#pragma once

#include "kernels/equilibrate.hpp"

namespace tauvox::rows {

template <class T>
RepairEnergy repair_voxels(const Device& device, const Medium<double>& m, const BlockView& blocks, const T* v,
                           const FluxView& flux);

}  // namespace tauvox::rows
