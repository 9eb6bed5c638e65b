// Numbers that a file calls no data are read as any other, and this is said. Internal to io/.
#pragma once

#include <vector>

#include "io/read.hpp"

namespace tauvox::io {

/// Warnings of voxels that have such a number; how many, where labels are the numbers of the file.
void warn_of_no_data(const std::vector<NoData>& claims, const ReadOptions& options, Volume& volume);

}  // namespace tauvox::io
