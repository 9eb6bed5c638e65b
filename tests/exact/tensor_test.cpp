// Tensors known exactly on the discrete system, and values found by another program's direct solver.
#include <gtest/gtest.h>

#include <cmath>

#include "host/studies/study_table.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

using test::exact_settings;
using test::volume_of;

/// zz, yy, xx, zy, zx, yx
using Entries = std::array<double, 6>;
constexpr const char* names[6] = {"zz", "yy", "xx", "zy", "zx", "yx"};

Result tensor(const Volume& volume, const Settings& settings, const Device& device = test::device()) {
  const Materials materials = assign_materials(volume, settings);
  return study_named("tensor").run({volume, materials, settings, device}, {}, {}).results.at(0);
}

double entry(const Result& found, int k) {
  return found.value("effective_ratio_" + std::string(names[k])).value();
}
double half_width(const Result& found, int k) {
  return found.half_width("effective_ratio_" + std::string(names[k]), ErrorSource::solver).value();
}

void expect_tensor(const Result& found, const Entries& exact, double tolerance) {
  ASSERT_EQ(found.status, Status::converged) << found.reason.value_or("");
  for (int k = 0; k < 6; ++k)
    EXPECT_NEAR(entry(found, k), exact[static_cast<std::size_t>(k)], tolerance) << names[k];
}

/// And the intervals hold the exact values while the solver has hardly begun.
void expect_exact(const Volume& volume, const std::string& conductivity, const Entries& exact) {
  expect_tensor(tensor(volume, exact_settings(conductivity)), exact, 1e-12);
  for (const double tolerance : {0.1, 1e-2, 1e-3, 1e-5})
    for (const char* precision : {"mixed", "double"}) {
      Settings loose = exact_settings(conductivity);
      loose.tolerance = tolerance;
      loose.precision = precision;
      const Result found = tensor(volume, loose);
      ASSERT_EQ(found.status, Status::converged) << found.reason.value_or("");
      for (int k = 0; k < 6; ++k)
        EXPECT_LE(std::abs(entry(found, k) - exact[static_cast<std::size_t>(k)]),
                  half_width(found, k) + 1e-15)
            << names[k] << " at " << tolerance << ", " << precision;
      EXPECT_LE(*found.solver->error, tolerance * (1 + 1e-6));
    }
}

/// Conductances of the faces of layers that follow each other.
struct Layers {
  static constexpr double t[3] = {1, 0.1, 0.02};
  double arithmetic = 0, harmonic = 0, mean = 0;
  Layers() {
    double resistance = 0;
    for (std::size_t s = 0; s < 3; ++s) {
      const double g = 2 * t[s] * t[(s + 1) % 3] / (t[s] + t[(s + 1) % 3]);
      arithmetic += g / 3, resistance += 1 / (3 * g), mean += t[s] / 3;
    }
    harmonic = 1 / resistance;
  }
  /// Across layers of that normal (z, y, x).
  Entries across(std::array<double, 3> normal) const {
    const double square = normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2];
    const auto part = [&](std::size_t i, std::size_t j) {
      return (harmonic - arithmetic) * normal[i] * normal[j] / square + (i == j ? arithmetic : 0);
    };
    return {part(0, 0), part(1, 1), part(2, 2), part(0, 1), part(0, 2), part(1, 2)};
  }
};
const char* const of_layers = "0=1,1=0.1,2=0.02";

TEST(Tensor, OfDiagonalLaminates) {
  const Layers layers;
  Entries xy = layers.across({0, 1, 1});
  xy[0] = layers.mean;
  EXPECT_NEAR(xy[1], 0.0669846975054304, 1e-15);
  EXPECT_NEAR(xy[5], -0.0178043696365779, 1e-15);
  expect_exact(volume_of({4, 6, 9}, [](auto, auto y, auto x) { return (x + y) % 3; }), of_layers, xy);
  xy[5] = -xy[5];
  expect_exact(volume_of({4, 6, 9}, [](auto, auto y, auto x) { return (x - y + 9) % 3; }), of_layers, xy);
}

TEST(Tensor, OfLaminatesAcrossTheSpaceDiagonal) {
  const auto layer = [](auto z, auto y, auto x) { return (x + y + z) % 3; };
  const Entries cubes = Layers().across({1, 1, 1});
  EXPECT_NEAR(cubes[0], 0.0729194873842897, 1e-15);
  EXPECT_NEAR(cubes[3], -0.0118695797577186, 1e-15);
  expect_exact(volume_of({6, 9, 3}, layer), of_layers, cubes);
  Volume flat = volume_of({6, 9, 3}, layer);
  flat.voxel_size = std::array{1e-6, 0.5e-6, 2e-6};
  const Entries exact = Layers().across({1, 2, 0.5});
  EXPECT_NEAR(exact[1], 0.057658599124, 1e-12);
  EXPECT_NEAR(exact[3], -0.013565234009, 1e-12);
  expect_exact(flat, of_layers, exact);
}

TEST(Tensor, OfAStaircaseHasOneDirection) {
  Volume stairs =
      volume_of({8, 8, 8}, [](auto z, auto y, auto x) { return x == 0 && (z == y || z == (y + 1) % 8); });
  const double cubes = 1 / 128.0;
  expect_exact(stairs, "0=0,1=1", {cubes, cubes, 0, cubes, 0, 0});
  stairs.voxel_size = std::array{1e-6, 0.5e-6, 2e-6};
  expect_exact(stairs, "0=0,1=1", {0.0125, 0.003125, 0, 0.00625, 0, 0});
  const Result found = tensor(stairs, exact_settings("0=0,1=1"));
  EXPECT_EQ(found.value("path_directions"), 1);
  for (const char* nothing : {"effective_ratio_xx", "effective_ratio_zx", "effective_ratio_yx",
                              "principal_ratio_2", "principal_ratio_3"})
    EXPECT_EQ(found.value(nothing), 0) << nothing;
  EXPECT_NEAR(found.value("principal_ratio_1").value(), 0.015625, 1e-14);
  EXPECT_NEAR(found.value("principal_direction_1_z").value(), 2 / std::sqrt(5), 1e-12);
  EXPECT_NEAR(found.value("principal_direction_1_y").value(), 1 / std::sqrt(5), 1e-12);
  EXPECT_FALSE(found.value("principal_direction_2_x"));
  EXPECT_TRUE(found.quantity("tortuosity_factor_xx")->infinite);
  EXPECT_TRUE(found.quantity("anisotropy")->infinite);
  EXPECT_NEAR(found.value("in_plane_over_through_plane").value(), 0.125, 1e-12);
}

TEST(Tensor, OfWhatComesBackNowhereIsZero) {
  const auto islands = volume_of({6, 6, 6}, [](auto z, auto y, auto x) { return x % 3 && y % 2 && z % 2; });
  // A loop through two sides that comes back to where it was.
  const auto loop = volume_of(
      {4, 4, 4}, [](auto z, auto y, auto x) { return x == 1 && (y == 0 || y == 3) && (z == 0 || z == 3); });
  for (const Volume& volume : {islands, loop}) {
    const Result found = tensor(volume, exact_settings("0=0,1=1"));
    EXPECT_EQ(found.status, Status::not_percolating);
    EXPECT_EQ(found.percolates, false);
    for (int k = 0; k < 6; ++k) EXPECT_EQ(entry(found, k), 0);
    for (const char* value : {"principal_ratio_1", "path_directions", "wrapping_volume_fraction"})
      EXPECT_EQ(found.value(value), 0) << value;
    EXPECT_FALSE(found.value("anisotropy"));
    EXPECT_FALSE(found.quantity("anisotropy")->infinite);
  }
}

TEST(Tensor, OfAUniformBlockAndOfOneVoxelIsTheUnitMatrix) {
  for (const std::array<std::int64_t, 3>& size :
       {std::array<std::int64_t, 3>{5, 4, 7}, {1, 1, 1}, {1, 3, 2}}) {
    Volume v = volume_of(size, [](auto, auto, auto) { return 0; });
    v.voxel_size = std::array{1e-6, 2e-6, 0.5e-6};
    const Result found = tensor(v, exact_settings("0=3.5"));
    expect_tensor(found, {1, 1, 1, 0, 0, 0}, 1e-13);
    EXPECT_NEAR(found.value("effective_value_xx").value(), 3.5, 1e-12);
    EXPECT_FALSE(found.value("principal_direction_1_z"));  // any direction is one
  }
}

TEST(Tensor, PermutesWithTheAxesAndScalesWithTheConductivity) {
  const Volume v = test::rough_volume({9, 10, 11}, 7);
  const Volume w = volume_of(
      {11, 9, 10}, [&](auto z, auto y, auto x) { return v.labels[v.code(z + 11 * (x + 10 * y))].value; });
  const Result of_v = tensor(v, exact_settings("0=0.1,1=1")), of_w = tensor(w, exact_settings("0=0.1,1=1"));
  // z of w is x of v, y of w z of v, x of w y of v.
  expect_tensor(
      of_w, {entry(of_v, 2), entry(of_v, 0), entry(of_v, 1), entry(of_v, 4), entry(of_v, 5), entry(of_v, 3)},
      1e-12);
  const Result seven = tensor(v, exact_settings("0=0.7,1=7"));
  for (const char* ij : names)
    EXPECT_NEAR(seven.value("effective_value_" + std::string(ij)).value(),
                7 * of_v.value("effective_ratio_" + std::string(ij)).value(), 1e-11);
  for (const char* k : {"1", "2", "3"})
    EXPECT_NEAR(of_v.value("principal_ratio_" + std::string(k)).value(),
                of_w.value("principal_ratio_" + std::string(k)).value(), 1e-12);
}

TEST(Tensor, OfSphereLatticesIsIsotropic) {
  for (const char* lattice : {"sc", "bcc", "fcc"}) {
    GenerateSettings g;
    g.shape = lattice;
    g.size = {16, 16, 16};
    g.fraction = 0.4;
    const Result found = tensor(generate(g), exact_settings("0=1,1=10"));
    const double d = entry(found, 0);
    EXPECT_GT(d, 0.1) << lattice;
    expect_tensor(found, {d, d, d, 0, 0, 0}, 1e-12);
    // Mirror planes: between plates it is the same.
    EXPECT_NEAR(test::solve(generate(g), exact_settings("0=1,1=10")).ratio.value(), d, 1e-11) << lattice;
  }
}

TEST(Tensor, OfAnElectrodeIsThatOfADirectSolver) {
  const Volume electrode = test::electrode(32, 0.4, 1);
  const Entries pore{0.135135883120,   0.139344824912,    0.133624748555,
                     0.00382345327299, -0.00946443743432, -0.00282015505154},
      solid{0.00434304272785,  0.00430192173986,   0.00448716799904,
            1.55829682434e-05, -0.000214528863231, -0.000136636990488};
  for (const auto& [conductivity, exact] :
       {std::pair("0=1,1=0,2=0", pore), std::pair("0=0,1=0.01,2=1", solid)}) {
    Settings settings = exact_settings(conductivity);
    expect_tensor(tensor(electrode, settings), exact, 2e-12);  // as many digits as there are
    settings.precision = "mixed";
    for (const double tolerance : {1e-1, 1e-2, 1e-3, 1e-4, 1e-5}) {
      settings.tolerance = tolerance;
      const Result found = tensor(electrode, settings);
      ASSERT_EQ(found.status, Status::converged);
      for (int k = 0; k < 6; ++k)
        EXPECT_LE(std::abs(entry(found, k) - exact[static_cast<std::size_t>(k)]),
                  half_width(found, k) + 1e-12)
            << names[k] << " at " << tolerance;
    }
  }
}

/// Each axis twice as long, the second half reversed.
Volume mirrored(const Volume& v) {
  const Extent& e = v.extent;
  const auto inside = [](std::int64_t i, std::int64_t n) { return i < n ? i : 2 * n - 1 - i; };
  Volume twice = volume_of({2 * e.nz, 2 * e.ny, 2 * e.nx}, [&](auto z, auto y, auto x) {
    return v.labels[v.code(inside(x, e.nx) + e.nx * (inside(y, e.ny) + e.ny * inside(z, e.nz)))].value;
  });
  twice.voxel_size = v.voxel_size;
  return twice;
}

TEST(Tensor, OfAMirroredVolumeIsWhatPlatesFind) {
  Volume v = test::electrode(12, 0.45, 3);
  v.voxel_size = std::array{1e-6, 0.7e-6, 1.5e-6};
  for (const char* conductivity : {"0=1,1=0,2=0", "0=1,1=0.01,2=0.2"}) {
    const Result found = tensor(mirrored(v), exact_settings(conductivity));
    Entries between_plates{};
    for (const Axis axis : all_axes)
      between_plates[static_cast<std::size_t>(axis)] =
          test::solve(v, exact_settings(conductivity, axis)).ratio.value();
    expect_tensor(found, between_plates, 1e-11);
  }
}

TEST(Tensor, LiesBetweenTheMeansAndGrowsWithEveryPhase) {
  Settings settings = exact_settings("0=1,1=0.2,2=0.03");
  settings.tolerance = 1e-8;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const Volume v = test::rough_volume({8, 9, 10}, seed, 3);
    const Materials materials = assign_materials(v, settings);
    double resistance = 0;
    for (const Phase& phase : materials.phases) resistance += phase.volume_fraction / phase.conductivity;
    const Result found = tensor(v, settings), more = tensor(v, exact_settings("0=1,1=0.25,2=0.03"));
    EXPECT_LE(found.value("principal_ratio_1").value(), materials.mean);
    EXPECT_GE(found.value("principal_ratio_3").value(), 1 / resistance);
    for (const char* k : {"1", "2", "3"})
      EXPECT_GT(more.value("principal_ratio_" + std::string(k)).value(),
                found.value("principal_ratio_" + std::string(k)).value());
  }
}

TEST(Tensor, HasTheSameBitsForEveryNumberOfThreads) {
  const Volume electrode = test::electrode(40, 0.4, 5);
  Settings settings = exact_settings("0=1,1=0.1,2=0");
  settings.precision = "mixed";
  settings.tolerance = 1e-4;
  const Result one = tensor(electrode, settings, Device::cpu(1));
  for (const int threads : {2, 3, 7}) {
    const Result many = tensor(electrode, settings, Device::cpu(threads));
    for (const Quantity& q : one.quantities) EXPECT_EQ(q.value, many.value(q.name)) << q.name;
  }
}

TEST(Tensor, AtHighContrastIsFoundInFp32) {
  // The constant of what nothing holds must not drift where nearly all nodes conduct next to nothing.
  Settings settings = exact_settings("0=1e-9,1=1e-3,2=1");
  settings.precision = "mixed";
  settings.tolerance = 1e-4;
  const Result found = tensor(test::electrode(32, 0.4, 1), settings);
  EXPECT_EQ(found.status, Status::converged);
  EXPECT_EQ(found.solver->precision, "mixed");
  EXPECT_LE(found.solver->iterations, 60);
}

TEST(Tensor, StoppedEarlyHasNoResult) {
  Settings settings = exact_settings("0=1,1=0,2=0");
  settings.max_iterations = 2;
  const Result found = tensor(test::electrode(24, 0.4, 1), settings);
  EXPECT_EQ(found.status, Status::not_converged);
  ASSERT_TRUE(found.reason);
  for (const char* ij : names) EXPECT_FALSE(found.value("effective_ratio_" + std::string(ij)));
  EXPECT_FALSE(found.value("principal_ratio_1"));
  for (const char* ij : names) EXPECT_TRUE(found.value("best_estimate_" + std::string(ij))) << ij;
}

TEST(Tensor, ByThePlainSolverIsTheSame) {
  const Volume electrode = test::electrode(16, 0.5, 2);
  Settings settings = exact_settings("0=1,1=0,2=0.1");
  settings.tolerance = 1e-8;
  const Result fast = tensor(electrode, settings);
  settings.solver = "jacobi";
  const Result plain = tensor(electrode, settings);
  for (int k = 0; k < 6; ++k)
    EXPECT_NEAR(entry(fast, k), entry(plain, k), half_width(fast, k) + half_width(plain, k));
}

}  // namespace
}  // namespace tauvox
