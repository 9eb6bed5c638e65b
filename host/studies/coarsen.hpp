// Copies of a volume with larger voxels, for the study of resolution.
//
// A copy covers exactly the same box: n voxels of an axis become n' = n / factor, rounded, each n / n' as
// long, so that odd lengths are neither cropped nor padded. An axis of one voxel stays as it is.
#pragma once

#include <vector>

#include "host/studies/materials.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// How a coarse voxel gets its label.
enum class CoarseRule {
  sample,        // of the voxel nearest to its centre (the lower one of two): keeps the volume fractions
  sample_upper,  // the upper one of two: what `sample` is of the volume seen from its other corner
  vote  // most frequent in its block; ties in turn, by x + y + z: whichever was fixed would gain volume
};

/// What votes are counted for, by code: labels of one kind count together, ties go in the order of kinds.
/// What conducts alike is one thing to transport, into however many labels it was parted and whatever they
/// are.
using Kinds = std::vector<std::uint8_t>;

/// Shape of the copy.
Extent coarse_extent(const Extent& extent, int factor);

/// How much larger its voxels are: the mean, geometric, over the axes that have more than one voxel.
double refinement(const Extent& fine, const Extent& coarse);

/// The copy; the codes mean what they mean in `volume`, a label may have lost all its voxels. Bytes: those of
/// the codes over factor^3.   @pre factor is 2 or 4
/// @param kinds for a vote: a coarse voxel gets the first code of the kind; empty: each code is one
Volume coarsen(const Volume& volume, int factor, CoarseRule rule, const Kinds& kinds = {});

/// The same conductivities with the volume fractions of the copy.
Materials materials_of(const Volume& coarse, const Materials& fine);

}  // namespace tauvox
