// How the axes of an array lie in space, as headers of scans state it. Arrays are read as they are stored:
// what is said here is for the user who meets other axes in the program that wrote the file. Internal to io/.
#pragma once

#include <string>
#include <vector>

namespace tauvox::io {

/// The step along one axis of the array.
struct AxisDirection {
  std::size_t axis;            // 0 for x, 1 for y, 2 for z
  std::vector<double> vector;  // x, y, z of space; any length but 0
};

/// What to say where x, y and z of the array do not lie along x, y and z of space; nothing where two of them
/// are only reversed, which conventions of scans differ in, but that one or three are makes a mirror image.
/// @param source "space directions of the NRRD header": begins what is said
std::vector<std::string> notices_of(const std::string& source, const std::vector<AxisDirection>& directions);

/// Of axes that do not stand at right angles, which no option can settle: the voxels are no boxes.
std::vector<std::string> warnings_of_shear(const std::string& source,
                                           const std::vector<AxisDirection>& directions);

}  // namespace tauvox::io
