// The two-sided bound: holds for every potential, however bad, and closes in on the solution.
#include "host/solve/bound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "host/generate/generate.hpp"
#include "host/solve/krylov.hpp"
#include "kernels/bound/repair_at.hpp"
#include "kernels/volume/clusters.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

struct Case {
  const char* name;
  Volume volume;
  std::vector<double> conductivity;  // of label 0, 1, ...; 0: insulates; the largest is 1
  std::array<double, 3> spacing;
  Axis flow;
  bool periodic;
};

Volume electrode(std::array<std::int64_t, 3> size, double porosity, std::uint64_t seed) {
  GenerateSettings g;
  g.size = size;
  g.porosity = porosity;
  g.seed = seed;
  return generate(g);
}

std::vector<Case> cases() {
  const auto layers = test::volume_of({20, 21, 22}, [](auto z, auto, auto) { return z % 3; });
  return {
      {"noise", test::rough_volume({19, 22, 25}, 5), {1, 0}, {1, 1, 1}, Axis::z, false},
      {"noise, periodic", test::rough_volume({19, 21, 25}, 5), {1, 0}, {1, 1, 1}, Axis::y, true},
      {"three voxels wide, periodic",
       test::rough_volume({3, 40, 2}, 9, 3),
       {1, 0.3, 0.01},
       {1, 1, 1},
       Axis::y,
       true},
      {"noise of four phases",
       test::rough_volume({24, 17, 23}, 6, 4),
       {1, 0, 1e-3, 0.2},
       {1, 1, 1},
       Axis::x,
       false},
      {"contrast 1e6", test::rough_volume({24, 17, 23}, 7, 3), {1, 1e-6, 1e-3}, {1, 1, 1}, Axis::z, true},
      {"layers", layers, {1, 0.01, 1e-4}, {1, 1, 1}, Axis::z, false},
      {"flat voxels", electrode({15, 40, 40}, 0.4, 2), {1, 0, 0.1}, {4, 1, 1}, Axis::z, false},
      {"tall voxels, periodic", electrode({33, 21, 40}, 0.5, 3), {1, 0.01, 0.1}, {0.2, 1, 1}, Axis::x, true},
      {"pore", electrode({36, 36, 36}, 0.3, 4), {1, 0, 0}, {1, 1, 1}, Axis::y, false},
      {"solid", electrode({36, 37, 38}, 0.3, 4), {0, 1e-4, 1}, {1, 1, 1}, Axis::z, false},
      {"one voxel",
       test::volume_of({1, 1, 1}, [](auto, auto, auto) { return 0; }),
       {1},
       {1, 1, 1},
       Axis::z,
       false},
      {"one long row",
       test::volume_of({700, 1, 1}, [](auto z, auto, auto) { return z % 2; }),
       {1, 0.5},
       {1, 1, 1},
       Axis::z,
       false},
  };
}

template <class T>
struct Built {
  test::Conductor classes;
  TransportOperator<T> A;
  Hierarchy hierarchy;
  Built(test::Conductor c, const std::vector<double>& sigma, const Case& of, double shift = 0)
      : classes(std::move(c)),
        A(shifted(test::between_plates(classes, sigma, of.spacing, of.flow, of.periodic), shift)),
        hierarchy(A.device(), A.medium()) {}

 private:
  /// Most voxels hold something, of a block some or none.
  static Problem shifted(Problem problem, double shift) {
    problem.shift = shift;
    if (shift == 0) return problem;
    std::vector<std::uint8_t> kinds;
    for (std::int64_t i = 0; i < problem.unknowns->count(); ++i)
      kinds.push_back(static_cast<std::uint8_t>(i / 40 % 3 == 0 ? 0 : i % 3));
    auto of_unknowns =
        std::make_shared<Buffer<std::uint8_t>>(problem.unknowns->device(), problem.unknowns->count());
    of_unknowns->copy_from(kinds);
    problem.kinds = of_unknowns;
    problem.weight_of_kind = {0, 1, 2.5};
    return problem;
  }
};

/// Class of the next label, which gets one of its own where no label before conducts alike.
std::uint8_t class_of(double conductivity, std::vector<double>& sigma) {
  if (conductivity == 0) return wall_class;
  const auto there = std::find(sigma.begin(), sigma.end(), conductivity);
  const auto n = there - sigma.begin();
  if (there == sigma.end()) sigma.push_back(conductivity);
  return static_cast<std::uint8_t>(first_conducting_class + n);
}

template <class T>
Built<T> problem_of(const Case& c, const Device& device) {
  std::vector<std::uint8_t> table;
  std::vector<double> sigma;
  for (const double value : c.conductivity) table.push_back(class_of(value, sigma));
  test::Conductor classes = test::conductor(device, c.volume, table, std::pair{c.flow, c.periodic});
  return {std::move(classes), sigma, c};
}

/// x after at most `limit` iterations.
template <class T>
Buffer<T> iterate(const Built<T>& problem, std::int64_t limit, double tolerance) {
  const TransportOperator<T>& A = problem.A;
  MultigridPreconditioner<T> M(A, problem.hierarchy);
  Buffer<T> x = A.vector(), r = A.vector(), p = A.vector();
  x.zero();
  EnergyStop stop(tolerance, M.convergence);
  stop.start(A.residual(x, r).energy);
  if (limit > 0) conjugate_gradient(A, M, r, x, p, stop, limit, {});
  return x;
}

template <class T>
void expect_bounds_hold(const Case& c, const Device& device) {
  const Built<double> exact = problem_of<double>(c, device);
  const EnergyBounds best = bound_energy(exact.A, exact.hierarchy, iterate(exact, 300, 1e-13));
  EXPECT_LT(best.relative_error(), 1e-10);
  const Built<T> problem = problem_of<T>(c, device);
  for (const std::int64_t limit : {0, 1, 2, 3, 5, 8}) {
    const EnergyBounds bounds = bound_energy(problem.A, problem.hierarchy, iterate(problem, limit, 0));
    EXPECT_LE(bounds.lower, best.upper) << "iteration " << limit;
    EXPECT_GE(bounds.upper, best.lower) << "iteration " << limit;
    // A good potential is seen to be one.
    const double error = bounds.upper - best.lower;
    EXPECT_LT(bounds.upper - bounds.lower, 150 * error + 1e-11 * best.upper) << "iteration " << limit;
  }
  std::vector<T> values(static_cast<std::size_t>(problem.A.unknowns()));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<T>(std::sin(1.3 * static_cast<double>(i)));
  const EnergyBounds bounds = bound_energy(problem.A, problem.hierarchy, problem.A.vector_of(values));
  EXPECT_LE(bounds.lower, best.upper);
  EXPECT_GE(bounds.upper, best.lower);
}

TEST(Bound, ContainsTheSolutionWhateverThePotential) {
  for (const Device& device : test::devices())
    for (const Case& c : cases()) {
      SCOPED_TRACE(c.name);
      expect_bounds_hold<double>(c, device);
      expect_bounds_hold<float>(c, device);
    }
}

/// A flux on the links of the voxels' aggregates that is no solution of anything.
struct SomeFlux {
  Buffer<float> e, y;
  Buffer<double> tree, link, plate;
  Buffer<std::uint32_t> parent;
  FluxView view;
  SomeFlux(const Device& device, const Graph& graph, const Graph& next)
      : e(device, graph.nodes),
        y(device, graph.nodes),
        tree(device, graph.nodes),
        link(device, next.links()),
        plate(device, next.nodes),
        parent(device, graph.nodes) {
    const auto potential = [](std::size_t node) { return std::sin(0.7 * static_cast<double>(node)); };
    std::vector<float> steps;
    std::vector<std::uint32_t> self;
    for (std::size_t i = 0; i < static_cast<std::size_t>(graph.nodes); ++i) {
      steps.push_back(static_cast<float>(potential(i)));
      self.push_back(static_cast<std::uint32_t>(i));
    }
    e.copy_from(steps);
    y.copy_from(std::vector<float>(steps.rbegin(), steps.rend()));
    parent.copy_from(self);
    tree.zero();
    const std::vector<std::uint32_t> begin = next.row_start.to_host(), neighbour = next.neighbour.to_host();
    std::vector<double> of_links(neighbour.size()), to_plates;
    for (std::size_t i = 0; i < static_cast<std::size_t>(next.nodes); ++i) {
      to_plates.push_back(0.1 * potential(i));
      for (std::size_t k = begin[i]; k < begin[i + 1]; ++k)
        of_links[k] = potential(i) - potential(neighbour[k]);
    }
    link.copy_from(of_links);
    plate.copy_from(to_plates);
    view = {graph.view(), nullptr,       nullptr,     e.data(),    y.data(),
            tree.data(),  parent.data(), next.view(), link.data(), plate.data()};
  }
};

// Nearly all octets of one class go through the lattice and tabled forms, others link by link with eight
// faces at a time, and those at the sides face by face, which all of them could.
struct Compared {
  int in_lattice = 0, by_links = 0;
};

template <class Kind>
void compare_ways(const RepairVoxels<double>& pass, const Place& p, Compared& compared) {
  using Links = plain::LinksOfOctet<Kind, double>;
  const Medium<double>& m = pass.medium();
  if (!Links::can_take(m, p)) return;
  // How little a flux inside an aggregate takes is one number where the aggregate is balanced.
  double rest[8];
  plain::store<double>(rest, plain::rest_of<Kind>(pass, p));
  const Links first(pass, p, plain::load<double>(rest));
  for (std::uint32_t i = 0; i < first.own.count; ++i) {
    const std::uint32_t mask = first.own.mask(i);
    const double left = plain::sum_of(plain::where<double>(mask, first.rest));
    for (int s = 0; s < 8; ++s)
      if (mask >> s & 1u) rest[s] -= left / bit_count(mask);
  }
  BlockNetwork network;
  std::copy(std::begin(rest), std::end(rest), network.rest);
  const Sums<2> expected = RepairBlock{m, pass.blocks, pass.flux}(p.at[2], p.at[1], p.at[0], network);
  const auto expect_same = [&](const plain::Totals<2>& found, int& count) {
    EXPECT_NEAR(found[0], expected[0], 1e-11 * expected[0]) << p.at[0] << ' ' << p.at[1] << ' ' << p.at[2];
    EXPECT_NEAR(found[1], expected[1], 1e-11);
    ++count;
  };
  plain::Totals<2> found;
  plain::repair_links<Kind>(pass, p, plain::load<double>(rest), found);
  expect_same(found, compared.by_links);
  if constexpr (std::is_same_v<Kind, plain::Alike>)
    if (const plain::InLattice one(pass, p); one.holds) {
      plain::Totals<2> of_lattice;
      plain::repair(pass, p, one, plain::load<double>(rest), of_lattice);
      expect_same(of_lattice, compared.in_lattice);
    }
}

TEST(Bound, AllWaysOfAnOctetGiveTheSame) {
  Compared compared;
  std::vector<Case> all = cases();
  all.push_back(
      {"one class, flat", electrode({36, 37, 38}, 0.4, 4), {1, 0, 1}, {1.6, 1, 0.8}, Axis::y, true});
  all.push_back(
      {"one class, very flat", electrode({20, 37, 38}, 0.4, 4), {1, 0, 1}, {5, 1, 0.8}, Axis::y, false});
  for (const Case& c : all)
    for (const double shift : {0.0, 0.3}) {
      SCOPED_TRACE(c.name);
      std::vector<std::uint8_t> table;
      std::vector<double> sigma;
      for (const double value : c.conductivity) table.push_back(class_of(value, sigma));
      const Device device = Device::cpu(2);
      const Built<double> problem(test::conductor(device, c.volume, table, std::pair{c.flow, c.periodic}),
                                  sigma, c, shift);
      const auto& levels = problem.hierarchy.levels();
      if (levels.size() < 2) continue;
      std::vector<double> values(static_cast<std::size_t>(problem.A.unknowns()));
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(1.3 * static_cast<double>(i));
      const Buffer<double> u = problem.A.vector_of(values);
      const SomeFlux flux(device, levels[0], levels[1]);
      const PotentialOf<double> potential = problem.A.potential_of(u);
      const BlockView blocks = problem.hierarchy.blocks().view();
      const std::vector<double> values_of_forms = least_energy_forms(potential.m.scale);
      const RepairVoxels<double> pass{potential, blocks, flux.view, values_of_forms.data()};
      const OctetsView& octets = potential.m.octets;
      plain::with_faces(potential.m, [&](auto kind) {
        for (std::int64_t row = 0; row < octets.lattice.rows(); ++row)
          plain::for_each_octet(potential.m, row % octets.lattice.ny, row / octets.lattice.ny,
                                [&](const Place& p) { compare_ways<decltype(kind)>(pass, p, compared); });
      });
      const auto in_form = [&](const KernelForm form) {
        return repair_voxels(device, potential, blocks, flux.view, form);
      };
      const RepairEnergy tuned = in_form(KernelForm::tuned), expected = in_form(KernelForm::plain);
      EXPECT_NEAR(tuned.energy, expected.energy, 1e-12 * expected.energy);
      EXPECT_NEAR(tuned.unbalanced, expected.unbalanced, 1e-12 * expected.unbalanced);
    }
  EXPECT_GT(compared.in_lattice, 5000);
  EXPECT_GT(compared.by_links, 20000);
}

TEST(Bound, IsTheSameForEveryNumberOfThreads) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    const Built<float> one = problem_of<float>(c, Device::cpu(1));
    const EnergyBounds expected = bound_energy(one.A, one.hierarchy, iterate(one, 3, 0));
    for (const int threads : {2, 3, 7}) {
      const Built<float> many = problem_of<float>(c, Device::cpu(threads));
      const EnergyBounds bounds = bound_energy(many.A, many.hierarchy, iterate(many, 3, 0));
      EXPECT_EQ(bounds.lower, expected.lower) << threads;
      EXPECT_EQ(bounds.upper, expected.upper) << threads;
    }
  }
}

TEST(Bound, StudyGivesItsMiddleAndKeepsTheToleranceWithHalfItsWidth) {
  const Volume v = electrode({40, 40, 40}, 0.4, 5);
  Settings s = test::exact_settings("0=1,1=0.001,2=0.03");
  s.precision = "mixed";
  double last = 1;
  for (const double tolerance : {1e-2, 1e-3, 1e-4, 1e-5}) {
    s.tolerance = tolerance;
    const test::Found r = test::solve(v, s);
    ASSERT_EQ(r.status, Status::converged) << r.reason;
    ASSERT_TRUE(r.ratio_bounds);
    const auto [lower, upper] = *r.ratio_bounds;
    EXPECT_EQ(r.solver.error_kind, "bound");
    EXPECT_LE(*r.solver.error, tolerance);
    EXPECT_LE(*r.solver.error, last);
    EXPECT_NEAR(*r.ratio, (lower + upper) / 2, 1e-14);
    EXPECT_NEAR(*r.solver.error, (upper - lower) / (upper + lower), 1e-14);
    last = *r.solver.error;
  }
}

}  // namespace
}  // namespace tauvox
