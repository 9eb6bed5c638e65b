// From labels to materials, as the settings say it.
#pragma once

#include "host/settings/material_settings.hpp"
#include "host/studies/materials.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// @throws Error(input_invalid) when a label of the volume has no conductivity, naming it and its fraction,
///         and, unless settings.allow_absent, when a label was named that does not occur, naming those there
///         are; for grey values, what GreyLaw throws, and where a conductivity is negative or no number.
Materials assign_materials(const Volume& volume, const MaterialSettings& settings);

}  // namespace tauvox
