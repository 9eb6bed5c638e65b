#include "host/app/contents.hpp"

#include <algorithm>
#include <set>

#include "host/solve/multigrid.hpp"
#include "host/studies/examined_labels.hpp"
#include "host/studies/percolating.hpp"
#include "host/studies/wrapped.hpp"
#include "kernels/base/find_device.hpp"
#include "kernels/base/host_memory.hpp"
#include "kernels/volume/codes.hpp"

namespace tauvox {
namespace {

// Levels behind the first have at most so many nodes, and links, as the first has, times its nodes per
// unknown: 1.0 to 1.88 were measured on pores, solids and both of electrodes of porosity 0.2 to 0.6, site
// percolation at 0.34 and 0.6, layers and checkerboards, 64^3 and 128^3.
constexpr double coarse_share = 1.9;

/// The first level, and `others` times as much as all behind it. A last one without nodes makes the others
/// one that is repaired and stored, as it takes most.
std::vector<LevelContents> first_and_others(const LevelContents& first, double others) {
  return {first, {others * first.nodes, others * first.nodes, others * first.most_links()}, {}};
}

/// Adds what one axis has to what others have: the larger counts.
void take_larger(Contents& most, const Contents& here) {
  most.unknowns = std::max(most.unknowns, here.unknowns);
  most.octets = std::max(most.octets, here.octets);
  most.room = std::max(most.room, here.room);
  most.last_nodes = std::max(most.last_nodes, here.last_nodes);
  most.by_mask = most.by_mask && here.by_mask;
  if (most.levels.size() < here.levels.size()) most.levels.resize(here.levels.size());
  for (std::size_t l = 0; l < here.levels.size(); ++l) {
    most.levels[l].nodes = std::max(most.levels[l].nodes, here.levels[l].nodes);
    most.levels[l].rows = std::max(most.levels[l].rows, here.levels[l].rows);
    most.levels[l].links = std::max(most.levels[l].links, here.levels[l].links);
  }
}

/// What the solver makes of a problem.
Contents contents_of(const Problem& problem) {
  const TransportOperator<float> A(problem);
  const Device& device = A.device();
  const auto per_voxel = [&](std::int64_t count) {
    return static_cast<double>(count) / static_cast<double>(A.extent().voxels());
  };
  std::int64_t nodes = 0, rows = 0, room = 0;
  Contents found;
  {
    const Blocks blocks = aggregate_voxels(device, A.medium());
    nodes = blocks.nodes;
    const auto counted = count_rows(device, A.medium(), blocks, dense_nodes);
    rows = counted[0], room = counted[1];
    found.by_mask = blocks.view().all_links_join();
  }
  found.unknowns = per_voxel(A.unknowns());
  found.octets = per_voxel(A.octets()->count());
  found.room = per_voxel(room);
  if (Graph::bytes(nodes, rows, room) + Graph::bytes_to_make(nodes, rows, room, room) <
      host_memory().available / 2) {
    const Hierarchy hierarchy(device, A.medium());
    for (const Graph& graph : hierarchy.levels())
      found.levels.push_back({per_voxel(graph.nodes), per_voxel(graph.rows()), per_voxel(graph.links())});
    found.last_nodes = hierarchy.levels().back().nodes;
  } else {
    found.levels = first_and_others({per_voxel(nodes), per_voxel(rows), found.room},
                                    coarse_share * per_voxel(nodes) / found.unknowns);
    found.last_nodes = dense_nodes;
  }
  return found;
}

}  // namespace

void Contents::take_labels(const Volume& volume) {
  bytes_per_label = std::holds_alternative<LabelArray<std::uint16_t>>(volume.codes) ? 2 : 1;
  labels = static_cast<std::int64_t>(volume.labels.size());
  const std::array<double, 3> edge = volume.spacing();
  cubes = edge[0] == edge[1] && edge[1] == edge[2];
}

Contents Contents::typical(double share, std::size_t classes) {
  Contents c;
  c.runs = std::min(share, 1.0 / 8);  // 1/80 in electrodes
  c.unknowns = share;
  c.octets = std::min(1.0, 1.2 * share) / 8;  // 1.16 in an electrode of 128^3, less in larger ones
  const double aggregates = 0.16 * share;
  const double rows = classes <= 1 ? 0.15 * aggregates : aggregates;  // 0.11 and 0.15 in electrodes
  c.room = 6 * rows;
  c.levels = first_and_others({aggregates, rows, c.room}, 0.3);
  c.last_nodes = dense_nodes;
  c.by_mask = classes <= 1;
  c.classes = classes;
  c.known = true;
  return c;
}

Contents Contents::most(double share, std::size_t classes) {
  Contents c = typical(share, classes);
  c.runs = c.clusters = std::min(share, 0.5);
  c.octets = std::min(1.0, 8 * share) / 8;
  const double aggregates = 0.5 * share;  // 0.45 was the most that was measured, of noise near percolation
  c.room = 8 * aggregates;
  c.levels = first_and_others({aggregates, aggregates, c.room}, 1);
  c.by_mask = false;
  c.sets = 3;
  return c;
}

Contents count_contents(const Volume& volume, const Materials& materials, const Settings& settings) {
  const Device device = cpu_device(settings.threads);
  const auto held = std::make_shared<const Codes>(device, volume);
  const Codes& codes = *held;
  const auto per_voxel = [&](std::int64_t count) {
    return static_cast<double>(count) / static_cast<double>(volume.extent.voxels());
  };
  std::int64_t runs = 0, clusters = 0;
  {
    const Runs found(unknowns_of(codes, conducting_codes(materials)));
    runs = found.count();
    for (const Axis axis : settings.axes) {
      const std::array<bool, 3> joined = Sides::between_plates(axis, settings.periodic_sides).joined();
      clusters = std::max(clusters, find_clusters(found, joined).count());
      if (!settings.periodic_sides) break;  // all axes have the same
    }
  }
  Contents c;
  if (settings.study == "tensor") {
    const Wrapped wrapped = find_wrapped(codes, materials);
    if (wrapped.unknowns) take_larger(c, contents_of(problem_of(wrapped, held, materials, volume.spacing())));
    c.sets = wrapped.unknowns ? 1 : 0;
  } else {
    std::set<const Unknowns*> sets;
    for (const Percolating& axis :
         find_percolating(codes, materials, settings.axes, settings.periodic_sides)) {
      if (!axis.unknowns) continue;
      sets.insert(axis.unknowns.get());
      take_larger(c, contents_of(problem_between_plates(axis, held, materials, volume.spacing())));
    }
    c.sets = sets.size();
  }
  c.runs = per_voxel(runs);
  c.clusters = per_voxel(clusters);
  c.classes = materials.class_conductivity.size();
  c.take_labels(volume);
  c.known = true;
  return c;
}

Contents count_contents_of_labels(const Volume& volume, const Settings& settings) {
  const Device device = cpu_device(settings.threads);
  const Codes codes(device, volume);
  std::int64_t runs = 0, clusters = 0;
  for (std::size_t code = 0; code < std::min(volume.labels.size(), examined_labels); ++code) {
    std::vector<std::uint8_t> set(volume.codes_there_are());
    set[code] = 1;
    const Runs found(unknowns_of(codes, set));
    runs = std::max(runs, found.count());
    clusters = std::max(clusters, find_clusters(found).count());
  }
  Contents c;
  c.runs = static_cast<double>(runs) / static_cast<double>(volume.extent.voxels());
  c.clusters = static_cast<double>(clusters) / static_cast<double>(volume.extent.voxels());
  c.sets = 0;
  c.take_labels(volume);
  c.known = true;
  return c;
}

}  // namespace tauvox
