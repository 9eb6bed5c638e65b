// What studies ask of a volume of which some voxels are outside: they are neither conducting nor counted, and
// what lies there is as unknown as what lies beyond the sides.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "host/studies/phase_sets.hpp"
#include "kernels/geometry/distance.hpp"
#include "kernels/geometry/neighbour_pairs.hpp"
#include "kernels/volume/clusters.hpp"

namespace tauvox {

/// The voxels of the sample as one phase; none where that is all of the volume.
std::optional<PhaseBits> bits_of_sample(const Codes& codes, const Volume& volume);

/// Surfaces per volume of the sample: `all` counts the pairs that lie in it.
void count_in_sample(NeighbourPairs& pairs, const Codes& codes, const Volume& volume);
/// The same by layer across an axis (count_pairs_of_layers).
void count_in_sample(std::vector<NeighbourPairs>& layers, Axis axis, const Codes& codes,
                     const Volume& volume);

/// Clusters beside voxels that are outside touch what is unknown, as those at a side do.
void mark_at_surface(Clusters& clusters, const Runs& runs, const Codes& codes, const Volume& volume);

/// From the voxels of a phase to the others of the sample; 0 outside.
/// @param bits of all phases   @param phase one of them   @param set the same
SquaredDistance distances_in_sample(const Codes& codes, const Volume& volume, const PhaseBits& bits,
                                    int phase, const PhaseSet& set);

/// 1 for each voxel that is outside; empty where none is.
std::vector<std::uint8_t> voxels_outside(const Volume& volume);

}  // namespace tauvox
