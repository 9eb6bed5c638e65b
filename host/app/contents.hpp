// What the labels of a volume tell of the memory of a run: how many unknowns, runs, clusters and aggregates.
#pragma once

#include "host/settings/settings.hpp"
#include "host/studies/phases.hpp"

namespace tauvox {

/// Per voxel, so that it says something of other sizes as well. As it stands: the least, whatever the labels.
struct Contents {
  double runs = 0, clusters = 0;    // of all that conducts
  double unknowns = 0;              // what percolates, along the axis where that is most
  double aggregates = 0, room = 0;  // of 2x2x2 voxels (transport/blocks.hpp), and for links between them
  double links = 0;                 // between them
  double coarse_nodes = 0, coarse_links = 0;  // of all levels behind
  std::size_t sets = 1;                       // different sets of unknowns among the axes
  std::size_t classes = 1;  // different conductivities; with one, the unknowns say where it is
  int bytes_per_label = 1;  // 2 for more than 256 labels
  bool known = false;       // counted or assumed of labels, not just the least

  /// Those of an electrode, of which `share` conducts.
  static Contents typical(double share, std::size_t classes);
  /// More than any volume has of which `share` conducts.
  static Contents most(double share, std::size_t classes);
};

/// Counts them, on the CPU. Levels behind the first are made where there is room for that, and bounded where
/// there is not.
Contents count_contents(const Volume& volume, const Materials& materials, const Settings& settings);

}  // namespace tauvox
