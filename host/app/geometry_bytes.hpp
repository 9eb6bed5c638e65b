// What the studies of geometry hold beside the labels.
#pragma once

#include <cstdint>
#include <string>

namespace tauvox {

/// By what electrodes of 64^3 to 176^3 voxels took, cubes and flat ones
/// (tests/command_line/test_geometry_plan.py); 0 for studies that solve.
/// @param cubes whether the voxels are: of others the squares of distances are no small integers
std::int64_t bytes_of_geometry(const std::string& study, std::int64_t voxels, bool cubes);

}  // namespace tauvox
