// A source whose axes the user names otherwise than the file stores them.
#pragma once

#include <memory>

#include "io/axis_choice.hpp"
#include "io/volume_source.hpp"

namespace tauvox::io {

/// @param of for z, y, x the axis of `source` (0, 1, 2) that it is; steps go with their axis
std::unique_ptr<VolumeSource> turned(std::unique_ptr<VolumeSource> source, const std::array<int, 3>& of);

}  // namespace tauvox::io
