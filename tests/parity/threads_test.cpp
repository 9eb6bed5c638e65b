// The same bits whatever runs the kernels: threads, and a GPU where there is one (to rounding).
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

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
      const test::Found first = test::solve(v, s, Device::cpu(1), &first_field);
      for (const int threads : {2, 3, 7}) {
        std::vector<float> field;
        const test::Found r = test::solve(v, s, Device::cpu(threads), &field);
        EXPECT_EQ(*r.ratio, *first.ratio);
        EXPECT_EQ(r.solver.iterations, first.solver.iterations);
        EXPECT_EQ(std::memcmp(field.data(), first_field.data(), field.size() * sizeof(float)), 0);
      }
    }
}

TEST(Parity, TheGpuAgreesWithTheCpu) {
  if (!probe_cuda().unavailable.empty()) GTEST_SKIP() << "no GPU: " << probe_cuda().unavailable;
  const Device gpu = cuda_device();
  for (const char* precision : {"mixed", "double"})
    for (const Axis axis : all_axes) {
      const Volume v = test::rough_volume({33, 41, 70}, 13, 3);
      Settings s = test::exact_settings("0=0,1=0.3,2=1", axis);
      s.precision = precision;
      s.tolerance = 1e-6;
      const test::Found on_cpu = test::solve(v, s, Device::cpu(2)), on_gpu = test::solve(v, s, gpu);
      EXPECT_NEAR(*on_gpu.ratio, *on_cpu.ratio, 1e-9 * *on_cpu.ratio);
      EXPECT_EQ(on_gpu.percolating_volume_fraction, on_cpu.percolating_volume_fraction);
      EXPECT_EQ(on_gpu.fraction_connected_26, on_cpu.fraction_connected_26);
    }
}

}  // namespace
}  // namespace tauvox
