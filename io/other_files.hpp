// What reading opens besides the file that is named.
#pragma once

#include <string>
#include <vector>

#include "io/read.hpp"

namespace tauvox::io {

/// The other files that the file at `path` names, as reading with these options opens them; no voxel is read.
/// @throws what describe_volume throws
std::vector<std::string> other_files(const std::string& path, const ReadOptions& options);

}  // namespace tauvox::io
