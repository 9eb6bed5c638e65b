// What the labels of a volume are called and what they conduct, as the user says it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "host/settings/phases.hpp"

namespace tauvox {

struct MaterialSettings {
  Phases phases;
  std::vector<LabelOrName> phase;                            // what conducts with D0 = 1
  std::vector<std::pair<LabelOrName, double>> conductivity;  // of a label or phase, in `unit`
  std::vector<LabelOrName> reactive;                         // at whose faces ions react
  const char *phase_option = "--phase", *conductivity_option = "--conductivity";  // named in messages
  std::string unit = "relative";
  bool default_insulating = false;  // labels without a value insulate
  bool allow_absent = false;        // labels that were named need not occur
};

}  // namespace tauvox
