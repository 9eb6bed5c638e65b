// What the labels of a volume tell of the memory of a run: how many unknowns, runs, clusters and aggregates.
#pragma once

#include <vector>

#include "host/settings/settings.hpp"
#include "host/studies/materials.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// A graph of the multigrid solver. Links are those in rows.
struct LevelContents {
  double nodes = 0, rows = 0, links = 0;
  double most_links() const { return links + 6 * (nodes - rows); }
};

/// Per voxel, so that it says something of other sizes as well. As it stands: the least, whatever the labels.
struct Contents {
  bool cubes = true;                  // voxels
  double runs = 0, clusters = 0;      // of all that conducts
  double unknowns = 0;                // what percolates, along the axis where that is most
  double octets = 0;                  // blocks of 2x2x2 voxels that hold some of it (transport/octets.hpp)
  double room = 0;                    // for links between the aggregates of 2x2x2 voxels, in rows
  std::vector<LevelContents> levels;  // the first of those aggregates (transport/blocks.hpp)
  std::int64_t last_nodes = 0;        // of the last level, in all: more voxels do not make it larger
  bool by_mask = true;                // those aggregates follow from what conducts alone
  std::size_t sets = 1;               // different sets of unknowns among the axes
  std::size_t classes = 1;            // different conductivities; with one, the unknowns say where it is
  int bytes_per_label = 1;            // 2 for more than 256 labels
  std::int64_t labels = 0;            // different ones; 0 where that is not known
  bool share_classes = false;         // conductivities that are more than there are classes
  bool known = false;                 // counted or assumed of labels, not just the least

  /// How many there are, and their width.
  void take_labels(const Volume& volume);
  /// Those of an electrode, of which `share` conducts.
  static Contents typical(double share, std::size_t classes);
  /// More than any volume has of which `share` conducts.
  static Contents most(double share, std::size_t classes);
};

/// Counts them, on the CPU. Levels behind the first are made where there is room for that, and bounded where
/// there is not.
Contents count_contents(const Volume& volume, const Materials& materials, const Settings& settings);
/// Of a look at each label's clusters alone, without a solve.
Contents count_contents_of_labels(const Volume& volume, const Settings& settings);

}  // namespace tauvox
