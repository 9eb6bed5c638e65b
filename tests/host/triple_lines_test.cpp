// Lines where three phases meet, against their exact lengths.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "host/studies/study_table.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

using Vector = std::array<double, 3>;

double dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
Vector cross(const Vector& a, const Vector& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
Vector unit(const Vector& a) {
  const double length = std::sqrt(dot(a, a));
  return {a[0] / length, a[1] / length, a[2] / length};
}

Result triple_lines(Volume volume) {
  if (!volume.voxel_size) volume.voxel_size = {1, 1, 1};
  Settings s;
  s.conductivity = {{0, 1.0}, {1, 0.0}, {2, 0.0}};
  s.phases = {{{"pore", {0}}, {"active", {1}}, {"binder", {2}}}};
  const Materials materials = assign_materials(volume, s);
  StudyInput in{volume, materials, s, test::device()};
  in.phases = s.phases;
  return study_named("triple_lines").run(in, {}, {}).results.at(0);
}

/// Half of a ball of radius r about the middle of n^3 voxels is active, the other half binder.
Volume halved_ball(std::int64_t n, double r, const Vector& normal) {
  const double middle = static_cast<double>(n) / 2 + 0.2;
  return test::volume_of({n, n, n}, [&](auto z, auto y, auto x) -> std::int64_t {
    const Vector from{static_cast<double>(z) + 0.5 - middle, static_cast<double>(y) + 0.5 - middle,
                      static_cast<double>(x) + 0.5 - middle};
    if (dot(from, from) > r * r) return 0;
    return dot(from, normal) > 0 ? 1 : 2;
  });
}

TEST(TripleLines, AlongAnAxisHaveTheirLength) {
  for (const std::size_t axis : {0u, 1u, 2u}) {
    Volume v = test::volume_of({8, 10, 12}, [&](auto z, auto y, auto x) -> std::int64_t {
      const std::array<std::int64_t, 3> at{z, y, x};
      return at[(axis + 1) % 3] < 4 ? 0 : at[(axis + 2) % 3] < 4 ? 1 : 2;
    });
    v.voxel_size = {1e-6, 2e-6, 3e-6};
    const double volume = 8 * 10 * 12 * 6e-18;
    const double length = static_cast<double>(v.extent.zyx()[axis]) * v.voxel_size->at(axis);
    const Result found = triple_lines(v);
    EXPECT_NEAR(*found.value("triple_length"), length / volume, 1e-6 * length / volume) << axis;
    EXPECT_NEAR(*found.value("triple_edges"), length / volume, 1e-6 * length / volume) << axis;
  }
}

TEST(TripleLines, OfAnImageHaveTheirLength) {  // one layer: all lines run along the axis that was added
  const Volume v = test::volume_of({1, 20, 20}, [](auto, auto y, auto x) -> std::int64_t {
    return y < 7 ? 0 : (x / 3) % 2 == 0 ? 1 : 2;
  });
  EXPECT_NEAR(*triple_lines(v).value("triple_length"), 6 / 400.0, 1e-12);
}

TEST(TripleLines, OfAllDirectionsAlikeReadAFewPercentHigh) {
  const std::int64_t n = 48;
  const double radius = 16;
  std::uint64_t state = 5;
  const auto next = [&] {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<double>(state >> 33) / 2147483648.0 - 0.5;
  };
  double edges = 0, length = 0;
  constexpr int count = 40;
  for (int i = 0; i < count; ++i) {
    const Vector any = unit({next(), next(), next()});
    const Result found = triple_lines(halved_ball(n, radius, any));
    edges += *found.value("triple_edges") / count;
    length += *found.value("triple_length") / count;
  }
  const double exact = 2 * std::numbers::pi * radius / std::pow(n, 3);
  EXPECT_NEAR(2.0 / 3 * edges / exact, 1.04, 0.03);
  EXPECT_NEAR(length / exact, 1.10, 0.03) << "each circle lies in one plane";
}

/// Three half-planes that meet in a line of direction u through c, and the length of that line in n^3 voxels.
Volume wedges(std::int64_t n, const Vector& u, const Vector& c, double& length) {
  const Vector e = unit(cross(u, {1, -0.3, 0.2})), f = cross(u, e);
  const auto edge = static_cast<double>(n);
  double from = -4 * edge, to = 4 * edge;
  for (std::size_t i = 0; i < 3; ++i) {
    if (u[i] == 0) continue;
    from = std::max(from, std::min(-c[i] / u[i], (edge - c[i]) / u[i]));
    to = std::min(to, std::max(-c[i] / u[i], (edge - c[i]) / u[i]));
  }
  length = to - from;
  return test::volume_of({n, n, n}, [&](auto z, auto y, auto x) -> std::int64_t {
    const Vector off{static_cast<double>(z) + 0.5 - c[0], static_cast<double>(y) + 0.5 - c[1],
                     static_cast<double>(x) + 0.5 - c[2]};
    const double turn = std::atan2(dot(off, e), dot(off, f));
    return turn < -1.1 ? 0 : turn < 1.1 ? 1 : 2;
  });
}

TEST(TripleLines, OfOneDirectionReadUpToAQuarterHigh) {
  const std::int64_t n = 48;
  for (const Vector& along :
       {Vector{0, 0, 1}, Vector{0.1, 0.2, 1}, Vector{0, 1, 1}, Vector{1, 1, 1}, Vector{0.43, 0.57, 1}}) {
    double length = 0;
    const Result found = triple_lines(wedges(n, unit(along), {23.3, 23.6, 23.4}, length));
    const double ratio = *found.value("triple_length") * std::pow(n, 3) / length;
    EXPECT_GT(ratio, 0.99) << along[0] << " " << along[1];
    EXPECT_LT(ratio, 1.25) << along[0] << " " << along[1];
  }
}

}  // namespace
}  // namespace tauvox
