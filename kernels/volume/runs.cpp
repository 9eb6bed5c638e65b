#include "kernels/volume/runs.hpp"

#include <limits>

#include "kernels/base/launch.hpp"
#include "kernels/base/scan.hpp"

namespace tauvox {
namespace {

/// Bits of `mask` whose left neighbour differs; `before` is the mask of the word on the left.
TAUVOX_HD std::uint32_t changes(std::uint32_t mask, std::uint32_t before) {
  return mask ^ (mask << 1 | before >> 31);
}

struct CountRuns {
  UnknownsView set;
  std::int64_t* count;
  TAUVOX_HD void operator()(std::int64_t y, std::int64_t z) const {
    const std::int64_t row = set.row(y, z);
    const UnknownsWord* words = set.words + row * set.words_per_row;
    std::uint32_t before = 0;
    std::int64_t runs = 0;
    for (std::int64_t w = 0; w < set.words_per_row; ++w) {
      const std::uint32_t mask = words[w].mask;
      runs += bit_count(changes(mask, before) & mask);
      before = mask;
    }
    count[row] = runs;
  }
};

struct FindRuns {
  UnknownsView set;
  const std::int64_t* row_start;
  Run* runs;
  TAUVOX_HD void operator()(std::int64_t y, std::int64_t z) const {
    const std::int64_t row = set.row(y, z);
    const UnknownsWord* words = set.words + row * set.words_per_row;
    Run* run = runs + row_start[row];
    std::uint32_t before = 0;
    for (std::int64_t w = 0; w < set.words_per_row; ++w) {
      const std::uint32_t mask = words[w].mask;
      for (std::uint32_t left = changes(mask, before); left; left &= left - 1) {
        const int bit = lowest_bit(left);
        const auto x = static_cast<std::uint32_t>(32 * w + bit);
        if ((mask >> bit) & 1u)
          run->begin = x;
        else
          (run++)->end = x;
      }
      before = mask;
    }
    if (before >> 31) run->end = static_cast<std::uint32_t>(set.extent.nx);  // the row fills its last word
  }
};

}  // namespace

Runs::Runs(const Unknowns& set) : extent_(set.extent()) {
  const Device& device = set.device();
  if (extent_.nx >= std::numeric_limits<std::uint32_t>::max())
    throw Error(ExitCode::input_invalid, "rows are too long", to_string(extent_),
                "at most 2^32 - 2 voxels along x", "swap the axes of the volume, or use --crop");
  const std::int64_t rows = extent_.ny * extent_.nz;
  row_start_ = Buffer<std::int64_t>(device, rows + 1);
  for_each_row(device, extent_, CountRuns{set.view(), row_start_.data()});
  runs_ = Buffer<Run>(device, exclusive_scan(device, row_start_.data(), rows));
  for_each_row(device, extent_, FindRuns{set.view(), row_start_.data(), runs_.data()});
}

std::int64_t Runs::bytes(const Extent& extent, std::int64_t count) {
  return static_cast<std::int64_t>(Buffer<std::int64_t>::bytes(extent.ny * extent.nz + 1) +
                                   Buffer<Run>::bytes(count));
}

}  // namespace tauvox
