// What was found of the tensor of a repeated volume, and the quantities that follow from it.
#pragma once

#include "host/studies/materials.hpp"
#include "host/studies/principal.hpp"
#include "host/studies/report.hpp"
#include "kernels/volume/wrapping.hpp"

namespace tauvox {

/// The solver's part. `tensor` is D over the largest phase value.
struct TensorResult {
  Status status = Status::failed;
  std::optional<std::string> reason;  // why nothing wraps, not converged or failed
  std::string remark = {};            // on a result that stands
  Windings windings;                  // of what conducts
  double wrapping_volume_fraction = 0;
  double mean = 0;  // conductivity over all voxels, over the largest
  SymmetricIntervals tensor;
  SolverResult solver;
  StageCosts stages;
  double seconds = 0;
};

QuantityDefinitions tensor_quantities();

/// @param spacing, extent of the volume  @param through across which the thickness is
Result result_of(const TensorResult& found, const Materials& materials, const Extent& extent,
                 const std::array<double, 3>& spacing, Axis through);

}  // namespace tauvox
