#include "host/studies/throat.hpp"

#include <algorithm>

#include "kernels/volume/clusters.hpp"

namespace tauvox {
namespace {

/// What lies behind the last voxel of an axis.
enum class Beyond { wall, plate, first_voxel };

/// set(i) and set(i + 1) along one axis: where a cube fits that is one voxel longer there.
/// @param outer, n, inner the set is [outer][n][inner]
void lengthen(VoxelSet& set, std::int64_t outer, std::int64_t n, std::int64_t inner, Beyond beyond) {
  VoxelSet first(static_cast<std::size_t>(inner));
  for (std::int64_t o = 0; o < outer; ++o) {
    std::uint8_t* slab = set.data() + o * n * inner;
    std::uint8_t* last = slab + (n - 1) * inner;
    std::copy(slab, slab + inner, first.begin());
    for (std::int64_t i = 0; i < (n - 1) * inner; ++i) slab[i] &= slab[i + inner];
    if (beyond == Beyond::plate) continue;  // a plate is as wide as one likes
    for (std::int64_t i = 0; i < inner; ++i)
      last[i] = beyond == Beyond::wall ? 0 : last[i] & first[static_cast<std::size_t>(i)];
  }
}

}  // namespace

VoxelSet voxels_of(const Volume& volume, const std::vector<std::uint8_t>& class_of_code, std::uint8_t least) {
  VoxelSet set;
  set.reserve(static_cast<std::size_t>(volume.extent.voxels()));
  std::visit(
      [&](const auto& codes) {
        for (const auto code : codes) set.push_back(class_of_code[code] >= least ? 1 : 0);
      },
      volume.codes);
  return set;
}

bool spans(const Device& device, const Extent& extent, const VoxelSet& set, Axis flow,
           const std::array<bool, 3>& joined) {
  const Runs runs(unknowns_of(Codes(device, extent, set, 2), {0, 1}));
  return find_clusters(runs, joined).spanning_voxels(flow) > 0;
}

int throat(const Device& device, const Extent& e, VoxelSet set, Axis flow, const std::array<bool, 3>& joined,
           int most) {
  int width = 0;
  while (spans(device, e, set, flow, joined)) {
    if (++width == most) break;
    const auto beyond = [&](Axis axis) {
      return axis == flow                             ? Beyond::plate
             : joined[static_cast<std::size_t>(axis)] ? Beyond::first_voxel
                                                      : Beyond::wall;
    };
    if (e.nx > 1) lengthen(set, e.nz * e.ny, e.nx, 1, beyond(Axis::x));
    if (e.ny > 1) lengthen(set, e.nz, e.ny, e.nx, beyond(Axis::y));
    if (e.nz > 1) lengthen(set, 1, e.nz, e.ny * e.nx, beyond(Axis::z));
  }
  return width;
}

}  // namespace tauvox
