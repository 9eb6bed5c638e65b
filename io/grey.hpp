// Grey values: how often each occurs, and where to cut between them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "io/volume_source.hpp"

namespace tauvox::io {

struct GreyLevel {
  double value = 0;  // or the middle of a step
  std::int64_t voxels = 0;
};

/// What most of an image has: from a tenth of a percent of its voxels to as much below the top, and as wide a
/// range again on either side. A hot voxel does not move it; values beyond count as at its ends.
struct BulkRange {
  double low = 0, high = 0;
};

/// The values that occur, ascending: each by itself where they are no more than 65536, others in as many
/// steps across the bulk and one on either side of it.
struct GreyHistogram {
  std::vector<GreyLevel> levels;
  bool are_labels = true;  // whole numbers, few enough
  bool is_exact = true;    // no steps
  double least = 0, greatest = 0;
};
inline constexpr int grey_steps = 1024;  // of values that are shown as if they were labels

/// Is given values of the element's type, the position of the first and their number.
using ValueVisitor = std::function<void(const void*, std::int64_t, std::int64_t)>;

/// @param visit_all shows all values to what it is given, each time it is called
/// @param nan_is_outside and not counted
/// @throws Error(input_invalid) for other NaN and infinity, and where there is no number
GreyHistogram histogram_of(Element element, const std::string& path,
                           const std::function<void(const ValueVisitor&)>& visit_all,
                           bool nan_is_outside = false);

/// @pre levels are there
BulkRange bulk_of(const std::vector<GreyLevel>& levels);

/// Thresholds that leave the least variance within the classes, each halfway between two levels (Otsu, IEEE
/// Trans. SMC 9 (1979) 62); levels beyond the bulk count as at its ends. Two are sought among 1024 groups of
/// neighbouring levels at most, then among the levels around those found.
/// @param thresholds 1 or 2   @return none where there are too few levels
std::vector<double> otsu(const std::vector<GreyLevel>& levels, int thresholds);

/// "118.5"; "90.5,160.5": all digits, so that they give the same labels again.
std::string text_of_thresholds(const std::vector<double>& thresholds);

/// Whether neighbours differ as in an image and not as in regions of labels: more than 16 values, and more
/// than half of the pairs along x differ.
bool looks_grey(const Volume& volume);

/// Of the voxels that count.   @pre the labels of the volume are grey values
std::vector<GreyLevel> levels_of(const Volume& volume, CountedVoxels counted = {});

}  // namespace tauvox::io
