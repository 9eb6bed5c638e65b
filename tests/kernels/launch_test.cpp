// What a pass says it must move is what its launcher counts.
#include "kernels/base/launch.hpp"

#include <gtest/gtest.h>

namespace tauvox {
namespace {

struct PerElement {
  static constexpr std::int64_t bytes_per_element = 12;
  TAUVOX_HD void operator()(std::int64_t) const {}
  TAUVOX_HD void operator()(std::int64_t, std::int64_t) const {}
  TAUVOX_HD void operator()(std::int64_t, std::int64_t, std::int64_t) const {}
};

struct Whole {
  std::int64_t moved;
  std::int64_t bytes() const { return moved; }
  TAUVOX_HD Sums<1> operator()(std::int64_t) const { return {}; }
  TAUVOX_HD Sums<1> operator()(std::int64_t, std::int64_t, std::int64_t) const { return {}; }
};

struct Silent {
  TAUVOX_HD void operator()(std::int64_t) const {}
};

template <class Work>
std::int64_t counted(const Work& work) {
  const Device device = Device::cpu(1);
  work(device);
  return device.traffic_bytes();
}

TEST(Launch, CountsWhatAPassDeclares) {
  const Extent extent{5, 6, 7};
  const std::int64_t odd = chunk_cells + 1;  // no whole rows
  EXPECT_EQ(counted([&](const Device& d) { for_each_cell(d, extent, PerElement{}); }), 12 * 210);
  EXPECT_EQ(counted([&](const Device& d) { for_each_row(d, extent, PerElement{}); }), 12 * 42);
  EXPECT_EQ(counted([&](const Device& d) { for_each_index(d, odd, PerElement{}); }), 12 * odd);
  EXPECT_EQ(counted([&](const Device& d) { sum_over_cells<1>(d, extent, Whole{99}); }), 99);
  EXPECT_EQ(counted([&](const Device& d) { sum_over_indices<1>(d, odd, Whole{99}); }), 99);
  EXPECT_EQ(counted([&](const Device& d) { for_each_index(d, odd, Silent{}); }), 0);
}

}  // namespace
}  // namespace tauvox
