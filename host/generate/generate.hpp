// Volumes made in the program: a packed electrode and named test shapes. The same seed makes the same bytes
// on every machine: random numbers come from a counter (Philox), geometry is integer arithmetic.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/volume/volume.hpp"

namespace tauvox {

struct GenerateSettings {
  std::string shape = "electrode";                  // a name from generators()
  std::array<std::int64_t, 3> size{128, 128, 128};  // voxels, z, y, x
  double porosity = 0.4;  // electrode: fraction of pore (label 0), met to half a voxel
  double binder = 0.08;   // electrode: target fraction of carbon-binder (label 2)
  std::uint64_t seed = 1;
  std::array<double, 2> diameter{0.10, 0.25};  // electrode: particle diameters, fraction of the smallest edge
  double fraction = 0.4;     // lattices: of the inclusion (label 1); channel, site-percolation: of the pore
  double voxel_size = 4e-7;  // m
};

/// Name and one-line meaning of each shape, the options that it heeds besides its size and the voxel size,
/// and what its labels 0, 1, ... are; no names where they are nothing in particular.
struct Generator {
  std::string name, meaning;
  std::vector<std::string> options;
  std::vector<std::string> phases;
};
const std::vector<Generator>& generators();

/// Names of the labels that a volume of this shape has, as --phases takes them; "" for none.
std::string phases_of(const std::string& shape, const Volume& volume);

/// @throws Error(usage) for an unknown shape (the valid ones listed), a size or a voxel size out of range
void check(const GenerateSettings& settings);

/// Electrode: labels 0 pore, 1 active material, 2 carbon-binder. The geometry is defined in units of the
/// smallest edge, so another size re-rasterises the same structure.
/// @throws Error(usage) as check() does, and for a porosity that cannot be met.
Volume generate(const GenerateSettings& settings);

}  // namespace tauvox
