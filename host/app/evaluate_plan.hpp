// What an evaluation will take, before it: `tauvox evaluate --dry-run`.
#pragma once

#include <vector>

#include "host/settings/settings.hpp"
#include "host/studies/materials.hpp"
#include "kernels/base/error.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// Bytes on the host at once, and on the GPU. By what electrodes of 64^3 to 192^3 voxels took
/// (tests/command_line/test_evaluate_plan.py); noise, whose every voxel is a particle, takes more.
struct EvaluationBytes {
  std::int64_t host = 0, gpu = 0;
};
/// @param carriers what carries ions, and electrons
EvaluationBytes bytes_of_evaluation(const Volume& volume, const std::vector<const Materials*>& carriers,
                                    const Settings& settings, const Device& device);

/// Prints them, with time and memory by another evaluation where --calibration names one.
/// @return resources where it does not fit
ExitCode dry_run_of_evaluation(const Volume& volume, const EvaluationBytes& bytes, const Settings& settings,
                               const Device& device);

}  // namespace tauvox
