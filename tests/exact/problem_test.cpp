// Every kind of problem: against a dense factorisation, and against what can be worked out by hand.
#include <gtest/gtest.h>

#include <cmath>

#include "host/solve/jacobi.hpp"
#include "host/solve/solver.hpp"
#include "tests/posed.hpp"

namespace tauvox {
namespace {

using test::Asked;
using test::Load;
using test::Posed;
using test::volume_of;

/// x after `limit` iterations from zero.
template <class T, class Preconditioner>
Buffer<T> iterate(const TransportOperator<T>& A, const Preconditioner& M, std::int64_t limit) {
  Buffer<T> x = A.vector(), r = A.vector(), p = A.vector();
  x.zero();
  EnergyStop stop(0, M.convergence);
  stop.start(A.residual(x, r).energy);
  if (limit > 0) conjugate_gradient(A, M, r, x, p, stop, limit, {});
  return x;
}

/// What FP64 cannot tell of an energy, zero included.
double rounding(double energy) { return 1e-12 * std::abs(energy) + 1e-24; }
bool is_zero(double energy) { return std::abs(energy) < 1e-24; }

/// The bound holds for every potential, those on the way included.
template <class T>
void expect_bounds_of_early_iterates(const Problem& problem, double energy) {
  const TransportOperator<T> A(problem);
  const Hierarchy hierarchy(A.device(), A.medium());
  const MultigridPreconditioner<T> M(A, hierarchy);
  const double slack = rounding(energy);
  for (std::int64_t limit = 0; limit <= 6; ++limit)
    for (const bool multigrid : {true, false}) {
      SCOPED_TRACE(limit);
      const Buffer<T> x = multigrid ? iterate(A, M, limit) : iterate(A, JacobiPreconditioner<T>{A}, limit);
      const EnergyBounds bounds = bound_energy(A, hierarchy, x);
      EXPECT_LE(bounds.lower, energy + slack);
      EXPECT_GE(bounds.upper, energy - slack);
    }
}

template <class T>
void expect_solved(const Posed& posed, double energy, const std::vector<double>& u, double tolerance) {
  for (const Preconditioning method : {Preconditioning::multigrid, Preconditioning::jacobi}) {
    SCOPED_TRACE(method == Preconditioning::jacobi ? "jacobi" : "multigrid");
    Solver solver(posed.problem, method);
    const Solution& found = solver.minimise<T>(tolerance, 3000);
    if (is_zero(energy))  // of which no error is a small part; FP32 leaves the square of its rounding
      EXPECT_LE(found.bounds.upper, (sizeof(T) == 4 ? 1e-8 : tolerance * tolerance));
    else
      EXPECT_TRUE(found.reached) << found.error() << " after " << found.iterations;
    const double half_width = (found.bounds.upper - found.bounds.lower) / 2;
    EXPECT_LE(std::abs(found.energy() - energy), half_width + rounding(energy));
    if (!posed.unique) continue;
    const std::vector<float> potential = solver.potential();
    double largest = 1;
    for (const double value : u) largest = std::max(largest, std::abs(value));
    for (std::size_t i = 0; i < u.size(); ++i)
      if (posed.grid.sigma[i] > 0) {
        ASSERT_NEAR(potential[i], u[i], 10 * std::sqrt(tolerance) * largest) << i;
      }
  }
}

TEST(Problem, OfEachKindIsSolvedAsTheDenseFactorisationDoes) {
  for (const Asked& asked : test::problems_of_each_kind({6, 6, 6})) {
    SCOPED_TRACE(asked.name);
    const Posed posed = test::pose(asked, test::device());
    const std::vector<double> u = posed.grid.solve();
    const double energy = posed.grid.sums(u).energy;
    expect_bounds_of_early_iterates<float>(posed.problem, energy);
    expect_bounds_of_early_iterates<double>(posed.problem, energy);
    expect_solved<float>(posed, energy, u, 1e-5);
    expect_solved<double>(posed, energy, u, 1e-11);
  }
}

template <class T>
double solved(const Asked& asked, double tolerance, Preconditioning method = Preconditioning::multigrid) {
  Solver solver(test::pose(asked, test::device()).problem, method);
  const Solution& found = solver.minimise<T>(tolerance, 3000);
  if (found.bounds.upper > tolerance * tolerance) {
    EXPECT_TRUE(found.reached) << found.error() << " after " << found.iterations;
  }
  return found.energy();
}

/// In both precisions, by both solvers.
void expect_energy(const Asked& asked, double energy) {
  SCOPED_TRACE(asked.name);
  for (const Preconditioning method : {Preconditioning::multigrid, Preconditioning::jacobi}) {
    EXPECT_NEAR(solved<double>(asked, 1e-13, method), energy, 3e-13 * std::abs(energy) + 1e-24);
    EXPECT_NEAR(solved<float>(asked, 1e-5, method), energy, 1e-5 * std::abs(energy) + 1e-10);
  }
}

TEST(Problem, AStraightPoreHasTheTortuosityOfAnElectrode) {
  // Separator before the first voxel, current through all side walls: 3 psi S / (S_total^2 N) = 1 + 1/(2N^2).
  for (const std::int64_t n : {1, 2, 10, 20}) {
    Asked pore{"pore", volume_of({n, 3, 3}, [](auto, auto y, auto x) { return y == 1 && x == 1; }), {0, 1}};
    pore.sides = test::plates(Axis::z, 0, {});
    pore.load = Load::insulator_faces;
    const auto length = static_cast<double>(n), total = 4 * length;
    expect_energy(pore, -(1 + 1 / (2 * length * length)) * total * total * length / 3);
  }
}

/// Energy of the gradient `along` (per unit of length) in the periodic cell, over its volume.
Asked gradient(const char* name, const Volume& volume, const std::vector<double>& sigma,
               const std::array<double, 3>& spacing, const std::array<double, 3>& along) {
  Asked asked{name, volume, sigma, test::all_joined(), spacing};
  const Extent& e = volume.extent;
  const double length[3] = {static_cast<double>(e.nz), static_cast<double>(e.ny), static_cast<double>(e.nx)};
  for (std::size_t axis = 0; axis < 3; ++axis)
    asked.rise[axis] = along[axis] * length[axis] * spacing[axis] / spacing[0];
  return asked;
}

TEST(Problem, LaminatesHaveTheirTensor) {
  // Conductances of the faces follow each other as g; along the layers their arithmetic mean counts, across
  // them the harmonic one.
  const std::vector<double> t{1, 0.1, 0.02};
  double arithmetic = 0, resistance = 0, mean = 0;
  for (std::size_t s = 0; s < 3; ++s) {
    const double g = 2 * t[s] * t[(s + 1) % 3] / (t[s] + t[(s + 1) % 3]);
    arithmetic += g / 3, resistance += 1 / (3 * g), mean += t[s] / 3;
  }
  const double harmonic = 1 / resistance, half_sum = (arithmetic + harmonic) / 2,
               half_difference = (harmonic - arithmetic) / 2;
  const Volume xy = volume_of({4, 6, 9}, [](auto, auto y, auto x) { return (x + y) % 3; }),
               mirrored = volume_of({4, 6, 9}, [](auto, auto y, auto x) { return (x - y + 9) % 3; }),
               xyz = volume_of({6, 9, 3}, [](auto z, auto y, auto x) { return (x + y + z) % 3; });
  const std::array<double, 3> cube{1, 1, 1}, flat{1, 0.5, 2};
  expect_energy(gradient("along x", xy, t, cube, {0, 0, 1}), 216 * half_sum);
  expect_energy(gradient("along y", xy, t, cube, {0, 1, 0}), 216 * half_sum);
  expect_energy(gradient("along z", xy, t, cube, {1, 0, 0}), 216 * mean);
  expect_energy(gradient("along x + y", xy, t, cube, {0, 1, 1}), 216 * 2 * (half_sum + half_difference));
  expect_energy(gradient("along x - y", xy, t, cube, {0, -1, 1}), 216 * 2 * (half_sum - half_difference));
  expect_energy(gradient("mirrored", mirrored, t, cube, {0, 1, 1}), 216 * 2 * (half_sum - half_difference));
  const double normal[3] = {1, 2, 0.5}, square = 1 + 4 + 0.25;  // 1 / spacing
  for (std::size_t axis = 0; axis < 3; ++axis) {
    std::array<double, 3> along{};
    along[axis] = 1;
    expect_energy(gradient("flat voxels", xyz, t, flat, along),
                  162 * (arithmetic + (harmonic - arithmetic) * normal[axis] * normal[axis] / square));
  }
  expect_energy(gradient("flat voxels, along y + z", xyz, t, flat, {1, 1, 0}),
                162 * (2 * arithmetic + (harmonic - arithmetic) * 9 / square));
}

TEST(Problem, AStaircaseThatLeavesAndComesBackConducts) {
  const auto stairs =
      volume_of({8, 8, 8}, [](auto z, auto y, auto x) { return x == 0 && (z == y || z == (y + 1) % 8); });
  expect_energy(gradient("stairs", stairs, {0, 1}, {1, 1, 1}, {1, 0, 0}), 512 / 128.0);
  expect_energy(gradient("stairs", stairs, {0, 1}, {1, 1, 1}, {1, 1, 0}), 4 * 512 / 128.0);
  expect_energy(gradient("stairs", stairs, {0, 1}, {1, 1, 1}, {1, -1, 0}), 0);
}

TEST(Problem, WhatNothingHoldsAndNothingDrivesTakesNoEnergy) {
  const auto one = volume_of({5, 5, 5}, [](auto z, auto y, auto x) { return z == 2 && y == 2 && x == 2; }),
             many = volume_of({6, 6, 6}, [](auto z, auto y, auto x) { return (x + y + z) % 2; }),
             pairs = volume_of({6, 6, 6}, [](auto z, auto y, auto x) { return x % 3 && y % 2 && z % 2; });
  for (const Volume& volume : {one, many, pairs})
    for (const std::array<double, 3>& along : {std::array{1.0, 0.0, 0.0}, std::array{1.0, -2.0, 3.0}})
      expect_energy(gradient("clusters that do not join", volume, {0, 1}, {1, 2, 3}, along), 0);
}

TEST(Problem, AVoxelJoinedWithItselfConductsWithoutBeingMoved) {
  const auto voxel = volume_of({1, 1, 1}, [](auto, auto, auto) { return 0; });
  expect_energy(gradient("one voxel", voxel, {1}, {1, 1, 1}, {1, 2, 3}), 14);
  const auto thin = volume_of({4, 1, 3}, [](auto z, auto, auto) { return z % 2; });
  expect_energy(gradient("one voxel thin", thin, {1, 0.5}, {1, 1, 1}, {0, 1, 0}), 12 * 0.75);
}

TEST(Problem, AUniformLoadOnAShiftIsAConstant) {
  Asked asked{"constant", test::rough_volume({7, 6, 5}, 3, 3), {0, 0.1, 1}};
  for (const double shift : {1e-3, 1.0, 100.0}) {
    asked.shift = shift;
    asked.load = Load::uniform;
    const Posed posed = test::pose(asked, test::device());
    expect_energy(asked, -0.49 * shift * static_cast<double>(posed.problem.unknowns->count()));
    Solver solver(posed.problem, Preconditioning::multigrid);
    solver.minimise<double>(1e-13, 100);
    for (const float u : solver.potential())
      if (!std::isnan(u)) {
        EXPECT_NEAR(u, 0.7, 1e-5);
      }
  }
}

TEST(Problem, TheEnergyGoesWithTheSquareOfTheDifferenceBetweenThePlates) {
  Asked asked{"plates", test::rough_volume({8, 7, 6}, 3, 3), {0.3, 0.1, 1}};
  asked.sides = test::plates(Axis::y, 1, 0);
  const double unit = solved<double>(asked, 1e-13);
  for (const auto& [before, behind] : {std::pair{3.0, -1.0}, std::pair{-1.0, 3.0}, std::pair{1e3, 999.0}}) {
    asked.sides = test::plates(Axis::y, before, behind);
    expect_energy(asked, unit * (before - behind) * (before - behind));
  }
  const auto block = volume_of({4, 5, 6}, [](auto, auto, auto) { return 0; });
  expect_energy({"block", block, {1}, test::plates(Axis::z, 3, -1)}, 30 * 16 / 4.0);
}

}  // namespace
}  // namespace tauvox
