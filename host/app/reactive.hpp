// What reacts, of an electrode.
#pragma once

#include <string>
#include <vector>

#include "host/settings/settings.hpp"
#include "host/studies/materials.hpp"
#include "host/studies/study.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// Labels that were named, where the study asks for that; of grey volumes it may be left open.
/// @throws Error(usage) where it was not said, would conduct as well, or is for an impedance that is not
/// asked for
void resolve_reactive(Settings& settings, const Study& study);

/// @throws Error(usage) where grey values that are fractions were named
void check_reactive_have_names(const Settings& settings, const Volume& volume);

/// Of a grey volume: what was named, else all that insulates.
/// @return notices
/// @throws Error(usage, input_invalid) where it conducts, or there is nothing
std::vector<std::string> take_reactive_grey_values(Settings& settings, const Volume& volume,
                                                   const Materials& materials);

}  // namespace tauvox
