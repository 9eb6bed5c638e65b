// A byte of each voxel of a set, and the numbers that it stands for.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/volume/unknowns.hpp"

namespace tauvox {

/// kind_of_code[code] of each voxel, in the order in which they are numbered.
Buffer<std::uint8_t> kinds_of(const Codes& codes, const Unknowns& set,
                              const std::vector<std::uint8_t>& kind_of_code);

/// table[kind] of each voxel. Bytes: 8 each.
Buffer<double> values_of_kinds(const Buffer<std::uint8_t>& kind, const std::vector<double>& table);

}  // namespace tauvox
