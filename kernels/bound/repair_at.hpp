// What repair_voxels (repair.hpp) does to an octet.
#pragma once

#include "kernels/bound/repair_block.hpp"
#include "kernels/transport/passes_at.hpp"

namespace tauvox {

/// Sums the energy of the flux on the faces of the voxels, and what it leaves unbalanced.
template <class T>
struct RepairVoxels {
  static constexpr int sums = 2;
  PotentialOf<T> u;
  BlockView blocks;
  FluxView flux;
  TAUVOX_OCTET const Medium<double>& medium() const { return u.m; }
  std::int64_t bytes() const {
    return u.m.bytes() + blocks.bytes() + flux.bytes() + vector_bytes<T>(u.m.octets);
  }
};

namespace TAUVOX_FORM {

template <class Kind, class T>
TAUVOX_OCTET void visit(const RepairVoxels<T>& pass, const Place& p, Totals<2>& totals) {
  Totals<4> not_wanted;
  const Residual<Kind, T> left(pass.u, p, not_wanted);
  BlockNetwork network;
  for (int s = 0; s < 8; ++s) network.rest[s] = -left.out[s];
  const Sums<2> of_block = RepairBlock{pass.u.m, pass.blocks, pass.flux}(p.at[2], p.at[1], p.at[0], network);
  double first[8] = {};
  for (int n = 0; n < 2; ++n) {
    first[0] = of_block[n];
    totals.add(n, load<double>(first));
  }
}

}  // namespace TAUVOX_FORM
}  // namespace tauvox
