// The last level of repair.hpp: the faces of the voxels.
#include "kernels/bound/repair_at.hpp"

namespace tauvox {

/// Of each of the 256 masks of a block, where all conducts alike: the form r.F r that is the least energy of
/// a flux inside the block with the sources r, balanced in each aggregate. Rows of eight. Elimination as in
/// BlockNetwork, with the sources as unknowns.
/// @param scale conductance of the faces across z, y, x
std::vector<double> least_energy_forms(const double* scale) {
  std::vector<double> forms(least_energy_form_values);
  for (std::size_t mask = 0; mask < 256; ++mask) {
    double* form = forms.data() + 64 * mask;
    double g[8][8] = {}, source[8][8] = {};  // what has come to each voxel, of each source
    for (int s = 0; s < 8; ++s) {
      source[s][s] = 1;
      for (int axis = 0; axis < 3; ++axis)
        if (const int t = s & ~(4 >> axis); t != s && (mask >> s & 1) && (mask >> t & 1))
          g[s][t] = scale[axis];
    }
    for (int s = 7; s > 0; --s) {
      double sum = 0;
      for (int t = 0; t < s; ++t) sum += g[s][t];
      if (sum == 0) continue;
      for (int i = 0; i < 8; ++i)
        for (int j = 0; j < 8; ++j) form[8 * i + j] += source[s][i] * source[s][j] / sum;
      for (int t = 0; t < s; ++t) {
        const double share = g[s][t] / sum;
        for (int i = 0; i < 8; ++i) source[t][i] += share * source[s][i];
        for (int q = 0; q < t; ++q) g[t][q] += share * g[s][q];
      }
    }
  }
  return forms;
}

template <class T>
RepairEnergy repair_voxels(const Device& device, const PotentialOf<T>& u, const BlockView& blocks,
                           const FluxView& flux, KernelForm form) {
  Buffer<double> forms;
  if (u.m.one_class) {
    const std::vector<double> of_masks = least_energy_forms(u.m.scale);
    forms = Buffer<double>(device, static_cast<std::int64_t>(of_masks.size()));
    forms.copy_from(of_masks);
  }
  const Sums<2> sums = plain::run(device, RepairVoxels<T>{u, blocks, flux, forms.data()}, form);
  return {sums[0], sums[1]};
}

template RepairEnergy repair_voxels(const Device&, const PotentialOf<float>&, const BlockView&,
                                    const FluxView&, KernelForm);
template RepairEnergy repair_voxels(const Device&, const PotentialOf<double>&, const BlockView&,
                                    const FluxView&, KernelForm);

}  // namespace tauvox
