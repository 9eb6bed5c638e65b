// What was found of the pore of an electrode, and the quantities that follow from it.
#pragma once

#include <array>

#include "host/studies/materials.hpp"
#include "host/studies/quantity.hpp"
#include "host/studies/report.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// Re Z(0) and areas are in units of a voxel: of h / (sigma a) and of a, where h is its edge along the
/// thickness, a its face across it, and sigma the largest conductivity.
struct ElectrodeResult {
  Axis axis = Axis::z;
  Status status = Status::failed;
  std::optional<std::string> reason;
  bool connected = false;                             // to the separator, and to something that reacts
  double volume_fraction = 0, mean = 0;               // of all that conducts; sum of eps_p sigma_p / sigma
  double connected_fraction = 0, connected_mean = 0;  // of what is joined to the separator
  std::array<std::int64_t, 3> faces{}, unreached_faces{};  // that react, across z, y, x
  double area = 0;                                         // of `faces`
  std::optional<double> resistance, best_estimate;         // Re Z(0); the second where it did not converge
  std::optional<std::array<double, 2>> resistance_bounds;
  std::optional<double> flux_balance;
  SolverResult solver;
  StageCosts stages;
  double seconds = 0;
};

/// What its numbers are measured in.
struct ElectrodeUnits {
  ElectrodeUnits(const Volume& volume, Axis axis);
  double cells = 1;                             // of the volume along the axis
  double columns = 1;                           // across it
  std::array<double, 3> area_of_face{1, 1, 1};  // across z, y, x, in units of a
  std::optional<double> edge;                   // h, m
};

/// @param conductivity in S/m, of what sigma is
/// @param direct resistance where charge is transferred, as Re Z(0), and its bounds
Result result_of(const ElectrodeResult& found, const ElectrodeUnits& units,
                 const std::optional<double>& conductivity, const std::optional<double>& direct,
                 const std::array<double, 2>& direct_bounds);

/// Their rows.
QuantityDefinitions electrode_quantities();

}  // namespace tauvox
