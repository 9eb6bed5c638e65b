// A bound on the energy of a sum of potentials, each of which was found for itself.
#pragma once

#include "host/solve/solver.hpp"

namespace tauvox {

/// Of the problem that imposes `a` times the gradients of one solver's and `b` times those of another with
/// the same matrix, by the same sum of their potentials, in FP64: nothing is solved.
/// @pre both have been minimised; joined sides and walls alone, no load
EnergyBounds bounds_of_sum(double a, const Solver& first, double b, const Solver& second);

}  // namespace tauvox
