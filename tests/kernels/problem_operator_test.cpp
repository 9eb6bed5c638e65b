// The operator of every kind of problem: against the oracle, and its two forms against each other.
#include <gtest/gtest.h>

#include <cmath>

#include "kernels/transport/forms.hpp"
#include "tests/posed.hpp"

namespace tauvox {
namespace {

using test::Asked;
using test::Posed;

/// Sizes that fill several tiles and slabs, and such that are thinner than a block.
std::vector<Asked> cases() {
  std::vector<Asked> all = test::problems_of_each_kind({11, 19, 37});
  for (const std::array<std::int64_t, 3>& size : {std::array<std::int64_t, 3>{1, 5, 34}, {2, 1, 3}})
    for (Asked& asked : test::problems_of_each_kind(size)) all.push_back(std::move(asked));
  std::erase_if(all, [](const Asked& asked) {
    return test::pose(asked, Device::cpu(1)).problem.unknowns->count() == 0;
  });
  return all;
}

template <class T>
std::vector<T> wave(std::int64_t n) {
  std::vector<T> values;
  for (std::int64_t i = 0; i < n; ++i)
    values.push_back(static_cast<T>(test::rough_number(static_cast<std::size_t>(i))));
  return values;
}

/// What deviations are counted from: linear between the plates of the first axis that has any, and along
/// joined axes; a lone plate's value is that of both ends.
double reference(const Asked& asked, const std::array<std::int64_t, 3>& size, std::int64_t i) {
  const std::int64_t at[3] = {i / (size[1] * size[2]), i / size[2] % size[1], i % size[2]};
  double sum = 0;
  bool plates_met = false;
  for (const Axis axis : all_axes) {
    const auto a = static_cast<std::size_t>(axis);
    const double share = (static_cast<double>(at[a]) + 0.5) / static_cast<double>(size[a]);
    sum += asked.rise[a] * share;
    Side before = asked.sides.before(axis), behind = asked.sides.behind(axis);
    if (before.kind != SideKind::plate) before = behind;
    if (behind.kind != SideKind::plate) behind = before;
    if (plates_met || before.kind != SideKind::plate) continue;
    plates_met = true;
    sum += before.value * (1 - share) + behind.value * share;
  }
  return sum;
}

void expect_close(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], tolerance * (1 + std::abs(b[i]))) << i;
}

/// A residual; a voxel that nothing touches has none that could be undone, and no diagonal to divide by.
void expect_without_isolated(const TransportOperator<double>& A, const Buffer<double>& s,
                             const std::vector<double>& expected) {
  const std::vector<double> r = test::undivided(A, s), diagonal = A.values_of(A.diagonal());
  ASSERT_EQ(r.size(), expected.size());
  for (std::size_t i = 0; i < r.size(); ++i)
    ASSERT_NEAR(r[i], diagonal[i] > 0 ? expected[i] : 0, 1e-10 * (1 + std::abs(expected[i]))) << i;
}

/// More vectors than a pass takes at once.
void expect_forms(const TransportOperator<double>& A, const Posed& posed, const Buffer<double>& v,
                  const std::vector<double>& full, KernelForm form) {
  const test::FullGrid& grid = posed.grid;
  const std::vector<double> Av = grid.apply(full);
  std::vector<std::vector<double>> spread;
  std::vector<Buffer<double>> with;
  for (std::ptrdiff_t k = 1; k <= 6; ++k) {
    const std::vector<double> longer = wave<double>(A.unknowns() + 7 * k);
    const std::vector<double> values(longer.begin() + 7 * k, longer.end());
    spread.push_back(posed.spread(values));
    with.push_back(A.vector_of(values));
  }
  const std::vector<std::array<double, 2>> found = forms(A, v, std::span<const Buffer<double>>(with), form);
  ASSERT_EQ(found.size(), with.size());
  for (std::size_t k = 0; k < with.size(); ++k) {
    double all = 0, of_shift = 0, scale = 1;
    for (std::size_t i = 0; i < full.size(); ++i) {
      all += Av[i] * spread[k][i];
      of_shift += grid.shift * (grid.weight.empty() ? 1 : grid.weight[i]) * full[i] * spread[k][i];
      scale += std::abs(Av[i] * spread[k][i]);
    }
    EXPECT_NEAR(found[k][0] + found[k][1], all, 1e-12 * scale) << k;
    EXPECT_NEAR(found[k][1], of_shift, 1e-12 * scale) << k;
  }
}

void expect_as_the_oracle(const Asked& asked, const Device& device, KernelForm form) {
  const Posed posed = test::pose(asked, device);
  const TransportOperator<double> A(posed.problem, form);
  const test::FullGrid& grid = posed.grid;
  const std::vector<double> values = wave<double>(A.unknowns()), full = posed.spread(values);
  const Buffer<double> v = A.vector_of(values);
  Buffer<double> q = A.vector();
  test::apply(A, v, q);
  expect_close(test::undivided(A, q), posed.gather(grid.apply(full)), 1e-11);

  expect_forms(A, posed, v, full, form);

  std::vector<double> u = full;
  for (std::size_t i = 0; i < u.size(); ++i)
    if (grid.sigma[i] > 0) u[i] += reference(asked, grid.size, static_cast<std::int64_t>(i));
  const test::OracleSums sums = grid.sums(u);
  double scale = 1;  // what the sums are made of
  for (const double value : u) scale += value * value;
  const auto close = [&](const Evaluation& here) {
    EXPECT_NEAR(here.energy, sums.energy, 1e-11 * scale);
    EXPECT_NEAR(here.flux_in, sums.flux_in, 1e-10 * scale);
    EXPECT_NEAR(here.flux_out, sums.flux_out, 1e-10 * scale);
    EXPECT_NEAR(here.residual2, sums.residual2, 1e-10 * (scale + sums.residual2));
  };
  close(A.evaluate(v));
  close(A.residual(v, q));
  const std::vector<double> rest = grid.residual(u);
  expect_without_isolated(A, q, posed.gather(rest));
  const Blocks blocks = aggregate_voxels(device, A.medium());
  Buffer<double> sums_of_rest(device, blocks.nodes);
  close(A.evaluate(v, blocks, sums_of_rest));
  double total = 0, expected = 0;
  for (const double r : sums_of_rest.to_host()) total += r;
  for (const double r : rest) expected += r;
  EXPECT_NEAR(total, expected, 1e-10 * scale);
  double source = 0;
  for (const double b : grid.residual(std::vector<double>(full.size()))) source += b * b;
  EXPECT_NEAR(A.source_norm2(), source, 1e-11 * (1 + source));
  for (const Axis axis : all_axes)
    expect_close(A.plane_fluxes(v, axis), grid.plane_fluxes(u, static_cast<int>(axis)), 1e-11 * scale);
  const std::vector<float> potential = A.potential(v);
  for (std::size_t i = 0; i < u.size(); ++i) {
    if (grid.sigma[i] == 0) {
      ASSERT_TRUE(std::isnan(potential[i])) << i;
    } else {
      ASSERT_NEAR(potential[i], u[i], 1e-6 * (1 + std::abs(u[i]))) << i;
    }
  }
}

TEST(Operator, OfEveryKindOfProblemDoesWhatTheOracleDoes) {
  for (const Device& device : test::devices())
    for (const Asked& asked : cases())
      for (const KernelForm form : {KernelForm::tuned, KernelForm::plain}) {
        SCOPED_TRACE(asked.name + (form == KernelForm::tuned ? ", tuned, " : ", plain, ") +
                     device.description());
        expect_as_the_oracle(asked, device, form);
      }
}

TEST(Operator, OfEveryKindOfProblemHasTwoFormsThatAgree) {
  for (const Device& device : test::devices())
    for (const Asked& asked : cases()) {
      SCOPED_TRACE(asked.name + ", " + device.description());
      const Posed posed = test::pose(asked, device);
      const TransportOperator<float> tuned(posed.problem), plain(posed.problem, KernelForm::plain);
      const std::int64_t n = tuned.unknowns();
      const Buffer<float> p = tuned.vector_of(wave<float>(n));
      Buffer<float> a = tuned.vector(), b = tuned.vector();
      const double dot = test::apply(tuned, p, a);
      EXPECT_NEAR(test::apply(plain, p, b), dot, 1e-12 * std::abs(dot));
      EXPECT_EQ(a.to_host(), b.to_host());
      EXPECT_NEAR(tuned.jacobi_dot(p), plain.jacobi_dot(p), 1e-12 * plain.jacobi_dot(p));
      tuned.residual(p, a), plain.residual(p, b);
      EXPECT_EQ(a.to_host(), b.to_host());
      const Blocks blocks = aggregate_voxels(device, tuned.medium());
      const std::vector<float> coarse = wave<float>(blocks.nodes);
      const test::StepsOfCycle<float> steps(tuned, blocks, p, coarse), plain_steps(plain, blocks, p, coarse);
      EXPECT_EQ(steps.coarse_b, plain_steps.coarse_b);
      EXPECT_NEAR(steps.sum, plain_steps.sum, 1e-12 * static_cast<double>(n));
      EXPECT_EQ(steps.x, plain_steps.x);
      EXPECT_EQ(steps.p, plain_steps.p);
    }
}

}  // namespace
}  // namespace tauvox
