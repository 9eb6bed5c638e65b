// Which label of a volume conducts how well, and the material class the kernels work with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tauvox {

struct Phase {
  std::int64_t label = 0;
  double conductivity = 0;  // in Materials::unit
  std::int64_t voxels = 0;
  double volume_fraction = 0, porosity = 0, capacity = 1;  // the last two: settings/named_labels.hpp
};

struct Materials {
  std::string unit;                         // "relative", "S/m", ...
  std::optional<double> to_si;              // a value in `unit` times this is one in SI; empty: not known
  std::vector<Phase> phases;                // every label of the volume, ascending
  std::vector<std::uint8_t> class_of_code;  // per code of the volume
  std::vector<double> class_conductivity;   // of classes first_conducting_class, ..., over `largest`
  double largest = 0;                       // largest conductivity of a phase present; 0: all insulate
  double mean = 0;                          // sum of fraction * conductivity / largest over all voxels
  double volume_fraction = 0;               // of everything that conducts
  int conducting_phases = 0;
  std::vector<std::string> warnings;
};

}  // namespace tauvox
