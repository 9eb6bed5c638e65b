#include "host/app/contents.hpp"

#include <algorithm>
#include <set>

#include "host/studies/percolating.hpp"
#include "kernels/transport/operator.hpp"
#include "kernels/volume/class_field.hpp"

namespace tauvox {
namespace {

int width_of(const Volume& volume) {
  return std::holds_alternative<std::vector<std::uint16_t>>(volume.codes) ? 2 : 1;
}

/// Of the first level of the multigrid solver along one axis.
struct FirstLevel {
  std::int64_t aggregates = 0, links = 0;
};

FirstLevel first_level(const Codes& codes, const Volume& volume, const Materials& materials,
                       const Percolating& axis) {
  Field<std::uint8_t> classes;
  if (materials.class_conductivity.size() > 1) {
    set_classes(classes, codes, *axis.unknowns, materials.class_of_code);
    set_class_halo(classes, axis.axis, axis.joined);
  }
  const TransportOperator<float> A(axis.unknowns, classes, materials.class_conductivity,
                                   volume.voxel_size.value_or(std::array{1.0, 1.0, 1.0}), axis.axis,
                                   axis.joined);
  const Blocks blocks = aggregate_voxels(codes.device(), A.medium());
  return {blocks.nodes, count_links(codes.device(), A.medium(), blocks)};
}

}  // namespace

Contents Contents::typical(double share, std::size_t classes) {
  Contents c;
  c.runs = std::min(share, 1.0 / 8);  // 1/80 in electrodes
  c.unknowns = share;
  c.aggregates = 0.16 * share;
  c.links = 6 * c.aggregates;
  c.classes = classes;
  c.known = true;
  return c;
}

Contents Contents::most(double share, std::size_t classes) {
  Contents c = typical(share, classes);
  c.runs = c.clusters = std::min(share, 0.5);
  c.aggregates = 0.5 * share;  // 0.45 was the most that was measured, of noise close to percolation
  c.links = 8 * c.aggregates;
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
  FirstLevel largest;
  std::set<const Unknowns*> sets;
  for (const Percolating& axis : find_percolating(codes, materials, settings.axes, settings.periodic_sides)) {
    if (!axis.unknowns) continue;
    sets.insert(axis.unknowns.get());
    unknowns = std::max(unknowns, axis.unknowns->count());
    if (settings.solver != "multigrid") continue;
    const FirstLevel level = first_level(codes, volume, materials, axis);
    largest = {std::max(largest.aggregates, level.aggregates), std::max(largest.links, level.links)};
  }
  const auto per_voxel = [&](std::int64_t count) {
    return static_cast<double>(count) / static_cast<double>(volume.extent.voxels());
  };
  Contents c;
  c.runs = per_voxel(runs);
  c.clusters = per_voxel(clusters);
  c.unknowns = per_voxel(unknowns);
  c.aggregates = per_voxel(largest.aggregates);
  c.links = per_voxel(largest.links);
  c.sets = sets.size();
  c.classes = materials.class_conductivity.size();
  c.bytes_per_label = width_of(volume);
  c.known = true;
  return c;
}

}  // namespace tauvox
