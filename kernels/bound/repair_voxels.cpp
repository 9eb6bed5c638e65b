// The last level of repair.hpp: the faces of the voxels.
#include "kernels/bound/repair_block.hpp"
#include "kernels/bound/repair_cpu.hpp"
#include "kernels/transport/potential.hpp"

namespace tauvox {
namespace {

template <class T>
struct RepairBlocks {  // one call a block
  PotentialOf<T> u;
  RepairBlock repair;
  std::int64_t bytes() const {
    return u.m.bytes() + repair.blocks.bytes() + repair.flux.bytes() + u.m.unknowns * std::int64_t{sizeof(T)};
  }
  TAUVOX_HD Sums<2> operator()(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    const std::uint32_t code = repair.blocks.code(repair.blocks.block(bx, by, bz));
    if (code >> 24 == 0) return {};
    BlockNetwork network;
    for (int s = 0; s < 8; ++s)
      if (BlockView::conducts(code, s)) network.rest[s] = residual_at(u, Voxel::of_block(bx, by, bz, s));
    return repair(bx, by, bz, network);
  }
};

}  // namespace

template <class T>
RepairEnergy repair_voxels(const Device& device, const PotentialOf<T>& u, const BlockView& blocks,
                           const FluxView& flux, KernelForm form) {
  const RepairBlocks<T> pass{u, {u.m, blocks, flux}};
  if (form == KernelForm::tuned && !device.is_cuda()) {
    count_pass(device, pass, 0);
    return rows::repair_voxels(device, u, blocks, flux);
  }
  const Sums<2> sums = sum_over_cells<2>(device, blocks.lattice, pass);
  return {sums[0], sums[1]};
}

template RepairEnergy repair_voxels(const Device&, const PotentialOf<float>&, const BlockView&,
                                    const FluxView&, KernelForm);
template RepairEnergy repair_voxels(const Device&, const PotentialOf<double>&, const BlockView&,
                                    const FluxView&, KernelForm);

}  // namespace tauvox
