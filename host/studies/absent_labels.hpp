// Labels that were named and do not occur: a slip as a rule, of the pen or of an export that writes 255
// for 1. A number made from it would look like an answer.
#pragma once

#include "host/settings/material_settings.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// "0 (pore, 12.5 % of the voxels)"
std::string share_text(std::int64_t label, double fraction, const Phases& phases);

/// The labels of the volume, the first twenty of them: "the volume has 0 (...), 1 (...)".
std::string labels_there_are(const Volume& volume, const Phases& phases);

/// Compares all labels that --phases, --phase and --conductivity name with those of the volume.
/// @return with settings.allow_absent a warning for each label that does not occur
/// @throws Error(input_invalid) without, naming the labels there are
std::vector<std::string> check_named_labels(const Volume& volume, const MaterialSettings& settings);

}  // namespace tauvox
