// Octants that are copies of each other are no samples: a volume that was mirrored or tiled holds one of
// them.
#pragma once

#include <string>

#include "kernels/volume/volume.hpp"

namespace tauvox {

/// Why the octants say nothing of how far the volume stands for its electrode, where one is a copy of
/// another, as it is or mirrored along any axes; empty where none is. Of an odd length the octants have what
/// is left without one of the layers in the middle. An octant of one class alone is no copy where others have
/// more: it may well be what the structure is like there. Where all have one class alone there is no
/// structure in them, and nothing is known either.
/// @param class_of_code what counts as equal; empty: labels
std::string copies_among_octants(const Volume& volume, const std::vector<std::uint8_t>& class_of_code = {});

}  // namespace tauvox
