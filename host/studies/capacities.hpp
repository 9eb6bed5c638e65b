// What voxels hold per concentration in a transient, where that differs between phases.
#pragma once

#include "host/studies/study.hpp"
#include "kernels/transport/problem.hpp"

namespace tauvox {

/// Gives the problem kinds of unknowns and their weights; none where all hold 1.
/// @throws Error(input_invalid) where more differ than a byte tells apart
void set_capacities(Problem& problem, const Codes& codes, const Volume& volume, const Materials& materials);

/// Which phase has which; nothing where all hold 1.
std::string text_of_capacities(const StudyInput& in);

}  // namespace tauvox
