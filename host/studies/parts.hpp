// A study run on parts of a volume, for what they differ by: how far the volume stands for its electrode.
#pragma once

#include "host/studies/study.hpp"

namespace tauvox {

/// Voxels z,y,x, ends not included.
struct Box {
  std::array<std::int64_t, 3> begin{}, end{};
};

/// The eight that halves of all axes make; of an odd length the upper half is the longer.
std::vector<Box> octants(const Extent& extent);

/// What lies in a box. The codes mean what they mean in `volume`; a label may have lost all its voxels.
/// Bytes: those of the codes in the box.
Volume cut(const Volume& volume, const Box& box);

/// The results of the study on each part, one part after the other on the same device.
std::vector<std::vector<Result>> results_on(const std::vector<Box>& parts, const Study& study,
                                            const StudyInput& in, const Progress& progress);

}  // namespace tauvox
