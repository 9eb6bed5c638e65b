// Effective transport with the conductivity that each voxel has, however many different ones there are.
//
// The solver knows 254 classes. Where neighbouring conductivities share one, it solves a problem next to the
// one that was asked for, and what it found bounds that as well (true_energy.hpp).
#pragma once

#include "host/studies/study.hpp"

namespace tauvox {

/// @pre, @throws as effective_transport
Report transport(const StudyInput& in, const FieldSink& sink, const Progress& progress);

}  // namespace tauvox
