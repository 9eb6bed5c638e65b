// What is said where rounding leaves nothing of a solve, because voxels conduct too differently.
#pragma once

#include "host/studies/study.hpp"
#include "kernels/base/error.hpp"

namespace tauvox {

/// To be called while `error` is handled. Where it is of the program's own checks, and conductivities and
/// edges of voxels are so far apart that rounding explains it, they are named; else it goes on as it is.
/// @throws Error(input_invalid), or `error`
[[noreturn]] void throw_as_contrast(const Error& error, const StudyInput& in);

}  // namespace tauvox
