// What is recorded and repeated does what starting it again would.
#include "kernels/base/recording.hpp"

#include <gtest/gtest.h>

#include "kernels/base/vector.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

TEST(Recording, RepeatsKernelsInTheirOrderAndCountsTheirBytes) {
  for (const Device& device : test::devices()) {
    constexpr std::int64_t size = 1000;
    Buffer<double> a(device, size), b(device, size);
    a.copy_from(std::vector<double>(size, 1.0));
    b.copy_from(std::vector<double>(size, 0.0));
    double factor = 1;
    int calls = 0;
    Recording recording;
    const auto add = [&] {
      recording.run(device, [&] {
        ++calls;
        add_scaled(b, factor, a);  // b += a, a += b: the order counts
        add_scaled(a, factor, b);
      });
    };
    const std::int64_t before = device.traffic_bytes();
    for (int i = 0; i < 4; ++i) add();
    const std::int64_t moved = device.traffic_bytes() - before;
    EXPECT_EQ(b.to_host()[7], 21);  // of the numbers of Fibonacci
    EXPECT_EQ(a.to_host()[size - 1], 34);
    EXPECT_GT(moved, 0);
    EXPECT_EQ(moved % 4, 0);
    EXPECT_EQ(calls, device.is_cuda() ? 1 : 4);
    recording.forget();
    factor = 2;
    add();
    EXPECT_EQ(b.to_host()[7], 21 + 2 * 34);
    EXPECT_EQ(device.traffic_bytes() - before, moved / 4 * 5);
  }
}

}  // namespace
}  // namespace tauvox
