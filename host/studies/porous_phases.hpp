// Phases with pores that no voxel shows, such as carbon and binder: how much liquid there is in truth, and
// the tortuosity factor by it.
#pragma once

#include "host/studies/materials.hpp"
#include "host/studies/report.hpp"

namespace tauvox {

/// Adds them from effective_value and its uncertainties, in place of what was added before. Nothing where no
/// phase has a porosity.
/// @param free_liquid what liquid conducts by itself, also where the volume has none that is free
void add_liquid(Result& result, const Materials& materials, double free_liquid);

}  // namespace tauvox
