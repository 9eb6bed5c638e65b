// Runs of the voxels of a set along x. What is connected with what can be asked of runs instead of voxels,
// and an electrode of porosity 0.4 has one run for 80 voxels.
//
// Bytes: 8 a run and 8 a row. There are at most (nx + 1) / 2 runs in a row.
#pragma once

#include "kernels/volume/unknowns.hpp"

namespace tauvox {

struct Run {
  std::uint32_t begin = 0, end = 0;  // x of its first voxel, and of the one behind its last
};

/// Trivially copyable window on Runs.
struct RunsView {
  const Run* runs = nullptr;  // rows in memory order, each from left to right
  const std::int64_t* row_start =
      nullptr;  // first run of a row; row = y + ny z; one more than there are rows
  Extent extent;

  TAUVOX_HD std::int64_t row(std::int64_t y, std::int64_t z) const { return y + extent.ny * z; }
};

class Runs {
 public:
  /// @throws Error(input_invalid) when a row is longer than 2^32 - 2 voxels
  explicit Runs(const Unknowns& set);

  /// What the device lends for so many runs.
  static std::int64_t bytes(const Extent& extent, std::int64_t count);

  std::int64_t count() const { return runs_.size(); }
  const Device& device() const { return runs_.device(); }
  const Extent& extent() const { return extent_; }
  RunsView view() const { return {runs_.data(), row_start_.data(), extent_}; }

 private:
  Extent extent_;
  Buffer<std::int64_t> row_start_;
  Buffer<Run> runs_;
};

}  // namespace tauvox
