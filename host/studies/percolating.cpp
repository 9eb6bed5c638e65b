#include "host/studies/percolating.hpp"

#include <algorithm>
#include <span>

#include "kernels/base/sides.hpp"
#include "kernels/volume/codes.hpp"

namespace tauvox {
namespace {

/// A set and the clusters it was made of.
struct Kept {
  std::vector<std::uint8_t> clusters;
  std::shared_ptr<const Unknowns> unknowns;
};

/// Percolation through one set of runs, axis by axis; clusters are found anew where other sides are joined.
class Finder {
 public:
  Finder(const Codes& codes, const Materials& materials)
      : codes_(codes), materials_(materials), runs_(unknowns_of(codes, conducting_codes(materials))) {}

  void find(std::vector<Percolating>& wanted) {
    const bool alike = std::all_of(wanted.begin(), wanted.end(),
                                   [&](const Percolating& p) { return p.joined == wanted.front().joined; });
    const std::span<Percolating> all(wanted);
    if (alike) return find_alike(all);
    for (std::size_t i = 0; i < all.size(); ++i) find_alike(all.subspan(i, 1));
  }

 private:
  /// The axes of which the same sides are joined.
  void find_alike(std::span<Percolating> axes) {
    if (axes.empty()) return;
    const Clusters clusters = find_clusters(runs_, axes.front().joined);
    const Clusters corners = joined_at_corners(runs_, clusters, axes.front().joined);
    std::vector<Kept> sets;
    for (Percolating& p : axes) {
      p.voxels_26 = corners.spanning_voxels(p.axis);
      p.voxels = clusters.spanning_voxels(p.axis);
      p.largest = clusters.largest();
      if (p.voxels == 0) continue;
      p.unknowns = set_of(clusters, spanning(clusters, p.axis), sets);
      p.mean = mean_conductivity(codes_, materials_, *p.unknowns);
    }
  }
  std::shared_ptr<const Unknowns> set_of(const Clusters& clusters, std::vector<std::uint8_t> keep,
                                         std::vector<Kept>& sets) const {
    for (const Kept& known : sets)
      if (known.clusters == keep) return known.unknowns;
    sets.push_back({std::move(keep), nullptr});
    return sets.back().unknowns =
               std::make_shared<Unknowns>(voxels_of(runs_, clusters, sets.back().clusters));
  }

  const Codes& codes_;
  const Materials& materials_;
  Runs runs_;
};

}  // namespace

double mean_conductivity(const Codes& codes, const Materials& m, const Unknowns& set) {
  std::vector<std::int64_t> of_class(m.class_conductivity.size());
  if (of_class.size() == 1) {
    of_class[0] = set.count();
  } else {
    const std::vector<std::int64_t> of_code = histogram(codes, set);
    for (std::size_t code = 0; code < of_code.size(); ++code)
      if (const std::uint8_t c = m.class_of_code[code]; c >= first_conducting_class)
        of_class[c - std::size_t{first_conducting_class}] += of_code[code];
  }
  double all = 0;  // voxels of the sample
  for (const Phase& phase : m.phases) all += static_cast<double>(phase.voxels);
  double mean = 0;
  for (std::size_t c = 0; c < of_class.size(); ++c)
    mean += static_cast<double>(of_class[c]) / all * m.class_conductivity[c];
  return mean;
}

std::vector<std::uint8_t> conducting_codes(const Materials& materials) {
  std::vector<std::uint8_t> conducts;
  for (const std::uint8_t c : materials.class_of_code) conducts.push_back(c >= first_conducting_class);
  return conducts;
}

std::vector<Percolating> find_percolating(const Codes& codes, const Materials& materials,
                                          const std::vector<Axis>& axes, bool periodic) {
  std::vector<Percolating> found;
  for (const Axis axis : axes) {
    found.emplace_back();
    found.back().axis = axis;
    found.back().joined = Sides::between_plates(axis, periodic).joined();
  }
  Finder(codes, materials).find(found);
  return found;
}

Problem problem_between_plates(const Percolating& axis, std::shared_ptr<const Codes> codes,
                               const Materials& materials, const std::array<double, 3>& spacing) {
  Problem problem;
  problem.unknowns = axis.unknowns;
  problem.conductivity = materials.class_conductivity;
  problem.sides = Sides::between_plates(axis.axis, axis.joined != std::array<bool, 3>{});
  problem.spacing = spacing;
  problem.unit_axis = axis.axis;
  problem.codes = std::move(codes);
  problem.class_of_code = materials.class_of_code;
  return problem;
}

}  // namespace tauvox
