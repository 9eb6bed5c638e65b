// What is made of codes, on every device: counts, faces between labels, sets, classes.
#include "kernels/volume/codes.hpp"

#include <gtest/gtest.h>

#include <map>

#include "kernels/volume/interfaces.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

using Pairs = std::map<std::pair<std::int64_t, std::int64_t>, std::array<std::int64_t, 3>>;

/// The same volume with codes of two bytes.
Volume widened(Volume v) {
  const auto& narrow = std::get<LabelArray<std::uint8_t>>(v.codes);
  v.codes = std::vector<std::uint16_t>(narrow.begin(), narrow.end());
  return v;
}

std::vector<Volume> volumes() {
  std::vector<Volume> all;
  for (const std::array<std::int64_t, 3> zyx :
       {std::array<std::int64_t, 3>{1, 1, 1}, {1, 1, 40}, {2, 3, 33}, {7, 1, 64}, {13, 17, 19}, {20, 40, 50}})
    for (const int labels : {1, 2, 3, 40}) {
      all.push_back(test::rough_volume(zyx, 5, labels));
      all.push_back(widened(all.back()));
    }
  return all;
}

/// Brute force: every voxel looks at what lies behind it.
Pairs faces_of(const Volume& v, const std::array<bool, 3>& joined) {
  const std::array<std::int64_t, 3> n = v.extent.zyx();
  const auto code = [&](const std::array<std::int64_t, 3>& at) {
    return v.code((at[0] * n[1] + at[1]) * n[2] + at[2]);
  };
  Pairs pairs;
  for (std::int64_t z = 0; z < n[0]; ++z)
    for (std::int64_t y = 0; y < n[1]; ++y)
      for (std::int64_t x = 0; x < n[2]; ++x)
        for (std::size_t axis = 0; axis < 3; ++axis) {
          const std::array<std::int64_t, 3> here{z, y, x};
          std::array<std::int64_t, 3> there = here;
          if (++there[axis] == n[axis]) {
            if (!joined[axis]) continue;
            there[axis] = 0;
          }
          const auto [low, high] = std::minmax({code(here), code(there)});
          if (low != high) ++pairs[{low, high}][axis];
        }
  return pairs;
}

TEST(Codes, TheirHistogramWithinASetCountsItsVoxelsOnly) {
  for (const Volume& v : volumes())
    for (const Device& device : test::devices()) {
      const Codes codes(device, v);
      const Volume other = test::rough_volume(v.extent.zyx(), 8, 2);
      std::vector<std::uint8_t> table(other.labels.size(), 1);
      table[0] = 0;
      const Unknowns set = unknowns_of(Codes(device, other), table);
      std::vector<std::int64_t> expected(v.labels.size());
      for (std::int64_t i = 0; i < v.extent.voxels(); ++i)
        if (other.code(i) != 0) ++expected[static_cast<std::size_t>(v.code(i))];
      EXPECT_EQ(histogram(codes, set), expected);
    }
}

TEST(Codes, TheFacesBetweenLabelsAgreeWithBruteForce) {
  for (const Volume& v : volumes())
    for (int sides = 0; sides < 8; ++sides) {
      const std::array<bool, 3> joined{(sides & 4) != 0, (sides & 2) != 0, (sides & 1) != 0};
      const Pairs expected = faces_of(v, joined);
      for (const Device& device : test::devices()) {
        Pairs found;
        std::pair<std::int64_t, std::int64_t> last{-1, -1};
        for (const Interface& i : count_interfaces(Codes(device, v), joined)) {
          EXPECT_LT(last, std::make_pair(i.low, i.high));
          last = {i.low, i.high};
          found[last] = i.faces;
        }
        ASSERT_EQ(found, expected) << to_string(v.extent) << ", joined " << sides;
      }
    }
}

TEST(Codes, TooManyLabelsForATableOfTheirFacesAreRefused) {
  Volume v;
  v.extent = {most_interface_labels + 1, 1, 1};
  std::vector<std::uint16_t> codes;
  for (std::int64_t i = 0; i <= most_interface_labels; ++i) {
    codes.push_back(static_cast<std::uint16_t>(i));
    v.labels.push_back({i, 1});
  }
  v.codes = codes;
  EXPECT_THROW(count_interfaces(Codes(Device::cpu(1), v), {}), Error);
}

TEST(Codes, ASetHasTheVoxelsOfItsLabels) {
  for (const Volume& v : volumes())
    for (const Device& device : test::devices())
      for (const std::int64_t modulus : {1, 2, 3}) {
        std::vector<std::uint8_t> in_set, expected;
        for (std::size_t code = 0; code < v.labels.size(); ++code)
          in_set.push_back(static_cast<std::int64_t>(code) % modulus == 0);
        for (std::int64_t i = 0; i < v.extent.voxels(); ++i) expected.push_back(v.code(i) % modulus == 0);
        ASSERT_EQ(test::voxels_in(unknowns_of(Codes(device, v), in_set)), expected) << to_string(v.extent);
      }
}

TEST(Codes, OnACpuTheyAreTheHostsOwn) {
  const Volume v = test::rough_volume({9, 11, 45}, 3, 4);
  const Device device = Device::cpu(2);
  const Codes codes(device, v);
  EXPECT_EQ(device.bytes_in_use(), 0);
  codes.visit([&](const auto* c) {
    EXPECT_EQ(static_cast<const void*>(c), std::get<LabelArray<std::uint8_t>>(v.codes).data());
  });
}

}  // namespace
}  // namespace tauvox
