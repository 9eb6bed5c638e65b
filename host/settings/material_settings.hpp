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
  bool phases_are_stated = false;                              // by the volume, where the user named none
  std::vector<LabelOrName> phase;                              // what conducts with D0 = 1
  std::vector<std::pair<LabelOrName, double>> conductivity;    // of a label or phase, in `unit`
  std::vector<LabelOrName> reactive;                           // at whose faces ions react
  std::vector<std::pair<LabelOrName, double>> phase_porosity;  // of phases whose pores no voxel shows
  std::vector<std::pair<LabelOrName, double>> capacity;        // of phases: amount per concentration
  double bruggeman = 1.5;                             // exponent of those: they conduct D0 porosity^bruggeman
  std::string law;                                    // conductivity as an expression of the grey value g
  std::string conductivity_table;                     // file of grey values and conductivities
  std::vector<std::pair<double, double>> grey_table;  // its rows, ascending
  const char *phase_option = "--phase", *conductivity_option = "--conductivity";  // named in messages
  std::string unit = "relative";
  bool default_insulating = false;  // labels without a value insulate
  bool allow_absent = false;        // labels that were named need not occur
  /// What conducts follows from grey values, not from labels.
  bool is_grey() const { return !law.empty() || !conductivity_table.empty(); }
};

}  // namespace tauvox
