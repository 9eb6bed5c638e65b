// Which voxels belong together: the aggregates of graph.hpp on level 0.
#include "kernels/transport/blocks.hpp"

#include <array>

#include "kernels/base/scan.hpp"
#include "kernels/transport/strength.hpp"

namespace tauvox {
namespace {

/// The four bits of `words` that a block has in its rows, as the mask of the block.
TAUVOX_HD std::uint32_t block_mask(const UnknownsView& active, std::int64_t bx, std::int64_t by,
                                   std::int64_t bz) {
  std::uint32_t mask = 0;
  const std::int64_t x = 2 * bx;
  for (int dz = 0; dz < 2; ++dz)
    for (int dy = 0; dy < 2; ++dy) {
      const std::int64_t y = 2 * by + dy, z = 2 * bz + dz;
      if (y < active.extent.ny && z < active.extent.nz)
        mask |= ((active.word(x, y, z).mask >> (x & 31)) & 3u) << (4 * dz + 2 * dy);
    }
  return mask;
}

/// All links count: the aggregates follow from the mask alone, by a table.
struct ByMask {
  UnknownsView active;
  const std::uint8_t* sets_of_mask;
  Extent lattice;
  std::uint8_t* masks;
  std::uint32_t* sets;
  TAUVOX_HD void operator()(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    const std::int64_t b = bx + lattice.nx * (by + lattice.ny * bz);
    const std::uint32_t mask = block_mask(active, bx, by, bz);
    masks[b] = static_cast<std::uint8_t>(mask);
    sets[b] = sets_of_mask[mask];
  }
};

/// Code and number of sets of each of the 256 masks.
void make_mask_tables(std::vector<std::uint32_t>& code, std::vector<std::uint8_t>& sets) {
  for (std::uint32_t mask = 0; mask < 256; ++mask) {
    SmallSets small;
    for (int s = 0; s < 8; ++s)
      for (const int bit : {1, 2, 4})
        if (!(s & bit) && ((mask >> s) & (mask >> (s | bit)) & 1u)) small.join(s, s | bit);
    int count = 0;
    code.push_back(small.code(mask, count));
    sets.push_back(static_cast<std::uint8_t>(count));
  }
}

struct CountNodes {
  const std::uint32_t* sets;
  TAUVOX_HD Sums<1> operator()(std::int64_t b) const { return {{static_cast<double>(sets[b])}}; }
};

}  // namespace

Blocks aggregate_voxels(const Device& device, const Medium<float>& medium) {
  Blocks blocks;
  blocks.lattice = medium.active.extent.halved();
  const std::int64_t count = blocks.lattice.voxels();
  Buffer<std::uint32_t> first_node(device, count + 1);
  // One conducting class on voxels not too flat: every link is strong.
  const auto [least, most] = std::minmax({medium.scale[0], medium.scale[1], medium.scale[2]});
  if (medium.one_class && least > strong_share * most) {
    std::vector<std::uint32_t> codes;
    std::vector<std::uint8_t> sets;
    make_mask_tables(codes, sets);
    blocks.masks = Buffer<std::uint8_t>(device, count);
    blocks.code_of_mask = Buffer<std::uint32_t>(device, 256);
    blocks.code_of_mask.copy_from(codes);
    Buffer<std::uint8_t> sets_of_mask(device, 256);
    sets_of_mask.copy_from(sets);
    for_each_cell(
        device, blocks.lattice,
        ByMask{medium.active, sets_of_mask.data(), blocks.lattice, blocks.masks.data(), first_node.data()});
  } else {
    blocks.codes = Buffer<std::uint32_t>(device, count);
    blocks.codes.zero();  // of blocks without an octet
    first_node.zero();
    plain::run(device, ByStrength{medium, blocks.lattice, blocks.codes.data(), first_node.data()},
               KernelForm::tuned);
  }
  if (8 * count > std::int64_t{0xffffffff})  // a running total cannot say whether
    blocks.nodes =
        static_cast<std::int64_t>(sum_over_indices<1>(device, count, CountNodes{first_node.data()})[0]);
  if (blocks.nodes > std::int64_t{0xffffffff})
    throw Error(ExitCode::input_invalid, "volume is too large for the multigrid solver", "",
                std::to_string(blocks.nodes) + " aggregates", "at most 2^32 can be numbered; use --crop");
  blocks.nodes = exclusive_scan(device, first_node.data(), count);
  blocks.first_node = std::make_shared<Buffer<std::uint32_t>>(std::move(first_node));
  return blocks;
}

}  // namespace tauvox
