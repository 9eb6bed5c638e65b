// Effective transport with the conductivity that each voxel has, however many different ones there are.
//
// The solver knows 254 classes. Where neighbouring conductivities share one, it solves a problem next to the
// one that was asked for, and its potential u and repaired flux j, which leaves no voxel more than enters it,
// are a potential and a flux of that one as well (Dirichlet and Thomson; g is what a face conducts, q by the
// classes):
//
//   D <= E_g(u) = sum g d^2,   E_g(u) - D <= sum (j - g d)^2 / g <= (sqrt(sum (q - g)^2 d^2 / g) + sqrt(e^s
//   B))^2
//
// with B = sum (j - q d)^2 / q, the width of the solver's own bound, and s the largest |ln(q/g)|. Of second
// order in what merging changes. Besides, D is monotone and homogeneous in the conductivities: |ln(D_q/D)| <=
// s.
#pragma once

#include "host/studies/study.hpp"

namespace tauvox {

/// @pre, @throws as effective_transport
Report transport(const StudyInput& in, const FieldSink& sink, const Progress& progress);

}  // namespace tauvox
