#include "kernels/bound/repair_cpu.hpp"

#include "kernels/bound/repair_block.hpp"
#include "kernels/transport/dense_rows.hpp"

namespace tauvox::rows {
namespace {

/// A u of two planes of a unit, so that whole blocks are at hand.
class TwoPlanes {
 public:
  TwoPlanes(const Unit& unit, std::int64_t nx)
      : first_(unit.y0),
        rows_(unit.y1 - unit.y0),
        pitch_(nx + 1),
        data_(static_cast<std::size_t>(2 * rows_ * pitch_)) {}
  double* row(std::int64_t y, std::int64_t z) {
    return data_.data() + ((z & 1) * rows_ + y - first_) * pitch_;
  }

 private:
  std::int64_t first_, rows_, pitch_;
  std::vector<double> data_;
};

/// Dense row of A u - load.
void take_load(const Rows<double>& rows, const double* load, std::int64_t y, std::int64_t z, double* Au) {
  const double* b = load + rows.start(y, z);
  for (std::int64_t x = 0; x < rows.nx; x += 32)
    for (std::uint32_t left = rows.words(y, z)[x / 32].mask; left != 0; left &= left - 1)
      Au[x + lowest_bit(left)] -= *b++;
}

void repair_row(const RepairBlock& repair, TwoPlanes& outflow, std::int64_t by, std::int64_t bz,
                Lanes<2>& sums) {
  const BlockView& blocks = repair.blocks;
  const Extent& e = repair.m.active.extent;
  const double* rows[4];
  for (int k = 0; k < 4; ++k)  // rows that the last block does not have are not looked at
    rows[k] = outflow.row(std::min(2 * by + (k & 1), e.ny - 1), std::min(2 * bz + (k >> 1), e.nz - 1));
  for (std::int64_t bx = 0; bx < blocks.lattice.nx; ++bx) {
    const std::uint32_t code = blocks.code(blocks.block(bx, by, bz));
    if (code >> 24 == 0) continue;
    BlockNetwork network;
    for (int s = 0; s < 8; ++s)
      if (BlockView::conducts(code, s)) network.rest[s] = -rows[s >> 1][2 * bx + (s & 1)];
    const Sums<2> part = repair(bx, by, bz, network);
    for (int n = 0; n < 2; ++n) sums.value[n][bx % lanes] += part[n];
  }
}

}  // namespace

template <class T>
RepairEnergy repair_voxels(const Device& device, const PotentialOf<T>& u, const BlockView& blocks,
                           const FluxView& flux) {
  const Medium<double>& m = u.m;
  const Extent& e = m.active.extent;
  const RepairBlock repair{m, blocks, flux};
  const Sums<2> sums = for_each_unit<2>(device, e, [&](const Unit& unit, Lanes<2>& lane) {
    Rows<double> rows(m);
    TwoPlanes outflow(unit, e.nx);
    const auto fill = [&](std::int64_t y, std::int64_t z, const Star<double>&, double* row) {
      potential_row(rows, u.drive, u.v, y, z, row);
    };
    const auto use = [&](std::int64_t y, std::int64_t z, const Star<double>& a, const Star<double>& value) {
      rows.apply(a, value, outflow.row(y, z));
      if (u.drive.load) take_load(rows, u.drive.load, y, z, outflow.row(y, z));
      const bool last_row = (y & 1) != 0 || y == e.ny - 1, last_plane = (z & 1) != 0 || z == e.nz - 1;
      if (last_row && last_plane) repair_row(repair, outflow, y >> 1, z >> 1, lane);
    };
    walk(m, unit, 1, Outside(u.drive), fill, use);
  });
  return {sums[0], sums[1]};
}

template RepairEnergy repair_voxels(const Device&, const PotentialOf<float>&, const BlockView&,
                                    const FluxView&);
template RepairEnergy repair_voxels(const Device&, const PotentialOf<double>&, const BlockView&,
                                    const FluxView&);

}  // namespace tauvox::rows
