// Memory of devices, and copies to and from it.
#include "kernels/base/device.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/support.hpp"

namespace tauvox {
namespace {

TEST(Device, CopiesOfEverySizeArriveAndLeaveTheHostToItsOwner) {
  for (const Device& device : test::devices())
    for (const std::size_t size : {std::size_t{1}, std::size_t{4097}, (std::size_t{90} << 20) / 4 + 3}) {
      std::vector<std::uint32_t> host(size), back(size);
      std::iota(host.begin(), host.end(), 7u);
      Buffer<std::uint32_t> buffer(device, static_cast<std::int64_t>(size));
      buffer.copy_from(host);
      std::fill(host.begin(), host.end(), 0u);  // on its way or not, the copy must not see this
      buffer.copy_to(back);
      for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(back[i], 7u + i) << device.description();
    }
}

TEST(Device, CountsWhatItHandsOut) {
  for (const Device& device : test::devices()) {
    const std::int64_t free = device.is_cuda() ? device.free_bytes() : 0;
    {
      const Buffer<double> a(device, 1000);
      EXPECT_EQ(device.bytes_in_use(), 8256);
      {
        const Buffer<char> b(device, 5);
        EXPECT_EQ(device.bytes_in_use(), 8256 + 261);
      }
      EXPECT_EQ(device.bytes_in_use(), 8256);
      if (device.is_cuda()) {
        EXPECT_LT(device.free_bytes(), free);
      }
    }
    EXPECT_EQ(device.bytes_in_use(), 0);
    EXPECT_EQ(device.peak_bytes(), 8256 + 261);
    if (device.is_cuda()) {
      EXPECT_EQ(device.free_bytes(), free);  // not kept for later
    }
  }
}

}  // namespace
}  // namespace tauvox
