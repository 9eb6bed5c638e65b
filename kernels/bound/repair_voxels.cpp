// The last level of repair.hpp: the faces of the voxels.
#include "kernels/bound/repair_at.hpp"

namespace tauvox {

template <class T>
RepairEnergy repair_voxels(const Device& device, const PotentialOf<T>& u, const BlockView& blocks,
                           const FluxView& flux, KernelForm form) {
  const Sums<2> sums = plain::run(device, RepairVoxels<T>{u, blocks, flux}, form);
  return {sums[0], sums[1]};
}

template RepairEnergy repair_voxels(const Device&, const PotentialOf<float>&, const BlockView&,
                                    const FluxView&, KernelForm);
template RepairEnergy repair_voxels(const Device&, const PotentialOf<double>&, const BlockView&,
                                    const FluxView&, KernelForm);

}  // namespace tauvox
