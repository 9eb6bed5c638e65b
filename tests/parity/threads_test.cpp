// The same bits whatever runs the kernels: threads, tuned rows, and a GPU where there is one (to rounding).
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "kernels/labels.hpp"
#include "kernels/transport_rows.hpp"
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

/// Seven labels in blocks of two voxels, and a broad wall in every third row.
Volume rough_with_walls(std::int64_t nx) {
  const Volume rough = test::rough_volume({5, 6, nx}, 21, 7);
  return test::volume_of({5, 6, nx}, [&](std::int64_t z, std::int64_t y, std::int64_t x) -> std::int64_t {
    return y % 3 == 0 && x < nx - 7 ? 0 : rough.code(x + nx * (y + 6 * z));
  });
}

// Nine classes are one too many for the tuned rows; eight fit. The ninth never occurs, so the physics is the
// same.
template <class T>
struct TunedAndPlain {
  Device device = Device::cpu(2);
  Volume volume;
  Field<std::uint8_t> classes;
  FaceTable eight, nine;
  Field<T> p;
  explicit TunedAndPlain(std::int64_t nx) : volume(rough_with_walls(nx)) {
    classes = map_labels(device, volume, {0, 2, 3, 4, 5, 6, 7});
    set_class_halo(classes, Axis::z, {});
    eight = make_faces({0.1, 0.2, 0.4, 0.6, 0.8, 1}, {1, 1.5, 2}, Axis::z);
    nine = make_faces({0.1, 0.2, 0.4, 0.6, 0.8, 1, 2}, {1, 1.5, 2}, Axis::z);
    p = test::field_of<T>(device, volume.extent, [&](auto x, auto y, auto z) {
      return std::sin(0.37 * static_cast<double>(x + nx * (y + 6 * z)));
    });
  }
};

template <class T, class Make>
void expect_rows_agree(const Make& make) {
  for (const std::int64_t nx : {16, 17, 31, 32, 63, 64, 65, 130}) {
    const TunedAndPlain<T> given(nx);
    const auto rows = make(given.eight, nx);
    if (!rows) GTEST_SKIP() << "this processor lacks the instructions: there is nothing to compare";
    const TransportOperator<T> plain(given.classes, given.nine, Axis::z, {});
    Field<T> expected(given.device, given.volume.extent), found(given.device, given.volume.extent);
    const FieldView<T> p = given.p.view(), q = found.view();
    const auto each_row = [&](const auto& row) {
      for (std::int64_t z = 0; z < 5; ++z)
        for (std::int64_t y = 0; y < 6; ++y)
          row(&given.classes.view()(0, y, z), &p(0, y, z), &q(0, y, z), nx, p.row_stride, p.plane_stride);
    };
    plain.apply(given.p, expected);
    each_row([&](auto... arguments) { rows->apply(arguments...); });
    EXPECT_EQ(found.to_host(), expected.to_host()) << nx;
    plain.jacobi_dot(given.p, expected);
    each_row([&](auto... arguments) { rows->jacobi(arguments...); });
    EXPECT_EQ(found.to_host(), expected.to_host()) << nx;
  }
}
template <class T>
void expect_avx2_rows_agree() {
  expect_rows_agree<T>([](const FaceTable& faces, std::int64_t nx) { return avx2_rows<T>(faces, nx); });
}
template <class T>
void expect_avx512_rows_agree() {
  expect_rows_agree<T>([](const FaceTable& faces, std::int64_t) { return avx512_rows<T>(faces); });
}
TEST(Parity, Avx2RowsGiveTheBitsOfThePlainFunctorInDouble) { expect_avx2_rows_agree<double>(); }
TEST(Parity, Avx2RowsGiveTheBitsOfThePlainFunctorInFloat) { expect_avx2_rows_agree<float>(); }
TEST(Parity, Avx512RowsGiveTheBitsOfThePlainFunctorInDouble) { expect_avx512_rows_agree<double>(); }
TEST(Parity, Avx512RowsGiveTheBitsOfThePlainFunctorInFloat) { expect_avx512_rows_agree<float>(); }

template <class T>
void expect_operators_agree() {
  for (const std::int64_t nx : {1, 15, 16, 65}) {
    const TunedAndPlain<T> given(nx);
    const TransportOperator<T> tuned(given.classes, given.eight, Axis::z, {});
    const TransportOperator<T> plain(given.classes, given.nine, Axis::z, {});
    Field<T> a(given.device, given.volume.extent), b(given.device, given.volume.extent);
    EXPECT_EQ(tuned.apply_dot(given.p, a), plain.apply_dot(given.p, b));
    EXPECT_EQ(a.to_host(), b.to_host());
    EXPECT_EQ(tuned.jacobi_dot(given.p, a), plain.jacobi_dot(given.p, b));
    EXPECT_EQ(a.to_host(), b.to_host());
  }
}
TEST(Parity, TheOperatorGivesTheSameBitsWithAndWithoutTunedRowsInDouble) { expect_operators_agree<double>(); }
TEST(Parity, TheOperatorGivesTheSameBitsWithAndWithoutTunedRowsInFloat) { expect_operators_agree<float>(); }

TEST(Parity, TheGpuAgreesWithTheCpu) {
  if (!probe_cuda().unavailable.empty()) GTEST_SKIP() << "no GPU: " << probe_cuda().unavailable;
  const Device gpu = Device::cuda(0);
  for (const char* precision : {"mixed", "double"})
    for (const Axis axis : all_axes) {
      const Volume v = test::rough_volume({33, 41, 70}, 13, 3);
      Settings s = test::exact_settings("0=0,1=0.3,2=1", axis);
      s.precision = precision;
      s.tolerance = 1e-6;
      const AxisResult on_cpu = test::solve(v, s, Device::cpu(2)), on_gpu = test::solve(v, s, gpu);
      EXPECT_NEAR(*on_gpu.ratio, *on_cpu.ratio, 1e-9 * *on_cpu.ratio);
      EXPECT_EQ(on_gpu.percolating_volume_fraction, on_cpu.percolating_volume_fraction);
      EXPECT_EQ(on_gpu.fraction_connected_26, on_cpu.fraction_connected_26);
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
