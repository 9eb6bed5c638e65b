// The multigrid preconditioner: its graphs, its symmetry, and how fast it converges.
#include "host/solve/multigrid.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "host/generate/generate.hpp"
#include "host/solve/dense.hpp"
#include "host/solve/krylov.hpp"
#include "kernels/volume/clusters.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

struct Built {
  test::Conductor classes;
  TransportOperator<double> A;
  Hierarchy hierarchy;
  Built(test::Conductor c, const std::vector<double>& sigma, const std::array<double, 3>& spacing,
        bool periodic)
      : classes(std::move(c)),
        A(test::between_plates(classes, sigma, spacing, Axis::y, periodic)),
        hierarchy(A.device(), A.medium()) {}
};

Built rough(int labels, const std::array<double, 3>& spacing, bool periodic) {
  const Device device = Device::cpu(2);
  std::vector<std::uint8_t> table{wall_class};
  std::vector<double> sigma;
  for (int k = 1; k < labels; ++k) {
    table.push_back(static_cast<std::uint8_t>(first_conducting_class + k - 1));
    sigma.push_back(std::pow(0.02, labels - 1 - k));
  }
  test::Conductor classes = test::conductor(device, test::rough_volume({31, 34, 37}, 17, labels), table,
                                            std::pair{Axis::y, periodic});
  return {std::move(classes), sigma, spacing, periodic};
}

/// The links of each node, in their order.
std::vector<std::vector<Link>> links_of(const Graph& graph) {
  const auto first_node = graph.first_node->to_host(), row_start = graph.row_start.to_host(),
             neighbour = graph.neighbour.to_host(), faces = graph.faces.to_host(),
             block = graph.block.to_host();
  const auto weight = graph.weight.to_host();
  const auto face_weight = graph.face_weight.to_host();
  GraphView view = graph.view();
  view.first_node = first_node.data(), view.row_start = row_start.data();
  view.neighbour = neighbour.data(), view.weight = weight.data();
  view.faces = faces.empty() ? nullptr : faces.data();
  view.block = block.data(), view.face_weight = face_weight.data();
  std::vector<std::vector<Link>> links(static_cast<std::size_t>(graph.nodes));
  for (std::size_t i = 0; i < links.size(); ++i)
    view.for_each_link(static_cast<std::int64_t>(i), [&](const Link& link) { links[i].push_back(link); });
  return links;
}

// Rows and lattice say the same, in the same order: to the last bit.
TEST(Graph, LinksInTheLatticeAreThoseThatRowsWouldHold) {
  for (const Device& device : test::devices())
    for (const std::array<double, 3>& spacing : {std::array{1.0, 1.0, 1.0}, std::array{1.0, 1.7, 3.1}})
      for (const bool periodic : {false, true}) {
        GenerateSettings g;
        g.size = {40, 39, 42};
        test::Conductor pore =
            test::conductor(device, generate(g), {first_conducting_class, wall_class, wall_class},
                            std::pair{Axis::y, periodic});
        const TransportOperator<double> A(test::between_plates(pore, {1}, spacing, Axis::y, periodic));
        const Blocks blocks = aggregate_voxels(device, A.medium());
        const Graph rows = coarsen_voxels(device, A.medium(), blocks, blocks.nodes),
                    lattice = coarsen_voxels(device, A.medium(), blocks, 0);
        EXPECT_EQ(rows.rows(), rows.nodes);
        EXPECT_GT(lattice.nodes, 2 * lattice.rows());
        const auto [row_count, room] = count_rows(device, A.medium(), blocks, 0);
        EXPECT_EQ(row_count, lattice.rows());
        EXPECT_GE(room, lattice.links());
        const auto expected = links_of(rows), found = links_of(lattice);
        for (std::size_t i = 0; i < expected.size(); ++i) {
          ASSERT_EQ(found[i].size(), expected[i].size()) << i;
          for (std::size_t k = 0; k < expected[i].size(); ++k) {
            ASSERT_EQ(found[i][k].neighbour, expected[i][k].neighbour) << i;
            ASSERT_EQ(found[i][k].weight, expected[i][k].weight) << i;
          }
        }
        const auto floats = [](const Buffer<Bfloat16>& buffer) {
          const auto values = buffer.to_host();
          return std::vector<float>(values.begin(), values.end());
        };
        EXPECT_EQ(floats(lattice.plate), floats(rows.plate));
        EXPECT_EQ(floats(lattice.inverse_diagonal), floats(rows.inverse_diagonal));
      }
}

TEST(Graph, LinksAreSymmetricAndSumUpWhatLiesBetweenAggregates) {
  for (const int labels : {2, 3, 4})
    for (const bool periodic : {false, true}) {
      const Built built = rough(labels, {1, 1, 1.5}, periodic);
      // Galerkin: p.A p of a vector that is constant on aggregates, on the voxels and on every graph.
      std::vector<double> coarse_energy;
      const auto& levels = built.hierarchy.levels();
      ASSERT_GT(levels.size(), 1u);
      for (const Graph& graph : levels) {
        std::map<std::pair<std::uint32_t, std::uint32_t>, float> links;
        const auto of_nodes = links_of(graph);
        for (std::uint32_t i = 0; i < graph.nodes; ++i)
          for (const Link& link : of_nodes[i]) {
            ASSERT_NE(i, link.neighbour);
            ASSERT_TRUE(links.emplace(std::pair{i, link.neighbour}, link.weight).second);
          }
        for (const auto& [pair, w] : links) {
          ASSERT_GT(w, 0);
          ASSERT_EQ(links.at({pair.second, pair.first}), w);
        }
      }
      const Graph& graph = levels[0];
      std::vector<double> u(static_cast<std::size_t>(graph.nodes));
      for (std::size_t i = 0; i < u.size(); ++i) u[i] = std::cos(0.7 * static_cast<double>(i));
      double expected = 0;
      const auto links = links_of(graph);
      const auto plate = graph.plate.to_host();
      for (std::size_t i = 0; i < u.size(); ++i) {
        expected += plate[i] * u[i] * u[i];
        for (const Link& link : links[i])
          expected += 0.5 * link.weight * std::pow(u[i] - u[link.neighbour], 2);
      }
      std::vector<double> constant(static_cast<std::size_t>(built.A.unknowns()));
      const BlockView blocks = built.hierarchy.blocks().view();
      const UnknownsView active = built.A.medium().active;
      const Extent& e = built.A.extent();
      for (std::int64_t z = 0; z < e.nz; ++z)
        for (std::int64_t y = 0; y < e.ny; ++y)
          for (std::int64_t x = 0; x < e.nx; ++x)
            if (active.conducts(x, y, z))
              constant[static_cast<std::size_t>(active.number(x, y, z))] =
                  u[static_cast<std::size_t>(blocks.node(Voxel::of(x, y, z)))];
      Buffer<double> q = built.A.vector();
      EXPECT_NEAR(test::apply(built.A, built.A.vector_of(constant), q), expected,
                  2e-3 * expected);  // links are rounded to 8 bits
    }
}

TEST(Multigrid, IsSymmetricAndPositive) {
  for (const int labels : {2, 3, 4}) {
    const Built built = rough(labels, {1, 1, 1}, false);
    const MultigridPreconditioner<double> M(built.A, built.hierarchy);
    const auto n = static_cast<std::size_t>(built.A.unknowns());
    std::vector<double> a(n), b(n);
    for (std::size_t i = 0; i < n; ++i) {
      a[i] = std::sin(0.1 * static_cast<double>(i));
      b[i] = std::cos(0.003 * static_cast<double>(i)) + (i % 3 == 0);
    }
    // M takes residuals that are divided by the diagonal.
    const std::vector<double> diagonal = built.A.values_of(built.A.diagonal());
    const auto times_M = [&](std::vector<double> r) {
      for (std::size_t i = 0; i < n; ++i) r[i] = diagonal[i] > 0 ? r[i] / diagonal[i] : 0;
      Buffer<double> z = built.A.vector();
      const double dot = test::precondition(M, built.A.vector_of(r), z);
      std::vector<double> of_M = built.A.values_of(z);
      double expected = 0;
      for (std::size_t i = 0; i < n; ++i) expected += diagonal[i] * r[i] * of_M[i];
      EXPECT_GT(dot, 0);
      EXPECT_NEAR(dot, expected, 1e-7 * expected);  // coarse levels are FP32
      return of_M;
    };
    const std::vector<double> Ma = times_M(a), Mb = times_M(b);
    double aMb = 0, bMa = 0;
    for (std::size_t i = 0; i < n; ++i) {
      aMb += a[i] * Mb[i];
      bMa += b[i] * Ma[i];
    }
    EXPECT_NEAR(aMb, bMa, 1e-4 * std::abs(aMb));
  }
}

struct Contrast {
  const char* conductivity;
  double porosity;
  std::int64_t most;
  friend void PrintTo(const Contrast& contrast, std::ostream* to) { *to << contrast.conductivity; }
};
class MultigridIterations : public ::testing::TestWithParam<std::tuple<Contrast, std::int64_t>> {};

TEST_P(MultigridIterations, AreFewWhateverTheSizeAndTheContrast) {
  const auto& [contrast, n] = GetParam();
  Settings s = test::exact_settings(contrast.conductivity);
  s.precision = "mixed";
  s.tolerance = 1e-4;
  const test::Found r = test::solve(test::electrode(n, contrast.porosity, 3), s);
  ASSERT_EQ(r.status, Status::converged) << r.reason;
  EXPECT_LE(r.solver.iterations, contrast.most);
  s.precision = "double";
  s.tolerance = 1e-9;
  const test::Found exact = test::solve(test::electrode(n, contrast.porosity, 3), s);
  EXPECT_NEAR(*r.ratio / *exact.ratio, 1, 1e-4);
  if (n > 32) return;  // the reference takes its time
  s.solver = "jacobi";
  EXPECT_NEAR(test::solve(test::electrode(n, contrast.porosity, 3), s).ratio.value() / *exact.ratio, 1, 1e-8);
}

INSTANTIATE_TEST_SUITE_P(Electrodes, MultigridIterations,
                         ::testing::Combine(::testing::Values(Contrast{"0=1,1=0,2=0", 0.4, 6},
                                                              Contrast{"0=0,1=0.01,2=1", 0.4, 10},
                                                              Contrast{"0=0,1=1e-4,2=1", 0.4, 17},
                                                              Contrast{"0=1,1=0,2=0.05", 0.3, 8}),
                                            ::testing::Values(std::int64_t{32}, std::int64_t{80})));

TEST(Multigrid, FlatVoxelsAndPeriodicSidesConvergeToTheReference) {
  for (const std::array<double, 3>& spacing : {std::array{1.0, 1.0, 5.0}, {10.0, 1.0, 1.0}})
    for (const bool periodic : {false, true}) {
      Volume v = test::electrode(30, 0.45, 8);
      v.voxel_size = spacing;
      Settings s = test::exact_settings("0=1,1=0.003,2=0.2");
      s.tolerance = 1e-8;
      s.periodic_sides = periodic;
      const test::Found r = test::solve(v, s);
      ASSERT_EQ(r.status, Status::converged) << r.reason;
      EXPECT_LE(r.solver.iterations, 60);
      s.solver = "jacobi";
      EXPECT_NEAR(*r.ratio / test::solve(v, s).ratio.value(), 1, 2e-8);
    }
}

TEST(Multigrid, AShiftOfTheDiagonalIsSolvedAsFast) {
  const Device device = Device::cpu(2);
  const Built steady = rough(4, {1, 1, 1.5}, false);
  for (const double shift : {1e-4, 0.01, 1.0, 100.0}) {
    Problem problem = steady.A.problem();
    problem.shift = shift;
    const TransportOperator<double> A(problem), plain(problem, KernelForm::plain);
    const Hierarchy hierarchy(device, A.medium());
    MultigridPreconditioner<double> M(A, hierarchy);
    std::vector<double> wave(static_cast<std::size_t>(A.unknowns()));
    for (std::size_t i = 0; i < wave.size(); ++i) wave[i] = std::cos(0.01 * static_cast<double>(i));
    const Buffer<double> truth = A.vector_of(wave);
    Buffer<double> b = A.vector(), x = A.vector(), r = A.vector(), p = A.vector(), q = A.vector();
    const double energy = test::apply(A, truth, b), without = steady.A.curvature(truth);
    double square = 0;
    for (const double t : wave) square += t * t;
    EXPECT_NEAR(energy, without + shift * square, 1e-10 * energy);
    EXPECT_NEAR(test::apply(plain, truth, q), energy, 1e-12 * energy);
    EXPECT_EQ(q.to_host(), b.to_host());
    x.zero();
    r.copy_from(b.to_host());
    EnergyStop stop(1e-14, M.convergence);
    stop.start(0);  // of x = 0, on the way to -energy
    EXPECT_EQ(conjugate_gradient(A, M, r, x, p, stop, 60, {}), StopReason::converged);
    EXPECT_LE(stop.iterations(), 25) << shift;
    const std::vector<double> found = A.values_of(x);
    for (std::size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], wave[i], 1e-4);
  }
}

TEST(Multigrid, NearPercolationTheLastGraphIsSmallToo) {
  // One block of the last lattice holds some 800 nodes here, and 5828 at 512^3, whose dense inverse took
  // minutes.
  const Device device = Device::cpu(2);
  GenerateSettings noise;
  noise.shape = "site-percolation";
  noise.fraction = 0.34;
  noise.size = {192, 192, 192};
  const Volume volume = generate(noise);
  std::vector<std::uint8_t> table(volume.labels.size(), wall_class);
  for (std::size_t code = 0; code < table.size(); ++code)
    if (volume.labels[code].value == 0) table[code] = first_conducting_class;
  test::Conductor classes = test::conductor(device, volume, table, std::pair{Axis::y, false});
  const Built built(std::move(classes), {1}, {1, 1, 1}, false);
  const auto& levels = built.hierarchy.levels();
  ASSERT_GT(levels.size(), 2u);
  EXPECT_GT(levels[levels.size() - 2].nodes, 400);
  EXPECT_LE(levels.back().nodes, 400);
}

TEST(Multigrid, ClustersThatNeverMeetHaveTheValueOfOneOfThem) {
  // 144 winding pores in walls: more than are solved for directly, and a diagonal on the coarsest level.
  const Volume pore = test::electrode(12, 0.7, 3);
  const auto& codes = std::get<LabelArray<std::uint8_t>>(pore.codes);
  const auto tiles = [&](std::int64_t n) {
    return test::volume_of({13 * n, 12, 13 * n}, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
      const bool wall = z % 13 == 12 || x % 13 == 12;
      return wall || codes[static_cast<std::size_t>((z % 13 * 12 + y) * 12 + x % 13)] != 0 ? 1 : 0;
    });
  };
  const Built built(test::conductor(Device::cpu(2), tiles(12), {first_conducting_class, wall_class},
                                    std::pair{Axis::y, false}),
                    {1}, {1, 1, 1}, false);
  EXPECT_EQ(built.hierarchy.levels().back().nodes, 144);
  EXPECT_EQ(built.hierarchy.inverse().size(), 144);
  Settings s = test::exact_settings("0=1,1=0", Axis::y);
  for (const char* precision : {"mixed", "double"}) {
    s.precision = precision;
    const test::Found one = test::solve(tiles(1), s), all = test::solve(tiles(12), s);
    ASSERT_EQ(all.status, Status::converged) << all.reason;
    EXPECT_NEAR(*all.ratio / *one.ratio, 1, 1e-9);
    EXPECT_LE(all.solver.iterations, one.solver.iterations + 2);
  }
}

TEST(Multigrid, LooseTolerancesAreReachedAtGreatContrastToo) {  // the first terms are small there
  GenerateSettings g;
  g.shape = "electrode";
  g.size = {56, 48, 52};
  g.porosity = 0.4;
  g.seed = 4;
  const Volume v = generate(g);
  for (const double tolerance : {0.1, 0.03, 1e-2, 1e-4}) {
    Settings s = test::exact_settings("0=1e-15,1=1e-8,2=1");
    s.precision = "mixed";
    s.tolerance = tolerance;
    const test::Found r = test::solve(v, s);
    EXPECT_EQ(r.status, Status::converged) << tolerance << ": " << r.reason;
  }
}

TEST(Dense, AnInverseOutlivesPivotsThatRoundingHasTaken) {
  const double big = 1, small = 1e-17;  // 1 + 1e-17 is 1
  for (const double value : inverse_of_spd({big + small, -big, -big, big + small}))
    EXPECT_TRUE(std::isfinite(value));
}

TEST(Dense, InverseTimesMatrixIsOne) {
  const std::vector<double> m{4, 1, 0.5, 1, 3, -1, 0.5, -1, 2}, inverse = inverse_of_spd(m);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < 3; ++k) sum += m[i * 3 + k] * inverse[k * 3 + j];
      EXPECT_NEAR(sum, i == j, 1e-14);
    }
  EXPECT_THROW(inverse_of_spd({1, 2, 2, 1}), Error);
}

}  // namespace
}  // namespace tauvox
