// Chords and pairs along lines, counted voxel by voxel.
#include "kernels/geometry/lines.hpp"

#include <gtest/gtest.h>

#include "tests/geometry.hpp"

namespace tauvox {
namespace {

/// Codes along every line of an axis.
std::vector<std::vector<std::int64_t>> lines_of(const Volume& v, Axis axis) {
  std::vector<std::vector<std::int64_t>> lines;
  const Extent layer = v.extent.layer(axis);
  for (std::int64_t b = 0; b < layer.ny; ++b)
    for (std::int64_t a = 0; a < layer.nx; ++a) {
      lines.emplace_back();
      for (std::int64_t i = 0; i < v.extent.along(axis); ++i) {
        const Voxel at = Voxel::of_layer(static_cast<int>(axis), a, b, i);
        lines.back().push_back(test::code_at(v, at.z(), at.y(), at.x()));
      }
    }
  return lines;
}

TEST(Lines, AgreeWithCountingVoxelByVoxel) {
  const std::vector<std::array<std::int64_t, 3>> sizes{{3, 4, 64},  {5, 3, 128}, {20, 40, 70},
                                                       {130, 3, 2}, {1, 1, 1},   {2, 90, 63}};
  for (std::size_t i = 0; i < sizes.size(); ++i)
    for (const Device& device : test::devices()) {
      const Volume v = test::noise(sizes[i], i, {60, 38, 2});
      const PhaseBits bits = test::bits_of(device, v);
      for (const Axis axis : all_axes) {
        SCOPED_TRACE(to_string(v.extent) + " along " + axis_name(axis) + " on " + device.description());
        const auto n = static_cast<std::size_t>(v.extent.along(axis));
        const std::size_t lags = std::min<std::size_t>(n, most_lags);
        std::vector<ChordCounts> chords(3,
                                        {std::vector<std::int64_t>(n + 1), std::vector<std::int64_t>(n + 1)});
        std::vector<std::vector<std::int64_t>> pairs(3, std::vector<std::int64_t>(lags));
        for (const std::vector<std::int64_t>& line : lines_of(v, axis)) {
          for (std::size_t begin = 0, end = 0; begin < n; begin = end) {
            while (end < n && line[end] == line[begin]) ++end;
            ChordCounts& of = chords[static_cast<std::size_t>(line[begin])];
            ++of.all[end - begin];
            if (begin > 0 && end < n) ++of.interior[end - begin];
          }
          for (std::size_t a = 0; a < n; ++a)
            for (std::size_t lag = 0; lag < lags && a + lag < n; ++lag)
              if (line[a] == line[a + lag]) ++pairs[static_cast<std::size_t>(line[a])][lag];
        }
        const std::vector<ChordCounts> found = count_chords(bits, axis);
        for (std::size_t p = 0; p < 3; ++p) {
          EXPECT_EQ(found[p].all, chords[p].all);
          EXPECT_EQ(found[p].interior, chords[p].interior);
        }
        EXPECT_EQ(count_correlation(bits, axis, static_cast<std::int64_t>(lags)), pairs);
      }
    }
}

}  // namespace
}  // namespace tauvox
