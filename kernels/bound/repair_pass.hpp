// The last pass of the repairing flux (repair.hpp): over the octets of the voxels.
#pragma once

#include "kernels/bound/repair_block.hpp"
#include "kernels/transport/octet_walk.hpp"

namespace tauvox {

/// Sums the energy of the flux on the faces of the voxels, and what it leaves unbalanced.
template <class T>
struct RepairVoxels {
  static constexpr int sums = 2;
  PotentialOf<T> u;
  BlockView blocks;
  FluxView flux;
  const double* forms = nullptr;  // of least_energy_forms, where all conducts alike
  TAUVOX_OCTET const Medium<double>& medium() const { return u.m; }
  std::int64_t bytes() const {
    return u.m.bytes() + blocks.bytes() + flux.bytes() + vector_bytes<T>(u.m.octets);
  }
};

}  // namespace tauvox
