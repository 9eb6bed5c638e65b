// The flux inside a block of 2x2x2 voxels: the table of forms against elimination.
#include <gtest/gtest.h>

#include <cmath>

#include "kernels/bound/repair_block.hpp"

namespace tauvox {
namespace {

TEST(Repair, FormsGiveTheEnergyOfEliminationForEveryMask) {
  const double scale[3] = {0.25, 1, 3};
  const std::vector<double> forms = least_energy_forms(scale);
  for (std::uint32_t mask = 0; mask < 256; ++mask) {
    BlockNetwork network;
    network.clear_conductances();
    double first[8];  // rests that are balanced nowhere: elimination leaves them at the first voxels
    for (int s = 0; s < 8; ++s) {
      first[s] = mask >> s & 1u ? std::sin(1.0 + s + 8.0 * mask) : 0;
      network.rest[s] = first[s];
      for (int axis = 0; axis < 3; ++axis)
        if (const int t = s & ~(4 >> axis); t != s && (mask >> s & mask >> t & 1u))
          network.g[s][t] = scale[axis];
    }
    double unbalanced = 0, energy = 0;
    const double eliminated = network.eliminate(mask << 24, unbalanced);
    for (int i = 0; i < 8; ++i)
      for (int j = 0; j < 8; ++j)
        energy += first[i] *
                  forms[static_cast<std::size_t>(64 * mask) + static_cast<std::size_t>(8 * i + j)] * first[j];
    EXPECT_NEAR(energy, eliminated, 1e-13 * (1 + eliminated)) << "mask " << mask;
  }
}

}  // namespace
}  // namespace tauvox
