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

/// The values that occur, ascending. Those of 8 and 16 bits, and whole numbers that are few enough to be
/// labels, each by itself; others in steps of one size.
struct GreyHistogram {
  std::vector<GreyLevel> levels;
  bool are_labels = true;
  double least = 0, step = 0;  // of the steps
  bool is_coarse = false;      // different values of many voxels are in one step: others lie far away
};
inline constexpr int grey_steps = 1024;

/// Is given values of the element's type, the position of the first and their number.
using ValueVisitor = std::function<void(const void*, std::int64_t, std::int64_t)>;

/// @param visit_all shows all values to what it is given; called up to twice
/// @throws Error(input_invalid) for NaN and infinity
GreyHistogram histogram_of(Element element, const std::string& path,
                           const std::function<void(const ValueVisitor&)>& visit_all);

/// Thresholds that leave the least variance within the classes, each halfway between two levels (Otsu, IEEE
/// Trans. SMC 9 (1979) 62). Two are sought among 1024 groups of neighbouring levels at most.
/// @param thresholds 1 or 2   @return none where there are too few levels
std::vector<double> otsu(const std::vector<GreyLevel>& levels, int thresholds);

/// "118.5"; "90.5,160.5"
std::string text_of_thresholds(const std::vector<double>& thresholds);

/// Whether neighbours differ as in an image and not as in regions of labels: more than 16 values, and more
/// than half of the pairs along x differ.
bool looks_grey(const Volume& volume);

/// @pre the labels of the volume are grey values
std::vector<GreyLevel> levels_of(const Volume& volume);

}  // namespace tauvox::io
