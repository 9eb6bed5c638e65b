// From names of phases to labels.
#pragma once

#include <map>

#include "host/settings/material_settings.hpp"

namespace tauvox {

/// @param option named in messages, e.g. "--phase"
/// @throws Error(usage) for a name that is none of the phases, with those there are
std::vector<std::int64_t> labels_of(const LabelOrName& given, const Phases& phases,
                                    const std::string& option);

/// Of every label that --phase or --conductivity, or what stands for them, and --phase-porosity speak of.
/// @throws Error(usage) for a name that is none, and for a label that is spoken of twice; for porosities that
///         are none, and where it is not clear what a free liquid conducts
std::map<std::int64_t, double> given_conductivities(const MaterialSettings& settings);

/// How much of a voxel conducts, for labels that do: what was given, 1 of the others. Nothing without
/// --phase-porosity.   @throws as given_conductivities
std::map<std::int64_t, double> given_porosities(const MaterialSettings& settings);

/// What a voxel holds per concentration, for labels that conduct: what --capacity says, else the porosity of
/// --phase-porosity, else 1.
/// @throws as given_conductivities; Error(usage) for capacities that are none, or of what does not conduct
std::map<std::int64_t, double> given_capacities(const MaterialSettings& settings);

/// D0 of what --phase-porosity names: what all other phases conduct, also where the volume has none of them.
/// 0 without --phase-porosity.   @throws as given_conductivities
double conductivity_of_free_liquid(const MaterialSettings& settings);

/// "0", or "0 (pore)" where it has a name.
std::string label_text(std::int64_t label, const Phases& phases);
/// "pore=0,solid=1+2", as --phases takes it.
std::string phases_text(const Phases& phases);

}  // namespace tauvox
