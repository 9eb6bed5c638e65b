// The layout of a solver's vectors, against the voxels it is made of.
#include "kernels/transport/octets.hpp"

#include <gtest/gtest.h>

#include "tests/support.hpp"

namespace tauvox {
namespace {

/// What Octets say, on the host.
struct OnHost {
  std::vector<OctetWord> words;
  std::vector<std::uint32_t> codes;
  std::vector<std::uint8_t> classes;
  OctetsView view;

  OnHost(const Octets& octets, const Device& device) : view(octets.view()) {
    words.resize(static_cast<std::size_t>(view.words_per_row * view.lattice.rows() + 1));
    codes.resize(static_cast<std::size_t>(view.count + 1));
    device.copy_out(words.data(), view.words, words.size() * sizeof(OctetWord));
    device.copy_out(codes.data(), view.codes, codes.size() * sizeof(std::uint32_t));
    if (view.classes) {
      classes.resize(static_cast<std::size_t>(octets.slots()));
      device.copy_out(classes.data(), view.classes, classes.size());
    }
    view.words = words.data();
    view.codes = codes.data();
    view.classes = view.classes ? classes.data() : nullptr;
  }
};

struct Case {
  std::array<std::int64_t, 3> size;
  std::array<bool, 3> joined;
  int labels;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  const std::vector<std::array<std::int64_t, 3>> sizes{{1, 1, 1}, {2, 2, 2},  {1, 1, 67}, {3, 1, 64},
                                                       {5, 4, 3}, {4, 7, 65}, {7, 6, 63}, {2, 5, 130},
                                                       {9, 1, 1}, {6, 9, 33}};
  for (const std::array<std::int64_t, 3>& size : sizes)
    for (int sides = 0; sides < 8; ++sides)
      all.push_back({size, {(sides & 1) != 0, (sides & 2) != 0, (sides & 4) != 0}, 2 + sides % 2});
  return all;
}

/// Grains of one voxel, so that every kind of octet is met.
Volume dust(const std::array<std::int64_t, 3>& size, int labels) {
  return test::volume_of(size, [&](std::int64_t z, std::int64_t y, std::int64_t x) -> std::int64_t {
    const std::uint64_t h = (static_cast<std::uint64_t>((z * 131 + y) * 137 + x) + 7) * 0x9e3779b97f4a7c15ull;
    return static_cast<std::int64_t>((h >> 40) % static_cast<std::uint64_t>(labels));
  });
}

/// Classes of the labels that occur: wall, first conducting class, ...
std::vector<std::uint8_t> table_of(const Volume& volume) {
  std::vector<std::uint8_t> table;
  for (const auto& label : volume.labels)
    table.push_back(label.value == 0 ? wall_class
                                     : static_cast<std::uint8_t>(first_conducting_class + label.value - 1));
  return table;
}

void expect_layout(const Case& c, const Device& device) {
  const Volume volume = dust(c.size, c.labels);
  const std::vector<std::uint8_t> table = table_of(volume);
  test::Conductor made = test::conductor(device, volume, table);
  Sides sides;
  for (const Axis axis : all_axes)
    if (c.joined[static_cast<std::size_t>(axis)]) sides.join(axis);
  const std::vector<double> sigma = c.labels == 2 ? std::vector<double>{1} : std::vector<double>{0.5, 1};
  const Octets octets(test::problem_of(made, sigma, sides));
  const OnHost here(octets, device);

  const std::int64_t n[3] = {c.size[0], c.size[1], c.size[2]};
  const std::vector<std::uint8_t> inside = test::voxels_in(*made.unknowns);
  const auto conducts = [&](Voxel v) {
    for (std::size_t axis = 0; axis < 3; ++axis)
      if (v.at[axis] < 0 || v.at[axis] >= n[axis]) {
        if (!c.joined[axis]) return false;
        v.at[axis] = (v.at[axis] + n[axis]) % n[axis];
      }
    return inside[static_cast<std::size_t>((v.z() * n[1] + v.y()) * n[2] + v.x())] != 0;
  };
  const Extent& lattice = here.view.lattice;
  std::int64_t next = 0;
  for (std::int64_t bz = 0; bz < lattice.nz; ++bz)
    for (std::int64_t by = 0; by < lattice.ny; ++by)
      for (std::int64_t bx = 0; bx < lattice.nx; ++bx) {
        std::uint32_t expected = 0;
        for (int s = 0; s < 8; ++s) {
          const Voxel v = Voxel::of_block(bx, by, bz, s);
          if (v.x() >= n[2] || v.y() >= n[1] || v.z() >= n[0] || !conducts(v)) continue;
          expected |= 1u << s;
          for (int axis = 0; axis < 3; ++axis)  // x in the second byte, then y, z
            if (conducts(v.next(axis, v.at[axis] & 1 ? 1 : -1))) expected |= 1u << (24 - 8 * axis + s);
        }
        const std::int64_t found = here.view.find(bx, by, bz);
        ASSERT_EQ(found, expected == 0 ? octets.count() : next) << bx << " " << by << " " << bz;
        if (expected == 0) continue;
        ASSERT_EQ(here.codes[static_cast<std::size_t>(next)], expected) << bx << " " << by << " " << bz;
        for (int s = 0; s < 8; ++s) {
          const Voxel v = Voxel::of_block(bx, by, bz, s);
          ASSERT_EQ(here.view.slot(v), 8 * next + s);
          if (!here.view.classes) continue;
          const bool there = (expected >> s) & 1u;
          const std::uint8_t of_voxel =
              there ? table[static_cast<std::size_t>(volume.code((v.z() * n[1] + v.y()) * n[2] + v.x()))]
                    : wall_class;
          ASSERT_EQ(here.classes[static_cast<std::size_t>(8 * next + s)], of_voxel);
        }
        ++next;
      }
  EXPECT_EQ(octets.count(), next);
  EXPECT_EQ(here.codes.back(), 0u);
}

TEST(Octets, AreTheBlocksOfTheirVoxelsWithTheirOpenFaces) {
  for (const Device& device : test::devices())
    for (const Case& c : cases()) {
      SCOPED_TRACE(device.description() + ", " + std::to_string(c.size[0]) + "x" + std::to_string(c.size[1]) +
                   "x" + std::to_string(c.size[2]) + ", joined " + std::to_string(c.joined[0]) +
                   std::to_string(c.joined[1]) + std::to_string(c.joined[2]));
      expect_layout(c, device);
    }
}

TEST(Octets, ValuesGoThereAndBack) {
  for (const Device& device : test::devices())
    for (const Case& c : cases()) {
      const Volume volume = dust(c.size, 2);
      test::Conductor made = test::conductor(device, volume, table_of(volume));
      if (made.unknowns->count() == 0) continue;
      const TransportOperator<float> A(test::problem_of(made, {1}, Sides::between_plates(Axis::z, false)));
      std::vector<float> values;
      for (std::int64_t i = 0; i < A.unknowns(); ++i) values.push_back(static_cast<float>(i + 1));
      const Buffer<float> vector = A.vector_of(values);
      EXPECT_EQ(A.values_of(vector), values);
      double sum = 0, expected = 0;  // nothing but they is in the vector
      for (const float value : vector.to_host()) sum += value;
      for (const float value : values) expected += value;
      EXPECT_EQ(sum, expected);
    }
}

}  // namespace
}  // namespace tauvox
