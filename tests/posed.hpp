// A transport problem posed twice: to the kernels, and to the oracle.
#pragma once

#include "tests/oracle/full_grid.hpp"
#include "tests/support.hpp"

namespace tauvox::test {

enum class Load {
  none,
  insulator_faces,  // of each unknown, the number of faces to insulating voxels: an electrode's pore
  rough,            // anything
  balanced,         // rough, but summing up to zero in every cluster: A times something
  uniform,          // the same for all: shift times 0.7
};

struct Asked {
  std::string name;
  Volume volume;
  std::vector<double> conductivity;  // of each code; 0 insulates; the largest is 1
  Sides sides{};
  std::array<double, 3> spacing{1, 1, 1};
  Axis unit_axis = Axis::z;
  double shift = 0;
  bool weighted = false;  // the shift, by kinds of unknowns
  Load load = Load::none;
  std::array<double, 3> rise{};
  bool only_held = false;  // clusters that touch no plate are left out
};

struct Posed {
  Problem problem;
  FullGrid grid;
  bool unique = false;  // the potential, not only the energy

  /// A vector of unknowns on the full grid, and the other way.
  std::vector<double> spread(const std::vector<double>& unknowns) const {
    std::vector<double> full(grid.sigma.size());
    std::size_t k = 0;
    for (std::size_t i = 0; i < full.size(); ++i)
      if (grid.sigma[i] > 0) full[i] = unknowns.at(k++);
    return full;
  }
  std::vector<double> gather(const std::vector<double>& full) const {
    std::vector<double> unknowns;
    for (std::size_t i = 0; i < full.size(); ++i)
      if (grid.sigma[i] > 0) unknowns.push_back(full[i]);
    return unknowns;
  }
};

inline double rough_number(std::size_t i) { return std::sin(1.3 * static_cast<double>(i * i % 1009) + 0.4); }

/// Of each voxel, the number of faces to a voxel that insulates.
inline std::vector<double> insulator_faces(const Asked& asked, const std::vector<double>& sigma_of_voxel) {
  const Extent& e = asked.volume.extent;
  const std::int64_t n[3] = {e.nz, e.ny, e.nx};
  std::vector<double> faces(sigma_of_voxel.size());
  for (std::int64_t i = 0; i < e.voxels(); ++i)
    for (std::size_t axis = 0; axis < 3; ++axis)
      for (const std::int64_t sign : {-1, 1}) {
        std::int64_t at[3] = {i / (e.nx * e.ny), i / e.nx % e.ny, i % e.nx};
        at[axis] += sign;
        if (at[axis] < 0 || at[axis] >= n[axis]) {
          if (!asked.sides.joined()[axis]) continue;
          at[axis] = (at[axis] + n[axis]) % n[axis];
        }
        const auto there = static_cast<std::size_t>((at[0] * n[1] + at[1]) * n[2] + at[2]);
        faces[static_cast<std::size_t>(i)] += sigma_of_voxel[there] == 0;
      }
  return faces;
}

inline std::vector<double> load_of(const Asked& asked, const FullGrid& grid,
                                   const std::vector<double>& sigma_of_voxel) {
  std::vector<double> load(grid.sigma.size());
  for (std::size_t i = 0; i < load.size(); ++i)
    load[i] = asked.load == Load::uniform ? 0.7 * asked.shift : rough_number(i);
  if (asked.load == Load::insulator_faces) load = insulator_faces(asked, sigma_of_voxel);
  for (std::size_t i = 0; i < load.size(); ++i)
    if (grid.sigma[i] == 0) load[i] = 0;
  return asked.load == Load::balanced ? grid.apply(load) : load;
}

/// What a problem asks, of the oracle.
inline FullGrid grid_of(const Asked& asked) {
  const Extent& e = asked.volume.extent;
  FullGrid grid;
  grid.size = {e.nz, e.ny, e.nx};
  grid.spacing = asked.spacing;
  grid.unit_axis = static_cast<int>(asked.unit_axis);
  for (std::size_t side = 0; side < 6; ++side) {
    const Side& given = asked.sides.all[side];
    grid.sides[side] = {given.kind == SideKind::wall    ? OracleSide::wall
                        : given.kind == SideKind::plate ? OracleSide::plate
                                                        : OracleSide::joined,
                        given.value};
  }
  grid.shift = asked.shift;
  grid.jump = asked.rise;
  return grid;
}

/// Clusters that touch a plate.
inline Unknowns held_of(const Unknowns& unknowns, const Sides& sides) {
  const Runs runs(unknowns);
  const Clusters clusters = find_clusters(runs, sides.joined());
  std::uint32_t plates = 0;
  for (std::uint32_t side = 0; side < 6; ++side)
    if (sides.all[side].kind == SideKind::plate) plates |= 1u << side;
  std::vector<std::uint8_t> keep;
  for (const std::uint32_t touches : clusters.touches) keep.push_back((touches & plates) != 0);
  return voxels_of(runs, clusters, keep);
}

/// Kinds of unknowns, in no order that a block of voxels would know.
inline void weigh(Posed& posed, const Device& device) {
  posed.problem.weight_of_kind = {0, 0.3, 1, 2.7, 0.01};
  std::vector<double> kinds;
  for (std::size_t i = 0; i < posed.grid.sigma.size(); ++i) {
    kinds.push_back(static_cast<double>((i * i + i / 3) % posed.problem.weight_of_kind.size()));
    posed.grid.weight.push_back(posed.problem.weight_of_kind[static_cast<std::size_t>(kinds.back())]);
  }
  const std::vector<double> numbers = posed.gather(kinds);
  auto of_unknowns = std::make_shared<Buffer<std::uint8_t>>(device, posed.problem.unknowns->count());
  of_unknowns->copy_from(std::vector<std::uint8_t>(numbers.begin(), numbers.end()));
  posed.problem.kinds = of_unknowns;
}

inline Posed pose(const Asked& asked, const Device& device) {
  Posed posed;
  posed.unique = asked.only_held || (asked.shift > 0 && !asked.weighted);
  posed.grid = grid_of(asked);
  Problem& problem = posed.problem;
  problem.conductivity.clear();
  std::vector<std::uint8_t> table, conducts;
  for (const double sigma : asked.conductivity) {
    if (sigma > 0) problem.conductivity.push_back(sigma);
    conducts.push_back(sigma > 0);
    table.push_back(sigma > 0
                        ? static_cast<std::uint8_t>(first_conducting_class + problem.conductivity.size() - 1)
                        : wall_class);
  }
  const std::shared_ptr<const Codes> held = codes_of(device, asked.volume);
  const Codes& codes = *held;
  auto unknowns = std::make_shared<Unknowns>(unknowns_of(codes, conducts));
  if (asked.only_held) *unknowns = held_of(*unknowns, asked.sides);

  std::vector<double> sigma_of_voxel;
  for (std::int64_t i = 0; i < asked.volume.extent.voxels(); ++i)
    sigma_of_voxel.push_back(asked.conductivity.at(static_cast<std::size_t>(asked.volume.code(i))));
  posed.grid.sigma = sigma_of_voxel;
  const std::vector<std::uint8_t> inside = voxels_in(*unknowns);
  for (std::size_t i = 0; i < inside.size(); ++i)
    if (!inside[i]) posed.grid.sigma[i] = 0;

  problem.unknowns = unknowns;
  problem.codes = held;
  problem.class_of_code = table;
  problem.sides = asked.sides;
  problem.spacing = asked.spacing;
  problem.unit_axis = asked.unit_axis;
  problem.shift = asked.shift;
  problem.rise = asked.rise;
  if (asked.weighted) weigh(posed, device);
  if (asked.load != Load::none) {
    posed.grid.load = load_of(asked, posed.grid, sigma_of_voxel);
    auto load = std::make_shared<Buffer<double>>(device, unknowns->count());
    load->copy_from(posed.gather(posed.grid.load));
    problem.load = load;
  }
  return posed;
}

inline Sides plates(Axis axis, std::optional<double> before, std::optional<double> behind,
                    bool others_joined = false) {
  Sides sides{};
  for (const Axis other : all_axes)
    if (others_joined && other != axis) sides.join(other);
  if (before) sides.before(axis) = Side::plate(*before);
  if (behind) sides.behind(axis) = Side::plate(*behind);
  return sides;
}

inline Sides all_joined() {
  Sides sides{};
  for (const Axis axis : all_axes) sides.join(axis);
  return sides;
}

/// One problem of each kind, and what is special about some, on rough volumes.
inline std::vector<Asked> problems_of_each_kind(const std::array<std::int64_t, 3>& size) {
  const std::vector<double> one{0, 1}, three{0, 0.02, 0.4, 1};
  const auto rough = [&](std::uint64_t seed, int labels) { return rough_volume(size, seed, labels); };
  std::vector<Asked> all;
  for (const auto& [kind, sigma] : {std::pair{"one class", one}, std::pair{"three classes", three}}) {
    const int labels = static_cast<int>(sigma.size());
    for (const auto& [voxels, h] : {std::pair{"cubes", std::array{1.0, 1.0, 1.0}},
                                    std::pair{"flat voxels", std::array{4.0, 1.0, 0.5}}}) {
      const auto add = [&](const char* what, const Sides& sides, const auto& change) {
        Asked asked{std::string(what) + ", " + kind + ", " + voxels, rough(31, labels), sigma, sides, h};
        change(asked);
        all.push_back(std::move(asked));
      };
      const auto held = [](Asked& a) { a.only_held = true; };
      for (const Axis axis : all_axes)
        add("two plates", plates(axis, 3, -1, axis == Axis::y), [&](Asked& a) { a.unit_axis = axis; });
      add("two plates, what touches them", plates(Axis::x, 1, 0), held);
      add("two equal plates with a load", plates(Axis::y, 2, 2, true), [](Asked& a) {
        a.only_held = true;
        a.load = Load::rough;
      });
      add("plates all around",
          Sides{{Side::plate(1), Side::plate(0), Side::plate(-2), Side::plate(0.5), Side::plate(3),
                 Side::plate(0)}},
          held);
      for (const Axis axis : all_axes) {
        add("a plate before, walls loaded", plates(axis, 0, {}, axis == Axis::z), [&](Asked& a) {
          a.only_held = true;
          a.load = Load::insulator_faces;
          a.unit_axis = axis;
        });
        add("a plate behind, walls loaded", plates(axis, {}, 0.3, axis == Axis::x), [](Asked& a) {
          a.only_held = true;
          a.load = Load::insulator_faces;
        });
      }
      add("a plate and nothing else", plates(Axis::z, 2, {}), [](Asked&) {});
      add("a gradient along z", all_joined(), [](Asked& a) { a.rise = {6, 0, 0}; });
      add("a gradient along all axes", all_joined(), [](Asked& a) { a.rise = {6, -3, 2}; });
      add("a gradient between plates", plates(Axis::z, 1, 0, true), [](Asked& a) { a.rise = {0, 0, 4}; });
      add("a gradient and a load", all_joined(), [](Asked& a) {
        a.rise = {0, 5, 0};
        a.load = Load::balanced;
      });
      add("walls and a load", Sides{}, [](Asked& a) { a.load = Load::balanced; });
      for (const double shift : {0.003, 5.0}) {
        add("a shift and a load", Sides{}, [&](Asked& a) {
          a.shift = shift;
          a.load = Load::rough;
        });
        add("a shift, plates and a gradient", plates(Axis::x, {}, 1, true), [&](Asked& a) {
          a.shift = shift;
          a.rise = {0, 3, 0};
          a.load = Load::insulator_faces;
        });
        add("a shift by kinds, a plate", plates(Axis::y, 1, {}), [&](Asked& a) {
          a.only_held = a.weighted = true;
          a.shift = shift;
          a.unit_axis = Axis::y;
        });
        add("a shift by kinds, plates and a load", plates(Axis::z, {}, 1, true), [&](Asked& a) {
          a.only_held = a.weighted = true;
          a.shift = shift;
          a.rise = {0, 3, 0};
          a.load = Load::insulator_faces;
        });
        add("a shift and its load", all_joined(), [&](Asked& a) {
          a.shift = shift;
          a.load = Load::uniform;
        });
      }
    }
  }
  return all;
}

}  // namespace tauvox::test
