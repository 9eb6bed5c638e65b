// What published fits say of electrolytes, and what a volume makes of it: conductivity and salt diffusivity.
#pragma once

#include <string>
#include <vector>

#include "host/settings/study_settings.hpp"
#include "host/studies/materials.hpp"
#include "host/studies/report.hpp"

namespace tauvox {

/// Fits of one publication; c in mol/L, T in K.
struct Electrolyte {
  std::string name, meaning, citation;
  double least_temperature, most_temperature;      // K; that the measurements cover
  double least_concentration, most_concentration;  // mol/L
  double (*conductivity)(double c, double T);      // S/m
  double (*diffusivity)(double c, double T);       // of the salt, m2/s
};
const std::vector<Electrolyte>& electrolytes();

/// The one that the settings name.
/// @throws Error(usage) where there is none, or it was not measured at that temperature or concentration
const Electrolyte& electrolyte_of(const StudySettings& settings);
/// @throws Error(usage) for a temperature or concentration of no electrolyte
void check_has_electrolyte(const StudySettings& settings);
/// "LiPF6 in ... at 298.15 K and 1000 mol/m3: kappa = 0.949 S/m, D = 1.8e-10 m2/s (citation)", and what D0 is
/// where that is not the electrolyte
std::string text_of_electrolyte(const StudySettings& settings, const Materials& materials);

/// Definitions of what `add_electrolyte` fills.
QuantityDefinitions electrolyte_quantities();
/// Adds them from effective_value, relative to the electrolyte, and its uncertainties, in place of what was
/// added before. Nothing where the settings name no electrolyte.
void add_electrolyte(Result& result, const StudySettings& settings);

}  // namespace tauvox
