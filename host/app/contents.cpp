#include "host/app/contents.hpp"

#include <algorithm>
#include <set>

#include "host/solve/multigrid.hpp"
#include "host/studies/percolating.hpp"
#include "kernels/volume/class_field.hpp"

namespace tauvox {
namespace {

int width_of(const Volume& volume) {
  return std::holds_alternative<std::vector<std::uint16_t>>(volume.codes) ? 2 : 1;
}

// Levels behind the first have at most so many nodes, and links, as the first has, times its nodes per
// unknown: 1.0 to 1.88 were measured on pores, solids and both of electrodes of porosity 0.2 to 0.6, site
// percolation at 0.34 and 0.6, layers and checkerboards, 64^3 and 128^3.
constexpr double coarse_share = 1.9;

/// Of the multigrid solver along one axis.
struct Levels {
  std::int64_t aggregates = 0, room = 0, links = 0, coarse_nodes = 0, coarse_links = 0;

  void bound_the_others(std::int64_t unknowns) {
    const double share = coarse_share * static_cast<double>(aggregates) / static_cast<double>(unknowns);
    links = room;
    coarse_nodes = static_cast<std::int64_t>(share * static_cast<double>(aggregates));
    coarse_links = static_cast<std::int64_t>(share * static_cast<double>(room));
  }
  void count_the_others(const std::vector<Graph>& levels) {
    links = levels.front().links();
    for (std::size_t l = 1; l < levels.size(); ++l) {
      coarse_nodes += levels[l].nodes;
      coarse_links += levels[l].links();
    }
  }
  std::int64_t bytes_to_make() const {
    return Graph::bytes(aggregates, room) + Graph::bytes_to_make(aggregates, room);
  }
};

Levels levels_of(const Codes& codes, const Volume& volume, const Materials& materials,
                 const Percolating& axis) {
  Problem problem;
  problem.unknowns = axis.unknowns;
  problem.conductivity = materials.class_conductivity;
  problem.sides = Sides::between_plates(axis.axis, axis.joined != std::array<bool, 3>{});
  problem.spacing = volume.voxel_size.value_or(std::array{1.0, 1.0, 1.0});
  problem.unit_axis = axis.axis;
  if (!problem.one_class()) {
    auto classes = std::make_shared<Field<std::uint8_t>>();
    set_classes(*classes, codes, *axis.unknowns, materials.class_of_code);
    set_class_halo(*classes, problem.sides);
    problem.classes = classes;
  }
  const Device& device = codes.device();
  const TransportOperator<float> A(problem);
  Levels found;
  {
    const Blocks blocks = aggregate_voxels(device, A.medium());
    found.aggregates = blocks.nodes;
    found.room = count_links(device, A.medium(), blocks);
  }
  if (found.bytes_to_make() < host_memory().available / 2)
    found.count_the_others(Hierarchy(device, A.medium()).levels());
  else
    found.bound_the_others(axis.unknowns->count());
  return found;
}

}  // namespace

Contents Contents::typical(double share, std::size_t classes) {
  Contents c;
  c.runs = std::min(share, 1.0 / 8);  // 1/80 in electrodes
  c.unknowns = share;
  c.aggregates = 0.16 * share;
  c.links = c.room = 6 * c.aggregates;
  c.coarse_nodes = 0.3 * c.aggregates;
  c.coarse_links = 0.3 * c.links;
  c.classes = classes;
  c.known = true;
  return c;
}

Contents Contents::most(double share, std::size_t classes) {
  Contents c = typical(share, classes);
  c.runs = c.clusters = std::min(share, 0.5);
  c.aggregates = 0.5 * share;  // 0.45 was the most that was measured, of noise close to percolation
  c.links = c.room = 8 * c.aggregates;
  c.coarse_nodes = c.aggregates;
  c.coarse_links = c.links;
  c.sets = 3;
  return c;
}

Contents count_contents(const Volume& volume, const Materials& materials, const Settings& settings) {
  const Device device = Device::cpu(settings.threads);
  const Codes codes(device, volume);
  std::int64_t runs = 0, clusters = 0;
  {
    const Runs found(unknowns_of(codes, conducting_codes(materials)));
    runs = found.count();
    for (const Axis axis : settings.axes) {
      const std::array<bool, 3> joined = joined_sides(axis, settings.periodic_sides);
      clusters = std::max(clusters, find_clusters(found, Connectivity::faces_6, joined).count());
      if (!settings.periodic_sides) break;  // all axes have the same
    }
  }
  std::int64_t unknowns = 0;
  Levels most;
  std::set<const Unknowns*> sets;
  for (const Percolating& axis : find_percolating(codes, materials, settings.axes, settings.periodic_sides)) {
    if (!axis.unknowns) continue;
    sets.insert(axis.unknowns.get());
    unknowns = std::max(unknowns, axis.unknowns->count());
    if (settings.solver != "multigrid") continue;
    const Levels here = levels_of(codes, volume, materials, axis);
    for (std::int64_t Levels::*count :
         {&Levels::aggregates, &Levels::room, &Levels::links, &Levels::coarse_nodes, &Levels::coarse_links})
      most.*count = std::max(most.*count, here.*count);
  }
  const auto per_voxel = [&](std::int64_t count) {
    return static_cast<double>(count) / static_cast<double>(volume.extent.voxels());
  };
  Contents c;
  c.runs = per_voxel(runs);
  c.clusters = per_voxel(clusters);
  c.unknowns = per_voxel(unknowns);
  c.aggregates = per_voxel(most.aggregates);
  c.room = per_voxel(most.room);
  c.links = per_voxel(most.links);
  c.coarse_nodes = per_voxel(most.coarse_nodes);
  c.coarse_links = per_voxel(most.coarse_links);
  c.sets = sets.size();
  c.classes = materials.class_conductivity.size();
  c.bytes_per_label = width_of(volume);
  c.known = true;
  return c;
}

}  // namespace tauvox
