// What a study is asked, in plain values; what conducts it has from its Materials.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernels/base/extent.hpp"

namespace tauvox {

struct StudySettings {
  std::vector<Axis> axes{Axis::z};
  bool periodic_sides = false;
  Axis thickness = Axis::z;       // across which separator and collector face each other
  std::string separator = "low";  // low | high: the end of the thickness that the separator is at
  std::vector<std::int64_t> ionic_labels, electronic_labels;       // what carries ions, and electrons
  std::vector<std::int64_t> reactive_labels;                       // at whose faces ions react
  bool impedance = false;                                          // of an electrode, over the frequency
  std::optional<double> double_layer, charge_transfer_resistance;  // of faces that react: F/m2; ohm m2
  std::optional<double> rve;  // half width over the value, of the volume that is looked for
  std::string boundary = "uptake", time_scheme = "tr-bdf2";  // of a transient
  std::optional<double> end_time, end_seconds, time_step;    // in L^2/D0; s; L^2/D0
  double time_tolerance = 1e-3;                              // of a step, root mean square
  std::string solver = "multigrid";                          // multigrid | jacobi (the reference)
  double tolerance = 1e-4;
  double flux_balance = 0.01;  // relative; largest deviation of the flux through a plane, where it is wanted
  std::int64_t max_iterations = 100000;
  std::string precision = "mixed";                         // mixed: FP32 vectors, FP64 sums; double: all FP64
  std::string electrolyte;                                 // a row of electrolytes(); empty: none
  double temperature = 298.15, salt_concentration = 1000;  // of the electrolyte: K, mol/m3
};

}  // namespace tauvox
