// Numbers that a file calls no data are read as any other, and this is said. Internal to io/.
#pragma once

#include <vector>

#include "io/read.hpp"
#include "io/volume_source.hpp"

namespace tauvox::io {

/// How many voxels have such a number in the file, whatever becomes of it by filters and thresholds.
class NoDataCounter {
 public:
  /// @param counted voxels that are of the sample; empty: all
  NoDataCounter(const std::vector<NoData>& claims, const ReadOptions& options, CountedVoxels counted);
  /// @param values of the file, from voxel `first` on; each voxel once
  void add(Element element, const void* values, std::int64_t first, std::int64_t count);
  const std::vector<NoData>& claims() const { return claims_; }
  std::int64_t voxels(std::size_t claim) const { return voxels_[claim]; }

 private:
  const std::vector<NoData>& claims_;
  CountedVoxels counted_;
  std::optional<double> outside_;  // of the numbers of the file, where they are the labels
  std::vector<std::int64_t> voxels_;
};

/// Warnings of voxels that have such a number, and how many.
void warn_of_no_data(const NoDataCounter& found, const ReadOptions& options, Volume& volume);

}  // namespace tauvox::io
