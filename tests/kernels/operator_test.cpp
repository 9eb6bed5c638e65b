// The operator on octets against the one on the full grid, and its two forms against each other.
#include "kernels/transport/operator.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/oracle/full_grid.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

struct Case {
  const char* name;
  std::array<std::int64_t, 3> size;
  std::vector<double> conductivity;
  std::array<double, 3> spacing;
  Axis flow;
  bool periodic;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const Axis flow : all_axes) {
    all.push_back({"one class", {9, 21, 70}, {1}, {1, 1, 1}, flow, false});
    all.push_back({"one class, several tiles and slabs", {49, 29, 65}, {1}, {2, 1, 1}, flow, false});
    all.push_back({"one class, a thread", {3, 1, 1}, {1}, {1, 1, 1}, flow, true});
    all.push_back({"one class, flat voxels, periodic", {22, 19, 33}, {1}, {1, 2, 0.5}, flow, true});
    all.push_back({"three classes", {18, 37, 31}, {0.001, 0.3, 1}, {1, 1, 1}, flow, false});
    all.push_back(
        {"three classes, flat voxels, periodic", {40, 18, 20}, {0.01, 0.3, 1}, {5, 1, 2}, flow, true});
  }
  return all;
}

/// A field of classes of a case: walls and its conducting classes in a rough mixture.
test::Conductor classes_of(const Case& c, const Device& device) {
  const int labels = static_cast<int>(c.conductivity.size()) + 1;
  std::vector<std::uint8_t> table{wall_class};
  for (int k = 1; k < labels; ++k) table.push_back(static_cast<std::uint8_t>(first_conducting_class + k - 1));
  test::Conductor classes = test::conductor(device, test::rough_volume(c.size, 31, labels), table);
  return classes;
}

template <class T>
std::vector<T> wave(std::int64_t n) {
  std::vector<T> values;
  for (std::int64_t i = 0; i < n; ++i)
    values.push_back(static_cast<T>(std::sin(0.37 * static_cast<double>(i))));
  return values;
}
template <class T>
Buffer<T> on_device(const Device& device, const std::vector<T>& values) {
  Buffer<T> buffer(device, static_cast<std::int64_t>(values.size()));
  buffer.copy_from(values);
  return buffer;
}

/// The same problem, on the full grid, of the oracle.
test::FullGrid oracle_of(const Case& c, const test::Conductor& classes) {
  test::FullGrid grid;
  grid.size = c.size;
  for (const std::uint8_t k : classes.classes())
    grid.sigma.push_back(
        k < first_conducting_class ? 0 : c.conductivity[k - std::size_t{first_conducting_class}]);
  grid.spacing = c.spacing;
  grid.unit_axis = static_cast<int>(c.flow);
  grid.sides = test::FullGrid::between_plates(static_cast<int>(c.flow), {c.periodic, c.periodic, c.periodic});
  return grid;
}

/// A vector of unknowns on the full grid, and the other way.
std::vector<double> spread(const test::FullGrid& grid, const std::vector<double>& unknowns) {
  std::vector<double> full(grid.sigma.size());
  std::size_t k = 0;
  for (std::size_t i = 0; i < full.size(); ++i)
    if (grid.sigma[i] > 0) full[i] = unknowns.at(k++);
  EXPECT_EQ(k, unknowns.size());
  return full;
}
std::vector<double> gather(const test::FullGrid& grid, const std::vector<double>& full) {
  std::vector<double> unknowns;
  for (std::size_t i = 0; i < full.size(); ++i)
    if (grid.sigma[i] > 0) unknowns.push_back(full[i]);
  return unknowns;
}

TEST(Operator, DoesWhatThePlainOneOnTheFullGridDoes) {
  for (const Device& device : test::devices())
    for (const Case& c : cases()) {
      SCOPED_TRACE(c.name);
      test::Conductor classes = classes_of(c, device);
      const TransportOperator<double> A(
          test::between_plates(classes, c.conductivity, c.spacing, c.flow, c.periodic));
      const test::FullGrid grid = oracle_of(c, classes);
      const std::vector<double> from = wave<double>(A.unknowns());
      const Buffer<double> p = A.vector_of(from);
      Buffer<double> q = A.vector();
      const std::vector<double> full = spread(grid, from), Ap = gather(grid, grid.apply(full));
      double pAp = 0;
      for (std::size_t i = 0; i < Ap.size(); ++i) pAp += Ap[i] * from[i];
      EXPECT_NEAR(test::apply(A, p, q), pAp, 1e-11 * std::abs(pAp));
      const std::vector<double> out = test::undivided(A, q);
      for (std::size_t i = 0; i < out.size(); ++i) ASSERT_NEAR(out[i], Ap[i], 1e-11 * (1 + std::abs(Ap[i])));

      std::vector<double> u = full;  // with the ramp between the plates
      const auto n = static_cast<double>(A.extent().along(c.flow));
      const std::int64_t stride = c.flow == Axis::z   ? c.size[1] * c.size[2]
                                  : c.flow == Axis::y ? c.size[2]
                                                      : 1;
      for (std::size_t i = 0; i < u.size(); ++i)
        u[i] +=
            1 -
            (static_cast<double>(static_cast<std::int64_t>(i) / stride % A.extent().along(c.flow)) + 0.5) / n;
      const test::OracleSums sums = grid.sums(u);
      const Evaluation here = A.evaluate(p);
      EXPECT_NEAR(here.energy, sums.energy, 1e-12 * sums.energy);
      EXPECT_NEAR(here.flux_in, sums.flux_in, 1e-10 * sums.energy);
      EXPECT_NEAR(here.flux_out, sums.flux_out, 1e-10 * sums.energy);
      EXPECT_NEAR(here.residual2 / sums.residual2, 1, 1e-11);
      const std::vector<double> rest = gather(grid, grid.residual(u));
      EXPECT_NEAR(A.residual(p, q).residual2 / sums.residual2, 1, 1e-11);
      const std::vector<double> r = test::undivided(A, q);
      for (std::size_t i = 0; i < r.size(); ++i) ASSERT_NEAR(r[i], rest[i], 1e-11 * (1 + std::abs(rest[i])));
      double source = 0;  // the right-hand side of the potential itself
      for (const double b : grid.residual(std::vector<double>(full.size()))) source += b * b;
      EXPECT_NEAR(A.source_norm2(), source, 1e-12 * source);

      double sDz = 0;
      const double dot = A.jacobi_dot(p);
      const std::vector<double> diagonal = A.values_of(A.diagonal());
      std::size_t k = 0;
      for (std::int64_t i = 0; i < grid.voxels(); ++i) {
        if (grid.sigma[static_cast<std::size_t>(i)] == 0) continue;
        const double d = grid.diagonal(i);
        ASSERT_NEAR(diagonal[k], d, 1e-14 * d);
        sDz += from[k] * d * double{damping} * from[k];
        ++k;
      }
      EXPECT_NEAR(dot, sDz, 1e-12 * sDz);
      // The FP32 concentration has no value within 1e-7 of the limits of this wave.
      std::int64_t outside = 0;
      for (const float value : A.potential(p))
        outside += !std::isnan(value) && (value < -0.1f || value > 1.1f);
      if (A.unknowns() > 10) {
        EXPECT_GT(outside, 0);
        EXPECT_LT(outside, A.unknowns());
      }
      EXPECT_EQ(A.outside(p, 0.1), outside);
      const std::vector<double> none(static_cast<std::size_t>(A.unknowns()), std::nan(""));
      EXPECT_EQ(A.outside(A.vector_of(none), 0.1), A.unknowns());
    }
}

/// Every pass in both forms, which keep the order of operations: the same bits, but for sums.
template <class T>
void expect_forms_agree(const Problem& problem) {
  const TransportOperator<T> tuned(problem), plain(problem, KernelForm::plain);
  const Device& device = tuned.device();
  const std::int64_t n = tuned.unknowns();
  const Buffer<T> p = tuned.vector_of(wave<T>(n));
  Buffer<T> a = tuned.vector(), b = tuned.vector();
  const auto voxels = static_cast<double>(n);
  EXPECT_NEAR(test::apply(tuned, p, a), test::apply(plain, p, b), 1e-12 * voxels);
  EXPECT_EQ(a.to_host(), b.to_host());
  const Evaluation here = tuned.evaluate(p), there = plain.evaluate(p);
  EXPECT_NEAR(here.energy, there.energy, 1e-12 * std::max(voxels, there.energy));
  EXPECT_NEAR(here.flux_in, there.flux_in, 1e-12 * voxels);
  EXPECT_NEAR(here.flux_out, there.flux_out, 1e-12 * voxels);
  EXPECT_NEAR(tuned.residual(p, a).residual2 / plain.residual(p, b).residual2, 1, 1e-12);
  EXPECT_EQ(a.to_host(), b.to_host());
  const Blocks blocks = aggregate_voxels(device, tuned.medium());
  Buffer<double> rest_a(device, blocks.nodes), rest_b(device, blocks.nodes);
  EXPECT_NEAR(tuned.evaluate(p, blocks, rest_a).energy, plain.evaluate(p, blocks, rest_b).energy,
              1e-12 * std::max(voxels, there.energy));
  const auto rest = rest_a.to_host(), plain_rest = rest_b.to_host();
  EXPECT_EQ(rest, plain_rest);
  const std::vector<float> coarse = wave<float>(blocks.nodes);
  const test::StepsOfCycle<T> steps(tuned, blocks, p, coarse), plain_steps(plain, blocks, p, coarse);
  EXPECT_EQ(steps.coarse_b, plain_steps.coarse_b);
  EXPECT_NEAR(steps.sum, plain_steps.sum, 1e-12 * voxels);
  EXPECT_EQ(steps.x, plain_steps.x);
  EXPECT_EQ(steps.p, plain_steps.p);
}

TEST(Operator, TunedAndPlainFormsAgree) {
  for (const Device& device : test::devices())
    for (const Case& c : cases()) {
      SCOPED_TRACE(c.name);
      test::Conductor classes = classes_of(c, device);
      expect_forms_agree<float>(test::between_plates(classes, c.conductivity, c.spacing, c.flow, c.periodic));
    }
}

/// Six plates; joined sides, plates and walls; joined sides alone.
std::vector<Sides> mixed_sides() {
  Sides plates, mixed, joined;
  for (std::size_t side = 0; side < 6; ++side)
    plates.all[side] = Side::plate(0.7 - 0.3 * static_cast<double>(side));
  mixed.join(Axis::x);
  mixed.behind(Axis::y) = Side::plate(-0.4);
  mixed.before(Axis::z) = Side::plate(1.5);
  for (const Axis axis : all_axes) joined.join(axis);
  return {plates, mixed, joined};
}

TEST(Operator, FormsAgreeOnAllSidesWithShiftLoadAndRise) {
  const std::vector<Case> extents{{"several tiles and slabs", {34, 17, 35}, {1}, {2, 1, 1}, Axis::z, false},
                                  {"a line", {2, 1, 33}, {1}, {1, 1, 1}, Axis::y, false},
                                  {"two classes", {9, 16, 34}, {0.2, 1}, {1, 0.5, 1}, Axis::x, false}};
  for (const Device& device : test::devices())
    for (const Case& c : extents)
      for (const Sides& sides : mixed_sides())
        for (const bool driven : {false, true}) {
          SCOPED_TRACE(device.description() + ", " + c.name + (driven ? ", driven" : ""));
          test::Conductor classes = classes_of(c, device);
          Problem problem = test::problem_of(classes, c.conductivity, sides, c.spacing);
          problem.unit_axis = c.flow;
          for (const Axis axis : all_axes)
            if (sides.is_joined(axis))
              problem.rise[static_cast<std::size_t>(axis)] = 0.3 + static_cast<double>(axis);
          if (driven) {
            problem.shift = 0.37;
            std::vector<std::uint8_t> kinds;
            for (std::int64_t i = 0; i < classes.unknowns->count(); ++i)
              kinds.push_back(static_cast<std::uint8_t>(i * i % 11 % 3));
            problem.kinds = std::make_shared<Buffer<std::uint8_t>>(on_device(device, kinds));
            problem.weight_of_kind = {0.5, 0, 2};
            problem.load =
                std::make_shared<Buffer<double>>(on_device(device, wave<double>(classes.unknowns->count())));
          }
          expect_forms_agree<float>(problem);
          if (driven) expect_forms_agree<double>(problem);
        }
}

TEST(Operator, NumbersUnknownsInTheOrderOfMemory) {
  const Device device = Device::cpu(2);
  const Case c{"", {5, 6, 67}, {1}, {1, 1, 1}, Axis::z, false};
  test::Conductor classes = classes_of(c, device);
  const Unknowns& active = *classes.unknowns;
  const std::vector<std::uint8_t> of_voxel = classes.classes();
  std::int64_t next = 0;
  for (std::int64_t z = 0; z < 5; ++z)
    for (std::int64_t y = 0; y < 6; ++y)
      for (std::int64_t x = 0; x < 67; ++x) {
        const bool conducts =
            of_voxel[static_cast<std::size_t>(x + 67 * (y + 6 * z))] >= first_conducting_class;
        ASSERT_EQ(active.view().conducts(x, y, z), conducts);
        if (conducts) {
          ASSERT_EQ(active.view().number(x, y, z), next++);
        }
      }
  EXPECT_EQ(active.count(), next);
}

}  // namespace
}  // namespace tauvox
