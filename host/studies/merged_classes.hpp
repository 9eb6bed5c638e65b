// More different conductivities than there are classes: neighbouring ones share a class.
#pragma once

#include <cstddef>
#include <vector>

#include "host/studies/materials.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// Groups of neighbouring values, and the one that stands for each: the middle of its ends, in logarithms.
struct MergedValues {
  std::vector<double> last, standing;  // of each group: its largest value, and what stands for all
  std::size_t group_of(double value) const;
};

/// At most `most` groups whose ends are as near to each other as can be, as ratios; each value by itself
/// where that many suffice.
/// @param values ascending, above 0, each once
MergedValues merged(const std::vector<double>& values, std::size_t most);

/// Classes of the phases' conductivities, at most `most` of them; `mean` is that of the classes.
void assign_classes(Materials& materials, const Volume& volume, std::size_t most);

/// Largest |ln| of a phase's conductivity over that of its class; 0: each class has one conductivity.
double spread_of_classes(const Materials& materials);

}  // namespace tauvox
