// What an evaluation will take, before it: `tauvox evaluate --dry-run`.
#pragma once

#include "host/app/evaluate_folder.hpp"
#include "host/settings/settings.hpp"
#include "kernels/base/error.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// Bytes on the host at once, and on the GPU. By what electrodes of 64^3 to 192^3 voxels took
/// (tests/command_line/test_evaluate_plan.py); noise, whose every voxel is a particle, takes more.
struct EvaluationBytes {
  std::int64_t host = 0, gpu = 0;
};
EvaluationBytes bytes_of_evaluation(const Volume& volume, const CarrierMaterials& carriers,
                                    const Settings& settings, const Device& device);

/// Prints them and what the outputs take, with time and memory by another evaluation where --calibration
/// names one.
/// @return resources where it does not fit, output where the disk is too full
ExitCode dry_run_of_evaluation(const Volume& volume, const EvaluationBytes& bytes, const Settings& settings,
                               const Device& device, const CarrierMaterials& carriers);

}  // namespace tauvox
