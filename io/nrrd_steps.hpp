// How far apart a NRRD header says that voxels are: space directions, spacings, or where axes begin and end.
// Internal to io/.
#pragma once

#include "io/array.hpp"
#include "io/text_header.hpp"

namespace tauvox::io {

/// @pre shape and names of the layout are as the file lists the axes, the fastest first
/// @throws Error(input_refused) for numbers that are not as many as the axes
void take_nrrd_steps(const TextHeader& header, ArrayLayout& layout);

}  // namespace tauvox::io
