// The same bits whatever runs the kernels: threads, tuned rows, and a GPU where there is one (to rounding).
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "kernels/clusters.hpp"
#include "kernels/labels.hpp"
#include "kernels/transport_avx512.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

TEST(Parity, ResultsHaveTheSameBitsForEveryNumberOfThreads) {
  const Volume v = test::rough_volume({23, 37, 71}, 9, 3);
  for (const char* precision : {"mixed", "double"})
    for (const Axis axis : all_axes) {
      Settings s = test::exact_settings("0=0.01,1=0.3,2=1", axis);
      s.precision = precision;
      s.tolerance = 1e-6;
      std::vector<float> first_field;
      const AxisResult first = test::solve(v, s, Device::cpu(1), &first_field);
      for (const int threads : {2, 3, 7}) {
        std::vector<float> field;
        const AxisResult r = test::solve(v, s, Device::cpu(threads), &field);
        EXPECT_EQ(*r.ratio, *first.ratio);
        EXPECT_EQ(r.solver.iterations, first.solver.iterations);
        EXPECT_EQ(std::memcmp(field.data(), first_field.data(), field.size() * sizeof(float)), 0);
      }
    }
}

// Nine classes are one too many for the tuned rows; eight fit. The ninth never occurs, so the physics is the
// same.
template <class T>
void expect_tuned_rows_agree() {
  if (!avx512::available()) GTEST_SKIP() << "no AVX-512 here: there is nothing to compare";
  for (const std::int64_t nx : {1, 15, 16, 63, 64, 65, 130}) {
    const Volume v = test::rough_volume({5, 6, nx}, 21, 7);
    const Device device = Device::cpu(2);
    Field<std::uint8_t> classes = map_labels(device, v, {0, 2, 3, 4, 5, 6, 7});
    set_class_halo(classes, Axis::z, {});
    std::vector<double> sigma{0.1, 0.2, 0.4, 0.6, 0.8, 1};
    const TransportOperator<T> tuned(classes, make_faces(sigma, {1, 1.5, 2}, Axis::z), Axis::z, {});
    sigma.push_back(2);
    const TransportOperator<T> plain(classes, make_faces(sigma, {1, 1.5, 2}, Axis::z), Axis::z, {});
    Field<T> p(device, v.extent), a(device, v.extent), b(device, v.extent);
    for (std::int64_t i = 0; i < v.extent.voxels(); ++i)
      p.view()(i % nx, i / nx % 6, i / nx / 6) = static_cast<T>(std::sin(0.37 * static_cast<double>(i)));
    EXPECT_EQ(tuned.apply_dot(p, a), plain.apply_dot(p, b));
    EXPECT_EQ(a.to_host(), b.to_host());
    EXPECT_EQ(tuned.jacobi_dot(p, a), plain.jacobi_dot(p, b));
    EXPECT_EQ(a.to_host(), b.to_host());
  }
}
TEST(Parity, TunedRowsGiveTheBitsOfThePlainFunctorInDouble) { expect_tuned_rows_agree<double>(); }
TEST(Parity, TunedRowsGiveTheBitsOfThePlainFunctorInFloat) { expect_tuned_rows_agree<float>(); }

TEST(Parity, TheGpuAgreesWithTheCpu) {
  if (!probe_cuda().unavailable.empty()) GTEST_SKIP() << "no GPU: " << probe_cuda().unavailable;
  const Device gpu = Device::cuda(0);
  for (const char* precision : {"mixed", "double"})
    for (const Axis axis : all_axes) {
      const Volume v = test::rough_volume({33, 41, 70}, 13, 3);
      Settings s = test::exact_settings("0=0,1=0.3,2=1", axis);
      s.precision = precision;
      s.tolerance = 1e-6;
      const AxisResult on_cpu = test::solve(v, s), on_gpu = test::solve(v, s, gpu);
      EXPECT_NEAR(*on_gpu.ratio, *on_cpu.ratio, 1e-9 * *on_cpu.ratio);
      EXPECT_EQ(on_gpu.percolating_volume_fraction, on_cpu.percolating_volume_fraction);
      EXPECT_EQ(on_gpu.fraction_connected_26, on_cpu.fraction_connected_26);
    }
}

TEST(Clusters, AreNumberedInMemoryOrderWithSizesAndFaces) {
  // Two bars along x, one of them broken.
  const Volume v = test::volume_of(
      {3, 3, 9}, [](auto z, auto y, auto x) { return z == 1 && y != 1 && !(y == 2 && x == 4); });
  for (const int threads : {1, 2, 3, 7}) {
    const Clusters c = find_clusters(map_labels(Device::cpu(threads), v, {0, 2}), Connectivity::faces_6);
    ASSERT_EQ(c.count(), 3);
    EXPECT_EQ(c.voxels, (std::vector<std::int64_t>{9, 4, 4}));
    EXPECT_TRUE(c.spans(0, Axis::x));
    EXPECT_FALSE(c.spans(1, Axis::x));
    EXPECT_FALSE(c.spans(0, Axis::z));
  }
}

TEST(Clusters, JoinedSidesAndCornersConnect) {
  const Volume v = test::volume_of({2, 1, 6}, [](auto z, auto, auto x) { return z == 0 ? x == 0 : x == 5; });
  const auto classes = map_labels(Device::cpu(2), v, {0, 2});
  EXPECT_EQ(find_clusters(classes, Connectivity::faces_6).count(), 2);
  EXPECT_EQ(find_clusters(classes, Connectivity::all_26).count(), 2);
  EXPECT_EQ(find_clusters(classes, Connectivity::all_26, {false, false, true}).count(), 1);
  const Volume w = test::volume_of({1, 1, 6}, [](auto, auto, auto x) { return x == 0 || x == 5; });
  EXPECT_EQ(find_clusters(map_labels(Device::cpu(2), w, {0, 2}), Connectivity::faces_6, {false, false, true})
                .count(),
            1);
}

TEST(Clusters, AgreeWithAFloodFillOnRoughVolumes) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Volume v = test::rough_volume({17, 19, 23}, seed);
    const Clusters c = find_clusters(map_labels(Device::cpu(3), v, {0, 2}), Connectivity::faces_6);
    std::vector<std::int64_t> number(static_cast<std::size_t>(v.extent.voxels())), flooded(number.size());
    c.number.copy_to(number);
    std::int64_t next = 0;
    for (std::int64_t start = 0; start < v.extent.voxels(); ++start) {
      if (v.code(start) == 0 || flooded[static_cast<std::size_t>(start)]) continue;
      std::vector<std::int64_t> stack{start};
      flooded[static_cast<std::size_t>(start)] = ++next;
      while (!stack.empty()) {
        const std::int64_t i = stack.back(), x = i % 23, y = i / 23 % 19, z = i / 23 / 19;
        stack.pop_back();
        const auto visit = [&](bool inside, std::int64_t j) {
          if (inside && v.code(j) && !flooded[static_cast<std::size_t>(j)]) {
            flooded[static_cast<std::size_t>(j)] = next;
            stack.push_back(j);
          }
        };
        visit(x > 0, i - 1), visit(x < 22, i + 1), visit(y > 0, i - 23), visit(y < 18, i + 23);
        visit(z > 0, i - 437), visit(z < 16, i + 437);
      }
    }
    EXPECT_EQ(number, flooded);
    EXPECT_EQ(c.count(), next);
  }
}

TEST(Histogram, CountsEveryClass) {
  const Volume v = test::rough_volume({13, 17, 19}, 2, 4);
  const std::vector<std::int64_t> count = histogram(map_labels(Device::cpu(3), v, {0, 2, 3, 9}));
  EXPECT_EQ(count[0], v.labels[0].voxels);
  EXPECT_EQ(count[3], v.labels[2].voxels);
  EXPECT_EQ(count[9], v.labels[3].voxels);
}

}  // namespace
}  // namespace tauvox
