// Tensors of voxels that conduct by their grey values: laminates and chains that can be worked out by hand,
// and dense solutions with each voxel's own conductivity where the solver's classes hold several.
#include <gtest/gtest.h>

#include <cmath>

#include "host/studies/merged_classes.hpp"
#include "host/studies/study_table.hpp"
#include "tests/exact/grey.hpp"

namespace tauvox {
namespace {

using Law = test::GreyToConductivity;

/// zz, yy, xx, zy, zx, yx
using Entries = std::array<double, 6>;
constexpr const char* names[6] = {"zz", "yy", "xx", "zy", "zx", "yx"};
constexpr std::size_t row[6] = {0, 1, 2, 0, 0, 1}, column[6] = {0, 1, 2, 1, 2, 2};

constexpr std::int64_t wall = 60000;  // a grey value that insulates

double four_decades(double grey) { return std::pow(10, -4 * grey / 1000); }
double graded(double grey) { return grey >= wall ? 0 : 0.02 + std::pow(std::cos(grey / 90), 2); }

Settings settings_of(const Volume& volume, Law law, double tolerance) {
  Settings s = test::grey_settings(volume, law);
  s.study = "tensor";
  s.axes.assign(all_axes.begin(), all_axes.end());
  s.tolerance = tolerance;
  s.precision = tolerance > 1e-6 ? "mixed" : "double";
  return s;
}

Report report_of(const Volume& volume, const Materials& m, const Settings& s) {
  return study_named("tensor").run({volume, m, s, test::device()}, {}, {});
}

Result tensor(const Volume& volume, const Settings& s, std::size_t classes = 254) {
  Materials materials = assign_materials(volume, s);
  assign_classes(materials, volume, classes);
  return report_of(volume, materials, s).results.at(0);
}

/// Each voxel conducts what its class does, and says so.
Result tensor_of_classes(const Volume& volume, const Settings& s) {
  Materials m = assign_materials(volume, s);
  for (std::size_t code = 0; code < m.phases.size(); ++code)
    if (m.class_of_code[code] >= first_conducting_class)
      m.phases[code].conductivity =
          m.largest *
          m.class_conductivity[static_cast<std::size_t>(m.class_of_code[code] - first_conducting_class)];
  return report_of(volume, m, s).results.at(0);
}

std::string ratio(std::size_t k) { return std::string("effective_ratio_") + names[k]; }
double entry(const Result& found, std::size_t k) { return found.value(ratio(k)).value(); }
double half_width(const Result& found, std::size_t k) {
  return found.half_width(ratio(k), ErrorSource::solver).value();
}

/// By a dense factorisation, with every voxel's own conductivity: 2 D_ij = E(e_i + e_j) - D_ii - D_jj.
Entries exact_entries(const Volume& volume, Law law) {
  test::FullGrid grid = test::own_grid(volume, law, Axis::z);
  for (test::OracleSide& side : grid.sides) side.kind = test::OracleSide::joined;
  std::array<std::vector<double>, 3> u;
  const auto impose = [&](std::size_t i, double times) {
    grid.jump[i] = times * static_cast<double>(grid.size[i]) * grid.spacing[i] / grid.spacing[0];
  };
  const auto all = static_cast<double>(volume.extent.voxels());
  Entries exact{};
  for (std::size_t i = 0; i < 3; ++i) {
    grid.jump = {};
    impose(i, 1);
    u[i] = grid.solve();
    exact[i] = grid.sums(u[i]).energy / all;
  }
  for (std::size_t k = 3; k < 6; ++k) {
    const std::size_t i = row[k], j = column[k];
    grid.jump = {};
    impose(i, 1), impose(j, 1);
    std::vector<double> sum = u[i];
    for (std::size_t voxel = 0; voxel < sum.size(); ++voxel) sum[voxel] += u[j][voxel];
    exact[k] = (grid.sums(sum).energy / all - exact[i] - exact[j]) / 2;
  }
  return exact;
}

/// Every interval holds the exact entry, and the largest is what the solver's error says.
void expect_holds(const Result& found, const Entries& exact, const std::string& what) {
  ASSERT_EQ(found.status, Status::converged) << found.reason.value_or("") << what;
  double error = 0;
  for (std::size_t k = 0; k < 6; ++k) {
    EXPECT_LE(std::abs(entry(found, k) - exact[k]), half_width(found, k) * (1 + 1e-9) + 1e-15)
        << names[k] << what;
    if (exact[row[k]] == 0 || exact[column[k]] == 0) continue;
    error = std::max(error, half_width(found, k) / std::sqrt(entry(found, row[k]) * entry(found, column[k])));
  }
  EXPECT_NEAR(*found.solver->error / error, 1, 1e-6) << what;
  EXPECT_EQ(found.remarks.back().substr(found.remarks.back().find("; ")), "; the bounds hold for their own");
}

TEST(GreyTensor, OfLayersHasTheHarmonicMeanAcrossAndTheArithmeticAlong) {
  for (const Axis across : all_axes) {
    std::array<std::int64_t, 3> size{2, 3, 2};
    size[static_cast<std::size_t>(across)] = 600;
    const Volume v = test::grey_volume(size, [&](auto z, auto y, auto x) {
      return (across == Axis::z ? z : across == Axis::y ? y : x) * 271 % 600;
    });
    double sum = 0, resistance = 0;
    for (int g = 0; g < 600; ++g) sum += four_decades(g), resistance += 1 / four_decades(g);
    Entries exact{sum / 600, sum / 600, sum / 600, 0, 0, 0};
    exact[static_cast<std::size_t>(across)] = 600 / resistance;
    const Result found = tensor(v, settings_of(v, four_decades, 1e-4));
    expect_holds(found, exact, axis_name(across));
    EXPECT_LT(*found.solver->error, 1e-4);
    const Settings tight = settings_of(v, four_decades, 1e-9);
    const double spread = spread_of_classes(assign_materials(v, tight));
    const std::size_t k = static_cast<std::size_t>(across);
    EXPECT_LT(half_width(tensor(v, tight), k), 0.51 * spread * spread * exact[k]);
    for (const Axis along : all_axes)
      if (along != across) {
        const double tau = found.value(fmt::format("tortuosity_factor_{0}{0}", axis_name(along))).value();
        EXPECT_NEAR(tau, 1, 1e-4);
      }
  }
}

/// D = arithmetic mean - (it - harmonic) n n, of the conductances between layers that follow each other.
TEST(GreyTensor, OfDiagonalLaminatesHasEntriesOffTheDiagonal) {
  constexpr std::int64_t n = 300;
  const auto k = [](std::int64_t layer) { return graded(static_cast<double>(layer % n * 77 % n)); };
  double largest = 0, mean = 0, arithmetic = 0, resistance = 0;
  for (std::int64_t s = 0; s < n; ++s) {
    const double g = 2 * k(s) * k(s + 1) / (k(s) + k(s + 1));
    largest = std::max(largest, k(s));
    mean += k(s) / n, arithmetic += g / n, resistance += 1 / (n * g);
  }
  const double middle = (arithmetic + 1 / resistance) / 2 / largest,
               beside = (arithmetic - 1 / resistance) / 2 / largest;
  for (const int sign : {1, -1}) {
    const Volume v =
        test::grey_volume({1, n, n}, [&](auto, auto y, auto x) { return (x + sign * y + n) % n * 77 % n; });
    const Result found = tensor(v, settings_of(v, graded, 1e-5));
    expect_holds(found, {mean / largest, middle, middle, 0, 0, -sign * beside}, sign > 0 ? " +" : " -");
    EXPECT_LT(half_width(found, 5), 2e-4 * middle);
    EXPECT_NE(found.remarks.back().find("300 grey values"), std::string::npos) << found.remarks.back();
  }
}

TEST(GreyTensor, OfAStaircaseOfManyValuesHasOneDirection) {
  constexpr std::int64_t n = 200;
  Volume v = test::grey_volume({n, n, 2}, [](auto z, auto y, auto x) {
    return x == 0 && z == y ? 2 * y : x == 0 && z == (y + 1) % n ? 2 * y + 1 : std::int64_t{wall};
  });
  double resistance = 0;
  for (int g = 0; g < 2 * n; ++g) resistance += 1 / graded(g);
  const double d = 1 / (2 * resistance) / graded(0);
  const Result found = tensor(v, settings_of(v, graded, 1e-4));
  expect_holds(found, {d, d, 0, d, 0, 0}, "");
  EXPECT_LT(*found.solver->error, 1e-4);
  EXPECT_EQ(found.value("path_directions"), 1);
  for (const char* nothing : {"effective_ratio_xx", "effective_ratio_zx", "principal_ratio_2"})
    EXPECT_EQ(found.value(nothing), 0) << nothing;
  EXPECT_NEAR(found.value("principal_ratio_1").value(), 2 * d, 4e-4 * d);
}

TEST(GreyTensor, HoldsWhatADenseSolutionFinds) {
  const Law laws[]{[](double g) { return g >= wall ? 0 : 0.001 + std::pow(1 - g / 1000, 4); },
                   [](double g) { return g >= wall ? 0 : four_decades(g); },
                   [](double g) { return std::max(1 - g / 500, 0.0); }, graded};
  std::array<int, 4> tried{};  // by directions with a path
  for (const Law law : laws)
    for (const std::size_t walls : {0u, 1u, 2u}) {  // across z; and across y
      const Volume noise = test::noise({5, 6, 4}, 1 + walls);
      Volume v = test::grey_volume({5, 6, 4}, [&](auto z, auto y, auto x) {
        if ((walls > 0 && z == 2) || (walls > 1 && y == 3)) return wall;
        return noise.labels[static_cast<std::size_t>(noise.code(x + 4 * (y + 6 * z)))].value;
      });
      v.voxel_size = std::array{1e-6, 2e-6, 0.7e-6};
      const Entries exact = exact_entries(v, law);
      for (const std::size_t classes : {2u, 7u, 40u})
        for (const double tolerance : {1e-1, 1e-2, 1e-4, 1e-9}) {
          Settings s = settings_of(v, law, tolerance);
          if (classes == 7) s.solver = "jacobi";
          const Result found = tensor(v, s, classes);
          if (found.status != Status::not_percolating)
            expect_holds(found, exact, fmt::format(" {} classes, {}, {} walls", classes, tolerance, walls));
          ++tried[static_cast<std::size_t>(found.value("path_directions").value())];
        }
    }
  for (const std::size_t directions : {1u, 2u, 3u}) EXPECT_GE(tried[directions], 36) << directions;
}

TEST(GreyTensor, OfOneThousandValuesIsPositiveAndHasNarrowBounds) {
  const Volume v = test::noise({12, 12, 12}, 5);
  ASSERT_GT(v.labels.size(), 254u);
  const Entries exact = exact_entries(v, four_decades);
  const Result found = tensor(v, settings_of(v, four_decades, 1e-4)),
               tight = tensor(v, settings_of(v, four_decades, 1e-8));
  for (const Result& r : {found, tight}) {
    expect_holds(r, exact, "");
    for (const char* k : {"1", "2", "3"})
      EXPECT_GT((*r.quantity("principal_ratio_" + std::string(k))->bounds)[0], 0);
  }
  EXPECT_LT(*found.solver->error, 2e-4);
  EXPECT_LT(*tight.solver->error, 6e-5);
}

TEST(GreyTensor, WouldBeWrongByTheClassesAlone) {
  const Volume v = test::noise({10, 10, 10}, 3, 300);
  const Law law = [](double g) { return std::pow(10, -4 * g / 300); };
  ASSERT_GT(v.labels.size(), 254u);
  const Entries exact = exact_entries(v, law);
  const Settings s = settings_of(v, law, 1e-10);
  const Result own = tensor(v, s), classes = tensor_of_classes(v, s);
  expect_holds(own, exact, "");
  ASSERT_EQ(classes.status, Status::converged) << classes.reason.value_or("");
  for (std::size_t k = 0; k < 6; ++k) {
    const double off = std::abs(entry(classes, k) - exact[k]);
    EXPECT_GT(off, 100 * half_width(classes, k)) << names[k];
    EXPECT_GT(off, 1e-6 * std::sqrt(exact[row[k]] * exact[column[k]])) << names[k];
  }
}

TEST(GreyTensor, PermutesWithTheAxes) {
  const Volume v = test::noise({7, 8, 9}, 7);
  const Volume w = test::grey_volume({9, 7, 8}, [&](auto z, auto y, auto x) {
    return v.labels[static_cast<std::size_t>(v.code(z + 9 * (x + 8 * y)))].value;
  });
  const Result of_v = tensor(v, settings_of(v, four_decades, 1e-9)),
               of_w = tensor(w, settings_of(w, four_decades, 1e-9));
  // z of w is x of v, y of w z of v, x of w y of v.
  const std::size_t in_v[6] = {2, 0, 1, 4, 5, 3};
  for (std::size_t k = 0; k < 6; ++k) {
    EXPECT_NEAR(entry(of_w, k), entry(of_v, in_v[k]), 1e-8) << names[k];
    EXPECT_NEAR(half_width(of_w, k), half_width(of_v, in_v[k]), 1e-8) << names[k];
  }
}

TEST(GreyTensor, HasBoundsOfSecondOrderInWhatMergingChanges) {
  const Volume v = test::noise({10, 11, 12}, 5);
  const Settings s = settings_of(v, four_decades, 1e-9);
  const Result of_32 = tensor(v, s, 32), of_128 = tensor(v, s, 128);
  for (std::size_t k = 0; k < 6; ++k)  // a quarter of the spread: a sixteenth
    EXPECT_LT(half_width(of_128, k), half_width(of_32, k) / 12) << names[k];
}

TEST(GreyTensor, OfFewValuesIsThatOfTheirLabels) {
  const Volume v = test::noise({9, 8, 7}, 2, 40);
  const Settings s = settings_of(
      v, [](double g) { return g < 12 ? 0 : g; }, 1e-4);
  const Materials m = assign_materials(v, s);
  const Result found = report_of(v, m, s).results.at(0);
  for (const std::string& remark : found.remarks)
    EXPECT_EQ(remark.find("share"), std::string::npos) << remark;
  Settings by_label = test::exact_settings("0=1");
  by_label.conductivity.clear();
  for (const Label& label : v.labels)
    by_label.conductivity.emplace_back(label.value, label.value < 12 ? 0 : static_cast<double>(label.value));
  by_label.axes = s.axes;
  by_label.tolerance = s.tolerance;
  by_label.precision = s.precision;
  const Result labels = report_of(v, assign_materials(v, by_label), by_label).results.at(0);
  for (const Quantity& q : labels.quantities) {
    EXPECT_EQ(q.value, found.value(q.name)) << q.name;
    EXPECT_EQ(q.bounds, found.quantity(q.name)->bounds) << q.name;
  }
}

TEST(GreyTensor, StoppedEarlyHasEstimatesWhoseBoundsHold) {
  const Volume v = test::noise({9, 8, 7}, 6);
  const Entries exact = exact_entries(v, four_decades);
  Settings s = settings_of(v, four_decades, 1e-9);
  s.max_iterations = 2;
  const Result found = tensor(v, s);
  EXPECT_EQ(found.status, Status::not_converged);
  for (std::size_t k = 0; k < 6; ++k) {
    EXPECT_FALSE(found.value(ratio(k)));
    const Quantity* best = found.quantity(std::string("best_estimate_") + names[k]);
    ASSERT_TRUE(best && best->bounds) << names[k];
    EXPECT_LE((*best->bounds)[0], exact[k]) << names[k];
    EXPECT_GE((*best->bounds)[1], exact[k]) << names[k];
  }
}

TEST(GreyTensor, WarnsWhereClassesKeepItFromTheTolerance) {
  const Volume v = test::noise({8, 8, 8}, 4);
  const Settings s = settings_of(v, four_decades, 1e-7);
  const Report wide = report_of(v, assign_materials(v, s), s);
  ASSERT_EQ(wide.warnings.size(), 1u);
  EXPECT_NE(wide.warnings[0].find("wider"), std::string::npos) << wide.warnings[0];
  const Settings loose = settings_of(v, four_decades, 1e-3);
  EXPECT_TRUE(report_of(v, assign_materials(v, loose), loose).warnings.empty());
}

}  // namespace
}  // namespace tauvox
