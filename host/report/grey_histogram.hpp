// How often each grey value of a volume occurs, and where Otsu's method cuts.
#pragma once

#include <string>
#include <vector>

#include "io/grey.hpp"

namespace tauvox {

struct GreyShare {
  double least = 0, width = 0, share = 0;  // values from `least` on, of all voxels
};

/// In steps of one width, empty ones too; labels stand for themselves where they are no grey values.
std::vector<GreyShare> shares_of_grey(const Volume& volume, int most_steps);

/// Bars, and the lines that make labels of the values.
/// @pre volume.grey
std::string text_of_grey(const Volume& volume);

}  // namespace tauvox
