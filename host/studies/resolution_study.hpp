// The study of resolution: solves coarse copies of the volume as well and says what that tells of the result.
#pragma once

#include "host/studies/study.hpp"

namespace tauvox {

/// Shortest axis, unless it is one voxel, that leaves four voxels on the coarsest copy.
inline constexpr std::int64_t least_length = 16;

/// Fills AxisResult::resolution of every result. To be called when the fine solves are over and their buffers
/// gone: the copies take an eighth of that, a throat 4 bytes a voxel.
/// @param results of `study` for `in`
/// @return warnings: throats too narrow for the voxels
std::vector<std::string> study_resolution(const Study& study, const StudyInput& in,
                                          std::vector<AxisResult>& results, const Progress& progress);

}  // namespace tauvox
