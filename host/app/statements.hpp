// What a volume states of its labels and its origin: names of phases are used where the user gives none.
#pragma once

#include "host/settings/settings.hpp"

namespace tauvox {

/// Before anything is looked up by the name of a phase: takes the history, and those that the file states for
/// those of
/// --phases, unless the user gives some, or its values become other labels. Then names that are none, and
/// labels given twice, are refused before the voxels are read.
/// @throws Error(usage)
void take_statements(const io::VolumeDescription& file, Settings& s);

/// Once the labels are known: leaves out what does not occur, unless the user named it, and says among the
/// notices and warnings of the volume what became of all that the file states of its labels.
void settle_statements(const io::VolumeDescription& file, Settings& s, Volume& volume);

}  // namespace tauvox
