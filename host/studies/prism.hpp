// Along which axes a sample that is no box has an effective transport.
#pragma once

#include <string>
#include <vector>

#include "kernels/volume/volume.hpp"

namespace tauvox {

/// Whether layers across the axis all have the same section: each line along it lies in the sample as a
/// whole, or outside.
bool is_prism(const Volume& volume, Axis axis);

/// @param otherwise advice where it has none along any
/// @throws Error(input_invalid) where D_eff has no meaning along one of these axes
void check_prism(const Volume& volume, const std::vector<Axis>& axes, const std::string& otherwise = "");

}  // namespace tauvox
