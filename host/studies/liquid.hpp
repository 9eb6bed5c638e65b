// Phases with pores that no voxel shows, such as carbon and binder: how much liquid there is in truth, and
// the tortuosity factor by it.
#pragma once

#include "host/studies/parts.hpp"

namespace tauvox {

/// Adds them from effective_value and its uncertainties; what was added before is changed to this free
/// liquid, and keeps what was found of it since: its interval of sampling is not that of D_eff alone. Nothing
/// where no phase has a porosity.
/// @param free_liquid what liquid conducts by itself, also where the volume has none that is free
void add_liquid(Result& result, const Materials& materials, double free_liquid);

/// To the results of transport on each part of a volume: there is more liquid in some than in others.
void add_liquid_on(const std::vector<Box>& parts, const StudyInput& in, double free_liquid,
                   std::vector<std::vector<Result>>& results);

/// The porosities of phases, each once, ascending: of the liquid each stands for what it has more than the
/// one before, in all phases of so much or more. Empty where no phase has one.
std::vector<double> porosities_of(const Materials& materials);

}  // namespace tauvox
