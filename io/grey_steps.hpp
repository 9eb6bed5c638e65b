// Fractions, for a law of grey values: which of them count as one value.
#pragma once

#include "io/grey.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox::io {

/// Where values are cut into labels.
struct ValueCuts {
  std::vector<double> at{};            // ascending
  std::vector<std::int64_t> labels{};  // of what lies between, ascending; empty: 0, 1, 2, ...
};

/// Up to 65535 values are each itself. More lie in equal steps, from the least value to the greatest; where
/// single values far away would leave few steps for all others, in steps that are as fine as those need, of
/// which the ones that occur have labels. Sets the scale of grey values, and says what was done.
/// @param visit_all   shows the values that count, each time it is called
/// @throws Error(input_invalid) where FP64 cannot tell the steps apart
ValueCuts fine_steps(const GreyHistogram& histogram, Element element,
                     const std::function<void(const ValueVisitor&)>& visit_all, Volume& volume);

/// Whether fine_steps took every value of the volume for itself.   @pre volume.grey, by fine_steps
bool is_each_by_itself(const Volume& volume);

/// Of grey values that are shown, or taken, as if they were labels: `count` equal steps.
std::vector<double> steps_across(const BulkRange& range, int count, Volume& volume);

}  // namespace tauvox::io
