// The operator on unknowns against the one on the full grid, and its two forms against each other.
#include <gtest/gtest.h>

#include <cmath>

#include "kernels/active_operator.hpp"
#include "kernels/labels.hpp"
#include "kernels/transport.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

struct Case {
  const char* name;
  std::array<std::int64_t, 3> size;
  std::vector<double> conductivity;
  std::array<double, 3> spacing;
  Axis flow;
  Periodic joined;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const Axis flow : all_axes) {
    Periodic joined{true, true, true};
    joined[static_cast<std::size_t>(flow)] = false;
    all.push_back({"one class", {9, 21, 70}, {1}, {1, 1, 1}, flow, {}});
    all.push_back({"one class, several tiles and slabs", {49, 29, 65}, {1}, {2, 1, 1}, flow, {}});
    all.push_back({"one class, a thread", {3, 1, 1}, {1}, {1, 1, 1}, flow, joined});
    all.push_back({"one class, flat voxels, periodic", {22, 19, 33}, {1}, {1, 2, 0.5}, flow, joined});
    all.push_back({"three classes", {18, 37, 31}, {0.001, 0.3, 1}, {1, 1, 1}, flow, {}});
    all.push_back(
        {"three classes, flat voxels, periodic", {40, 18, 20}, {0.01, 0.3, 1}, {5, 1, 2}, flow, joined});
  }
  return all;
}

/// A field of classes of a case: walls and its conducting classes in a rough mixture.
Field<std::uint8_t> classes_of(const Case& c, const Device& device) {
  const int labels = static_cast<int>(c.conductivity.size()) + 1;
  std::vector<std::uint8_t> table{wall_class};
  for (int k = 1; k < labels; ++k) table.push_back(static_cast<std::uint8_t>(first_conducting_class + k - 1));
  Field<std::uint8_t> classes = map_labels(device, test::rough_volume(c.size, 31, labels), table);
  set_class_halo(classes, c.flow, c.joined);
  return classes;
}

template <class T>
Buffer<T> wave(const Device& device, std::int64_t n) {
  std::vector<T> host;
  for (std::int64_t i = 0; i < n; ++i)
    host.push_back(static_cast<T>(std::sin(0.37 * static_cast<double>(i))));
  Buffer<T> buffer(device, n);
  buffer.copy_from(host);
  return buffer;
}

void expect_close(const std::vector<float>& a, const std::vector<float>& b, float tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], tolerance) << i;
}

TEST(ActiveOperator, AppliesLikeTheOneOnTheFullGrid) {
  for (const Device& device : test::devices())
    for (const Case& c : cases()) {
      SCOPED_TRACE(c.name);
      const Field<std::uint8_t> classes = classes_of(c, device);
      const ActiveOperator<double> A(classes, c.conductivity, c.spacing, c.flow, c.joined);
      const TransportOperator<double> B(classes, make_faces(c.conductivity, c.spacing, c.flow), c.flow,
                                        c.joined);
      const Buffer<double> p = wave<double>(device, A.unknowns());
      Buffer<double> q(device, A.unknowns());
      // The same vector on the full grid.
      Field<double> full_p(device, classes.extent()), full_q(device, classes.extent());
      std::vector<double> grid(static_cast<std::size_t>(full_p.buffer().size()));
      const auto host_classes = classes.to_host();
      const auto values = p.to_host();
      const Extent& e = classes.extent();
      const auto at = [&](std::int64_t x, std::int64_t y, std::int64_t z) {
        return static_cast<std::size_t>(x + 1 + (e.nx + 2) * (y + 1 + (e.ny + 2) * (z + 1)));
      };
      std::size_t k = 0;
      for (std::int64_t z = 0; z < e.nz; ++z)
        for (std::int64_t y = 0; y < e.ny; ++y)
          for (std::int64_t x = 0; x < e.nx; ++x)
            if (host_classes[at(x, y, z)] >= first_conducting_class) grid[at(x, y, z)] = values[k++];
      ASSERT_EQ(k, values.size());
      full_p.buffer().copy_from(grid);
      B.update_halo(full_p);
      const double dot = A.apply_dot(p, q), full_dot = B.apply_dot(full_p, full_q);
      EXPECT_NEAR(dot, full_dot, 1e-11 * std::abs(full_dot));
      const auto out = q.to_host(), full_out = full_q.to_host();
      k = 0;
      for (std::int64_t z = 0; z < e.nz; ++z)
        for (std::int64_t y = 0; y < e.ny; ++y)
          for (std::int64_t x = 0; x < e.nx; ++x)
            if (host_classes[at(x, y, z)] >= first_conducting_class) {
              ASSERT_NEAR(out[k], full_out[at(x, y, z)], 1e-11 * (1 + std::abs(out[k])));
              ++k;
            }
      const Evaluation here = A.evaluate(p), there = B.evaluate(full_p);
      EXPECT_NEAR(here.energy, there.energy, 1e-12 * there.energy);
      EXPECT_NEAR(here.flux_in, there.flux_in, 1e-10 * std::abs(there.energy));
      EXPECT_NEAR(here.flux_out, there.flux_out, 1e-10 * std::abs(there.energy));
      EXPECT_NEAR(A.source_norm2(), B.source_norm2(), 1e-12 * B.source_norm2());
      // The FP32 concentration has no value within 1e-7 of the limits of this wave.
      std::int64_t outside = 0;
      for (const float u : A.potential(p)) outside += !std::isnan(u) && (u < -0.1f || u > 1.1f);
      if (A.unknowns() > 10) {
        EXPECT_GT(outside, 0);
        EXPECT_LT(outside, A.unknowns());
      }
      EXPECT_EQ(A.outside(p, 0.1), outside);
      EXPECT_EQ(B.outside(full_p, 0.1), outside);
      std::vector<double> none(static_cast<std::size_t>(A.unknowns()), std::nan(""));
      q.copy_from(none);
      EXPECT_EQ(A.outside(q, 0.1), A.unknowns());
      Field<double> full_r(device, classes.extent());
      EXPECT_NEAR(A.residual(p, q).residual2 / B.residual(full_p, full_r).residual2, 1, 1e-12);
    }
}

TEST(ActiveOperator, TunedAndPlainFormsAgree) {
  for (const Device& device : test::devices())
    for (const Case& c : cases()) {
      SCOPED_TRACE(c.name);
      const Field<std::uint8_t> classes = classes_of(c, device);
      const ActiveOperator<float> tuned(classes, c.conductivity, c.spacing, c.flow, c.joined);
      const ActiveOperator<float> plain(classes, c.conductivity, c.spacing, c.flow, c.joined,
                                        KernelForm::plain);
      const std::int64_t n = tuned.unknowns();
      const Buffer<float> p = wave<float>(device, n);
      Buffer<float> a(device, n), b(device, n);
      const double dot = tuned.apply_dot(p, a);
      EXPECT_NEAR(plain.apply_dot(p, b), dot, 1e-12 * std::abs(dot));
      EXPECT_EQ(a.to_host(), b.to_host());
      EXPECT_NEAR(tuned.evaluate(p).energy, plain.evaluate(p).energy, 1e-12 * plain.evaluate(p).energy);
      EXPECT_NEAR(tuned.evaluate(p).flux_in, plain.evaluate(p).flux_in, 1e-9 * plain.evaluate(p).energy);
      EXPECT_NEAR(tuned.evaluate(p).flux_out, plain.evaluate(p).flux_out, 1e-9 * plain.evaluate(p).energy);
      EXPECT_NEAR(tuned.residual(p, a).residual2 / plain.residual(p, b).residual2, 1, 1e-12);
      EXPECT_EQ(a.to_host(), b.to_host());
      const Blocks blocks = aggregate_voxels(device, tuned.medium());
      Buffer<double> rest_a(device, blocks.nodes), rest_b(device, blocks.nodes);
      const double energy = plain.evaluate(p, blocks, rest_b).energy;
      EXPECT_NEAR(tuned.evaluate(p, blocks, rest_a).energy, energy, 1e-12 * energy);
      const auto rest = rest_a.to_host(), plain_rest = rest_b.to_host();
      for (std::size_t i = 0; i < rest.size(); ++i) ASSERT_NEAR(rest[i], plain_rest[i], 1e-12 * (1 + energy));
      Buffer<float> coarse_a(device, blocks.nodes), coarse_b(device, blocks.nodes);
      tuned.smooth_restrict(blocks, p, coarse_a.data());
      plain.smooth_restrict(blocks, p, coarse_b.data());
      expect_close(coarse_a.to_host(), coarse_b.to_host(), 1e-5f);
      const Buffer<float> x = wave<float>(device, blocks.nodes);
      const double rz = tuned.prolong_smooth_dot(blocks, 2, x.data(), p, a);
      EXPECT_NEAR(plain.prolong_smooth_dot(blocks, 2, x.data(), p, b), rz, 1e-6 * static_cast<double>(n));
      expect_close(a.to_host(), b.to_host(), 1e-5f);
      if (!device.is_cuda()) continue;  // tiles keep the order of operations
      EXPECT_EQ(rest, plain_rest);
      EXPECT_EQ(coarse_a.to_host(), coarse_b.to_host());
      EXPECT_EQ(a.to_host(), b.to_host());
    }
}

TEST(ActiveOperator, NumbersUnknownsInTheOrderOfMemory) {
  const Device device = Device::cpu(2);
  const Case c{"", {5, 6, 67}, {1}, {1, 1, 1}, Axis::z, {}};
  const Field<std::uint8_t> classes = classes_of(c, device);
  const ActiveSet active(classes);
  std::int64_t next = 0;
  for (std::int64_t z = 0; z < 5; ++z)
    for (std::int64_t y = 0; y < 6; ++y)
      for (std::int64_t x = 0; x < 67; ++x) {
        const bool conducts = classes.view()(x, y, z) >= first_conducting_class;
        ASSERT_EQ(active.view().conducts(x, y, z), conducts);
        if (conducts) {
          ASSERT_EQ(active.view().number(x, y, z), next++);
        }
      }
  EXPECT_EQ(active.count(), next);
}

}  // namespace
}  // namespace tauvox
