// Electrodes whose voxels conduct by their grey values: ladders that can be worked out by hand, and dense
// solutions with each voxel's own conductivity where the solver's classes hold several.
#include <gtest/gtest.h>

#include <complex>

#include "host/studies/merged_classes.hpp"
#include "host/studies/study_table.hpp"
#include "tests/exact/grey.hpp"

namespace tauvox {
namespace {

using Complex = std::complex<double>;
using Law = test::GreyToConductivity;

constexpr std::int64_t wall = 60000;  // a grey value that insulates, and reacts

Settings electrode_settings(const Volume& volume, Law law, const std::string& separator = "low") {
  Settings s = test::grey_settings(volume, law);
  s.study = "electrode";
  s.thickness = Axis::z;
  s.separator = separator;
  for (const Label& label : volume.labels)
    if (law(static_cast<double>(label.value)) == 0) s.reactive_labels.push_back(label.value);
  return s;
}

Report report_of(const Volume& volume, const Settings& s, std::size_t classes = 254) {
  Materials materials = assign_materials(volume, s);
  assign_classes(materials, volume, classes);
  return study_named("electrode").run({volume, materials, s, test::device()}, {}, {});
}

double value(const Result& result, const char* name) { return result.value(name).value(); }

/// A pore of one voxel across, in what reacts, whose grey value is the number of its cell.
Volume graded_pore(std::int64_t n) {
  return test::grey_volume({n, 3, 3},
                           [](auto z, auto y, auto x) { return y == 1 && x == 1 ? z : std::int64_t{wall}; });
}

double graded(double grey) { return grey >= wall ? 0 : 0.02 + std::pow(std::cos(grey / 90), 2); }

/// Of the cells from the separator, over the largest.
std::vector<double> cells_of(const Volume& pore) {
  const std::vector<double> all = test::own_conductivities(pore, graded);
  std::vector<double> cells;
  for (std::size_t z = 0; z < all.size() / 9; ++z) cells.push_back(all[9 * z + 4]);
  return cells;
}

/// S psi / (S 1)^2: what is stored evenly in the cells behind a face flows through it.
double resistance_of(const std::vector<double>& k) {
  const auto n = static_cast<double>(k.size());
  double sum = 1 / (2 * k[0]);
  for (std::size_t i = 1; i < k.size(); ++i)
    sum += std::pow((n - static_cast<double>(i)) / n, 2) * (k[i - 1] + k[i]) / (2 * k[i - 1] * k[i]);
  return sum;
}

/// A ladder of cells with four faces that store s each.
Complex impedance_of(const std::vector<double>& k, Complex s) {
  Complex Y = 4.0 * s;
  for (std::size_t i = k.size(); i-- > 1;)
    Y = 4.0 * s + 1.0 / ((k[i - 1] + k[i]) / (2 * k[i - 1] * k[i]) + 1.0 / Y);
  return 1 / (2 * k[0]) + 1.0 / Y;
}

TEST(GreyElectrode, AGradedPoreIsALadder) {
  const Volume pore = graded_pore(200);
  const Report report = report_of(pore, electrode_settings(pore, graded));
  const Result& r = report.results.front();
  EXPECT_NEAR(value(r, "pore_resistance") / resistance_of(cells_of(pore)), 1, 1e-11);
  EXPECT_TRUE(report.warnings.empty());
  for (const std::string& remark : r.remarks) EXPECT_EQ(remark.find("share"), std::string::npos) << remark;
}

TEST(GreyElectrode, OfMoreCellsThanClassesIsWithinItsBounds) {
  const Volume pore = graded_pore(600);
  const std::vector<double> cells = cells_of(pore);
  const double exact = resistance_of(cells);
  double mean = 0;
  for (const double k : cells) mean += k / static_cast<double>(pore.extent.voxels());
  for (const std::size_t classes : {5u, 20u, 254u})
    for (const char* precision : {"mixed", "double"}) {
      Settings s = electrode_settings(pore, graded);
      s.precision = precision;
      s.tolerance = 1e-4;
      const Report report = report_of(pore, s, classes);
      const Result& r = report.results.front();
      ASSERT_EQ(r.status, Status::converged) << r.reason.value_or("");
      const std::array<double, 2> bounds = *r.quantity("pore_resistance")->bounds;
      EXPECT_LE(bounds[0], exact * (1 + 1e-12)) << classes;
      EXPECT_GE(bounds[1], exact * (1 - 1e-12)) << classes;
      EXPECT_NEAR(value(r, "pore_resistance") / exact, 1, *r.solver->error + 1e-12);
      // 3 columns / cells and the pore's own mean conductivity, not that of the classes.
      EXPECT_NEAR(value(r, "electrode_tortuosity_factor") / value(r, "pore_resistance"), 27 / 600.0 * mean,
                  1e-12);
      EXPECT_NEAR(value(r, "electrode_tortuosity_factor_connected") / value(r, "pore_resistance"),
                  27 / 600.0 * mean, 1e-12);
      ASSERT_FALSE(r.remarks.empty());
      EXPECT_NE(r.remarks.back().find(fmt::format("share {} classes", classes)), std::string::npos)
          << r.remarks.back();
      EXPECT_LT(*r.solver->error, classes == 254 ? 1e-4 : 1);
      EXPECT_EQ(report.warnings.size(), *r.solver->error > 1e-4 ? 1u : 0u);
    }
}

TEST(GreyElectrode, TheImpedanceOfALadderIsWithinWhatIsTold) {
  Volume pore = graded_pore(400);
  pore.voxel_size = std::array{2e-6, 2e-6, 2e-6};
  const std::vector<double> cells = cells_of(pore);
  double mean = 0, beyond_solves = 0;
  for (const double k : cells) mean += k / static_cast<double>(pore.extent.voxels());
  const double characteristic = mean * 9 / (1600.0 * 400);
  for (const bool faradaic : {false, true})
    for (const std::size_t classes : {6u, 254u}) {
      Settings s = electrode_settings(pore, graded);
      s.tolerance = 1e-8;
      s.unit = "S/m";
      s.impedance = true;
      const double transfer = faradaic ? 3 * characteristic : 0;
      const double unit = 2e-6 / graded(0);  // ohm m2, by the best conductor
      if (faradaic) s.charge_transfer_resistance = unit / transfer;
      const Report report = report_of(pore, s, classes);
      ASSERT_EQ(report.curves.size(), 1u) << report.results.front().reason.value_or("");
      const Curve& curve = report.curves.front();
      for (std::size_t k = 0; k < curve.values[0].size(); ++k) {
        const Complex Z(curve.values[1][k], curve.values[2][k]);
        const Complex exact = impedance_of(cells, {transfer, curve.values[0][k] * characteristic});
        EXPECT_LE(std::abs(Z - exact), curve.values[3][k] * std::abs(Z)) << classes << ", row " << k;
        if (classes == 6) beyond_solves = std::max(beyond_solves, std::abs(Z / exact - 1.0));
        EXPECT_LT(std::abs(Z / exact - 1.0), classes == 254 ? 0.02 : 1);
      }
      if (!faradaic) continue;
      const Quantity& direct = *report.results.front().quantity("direct_resistance");
      const double exact = impedance_of(cells, transfer).real() * 9 * unit;
      EXPECT_LE((*direct.bounds)[0], exact);
      EXPECT_GE((*direct.bounds)[1], exact);
      EXPECT_NEAR(*direct.value / exact, 1, classes == 254 ? 1e-4 : 1);
    }
  EXPECT_GT(beyond_solves, 0.05);  // classes matter here, so the errors that are told have them
}

TEST(GreyElectrode, WhatIsToldOfTheImpedanceIsNotFarFromTheWorst) {
  // All cells but the last are as far from what stands for them as any.
  const Law law = [](double g) { return g >= wall ? 0 : g == 19 ? 0.8 : 1.0; };
  const Volume pore = graded_pore(20);
  std::vector<double> cells(20, 1.0);
  cells.back() = 0.8;
  Settings s = electrode_settings(pore, law);
  s.impedance = true;
  const Report report = report_of(pore, s, 1);
  const Curve& curve = report.curves.at(0);
  double nearest = 0;
  for (std::size_t k = 0; k < curve.values[0].size(); ++k) {
    const Complex Z(curve.values[1][k], curve.values[2][k]);
    const Complex exact = impedance_of(cells, {0, curve.values[0][k] * 19.8 / (20 * 80 * 20.0)});
    const double off = std::abs(Z - exact) / std::abs(Z);
    EXPECT_LE(off, curve.values[3][k]) << k;
    nearest = std::max(nearest, off / curve.values[3][k]);
  }
  EXPECT_GT(nearest, 0.5);
}

/// Area of faces to what insulates, of each voxel that conducts.
std::vector<double> reacting_area(const Volume& v, const std::vector<double>& sigma, bool periodic) {
  const std::array<std::int64_t, 3> size = v.extent.zyx();
  const std::array<double, 3> spacing = v.spacing();
  std::vector<double> area(sigma.size());
  for (std::int64_t i = 0; i < v.extent.voxels(); ++i) {
    const std::array<std::int64_t, 3> at{i / (size[1] * size[2]), i / size[2] % size[1], i % size[2]};
    if (sigma[static_cast<std::size_t>(i)] == 0) continue;
    for (std::size_t axis = 0; axis < 3; ++axis)
      for (const std::int64_t step : {-1, 1}) {
        std::array<std::int64_t, 3> there = at;
        there[axis] += step;
        const bool leaves = there[axis] < 0 || there[axis] >= size[axis];
        if (leaves && (!periodic || axis == 0)) continue;
        there[axis] = (there[axis] + size[axis]) % size[axis];
        if (sigma[static_cast<std::size_t>(there[2] + size[2] * (there[1] + size[1] * there[0]))] == 0)
          area[static_cast<std::size_t>(i)] += spacing[0] / spacing[axis];
      }
  }
  return area;
}

TEST(GreyElectrode, OfNoiseIsWithinTheBoundsThatClassesLeave) {
  const Law laws[]{[](double g) { return g < 120 ? 0 : std::pow(g / 1000, 3); },
                   [](double g) { return g < 120 ? 0 : 0.01 + std::pow(std::sin(g), 2); }};
  int tried = 0, second_order = 0;
  for (const Law law : laws)
    for (const std::uint64_t seed : {3u, 4u}) {
      Volume v = test::noise({6, 7, 5}, seed);
      v.voxel_size = std::array{1e-6, 2e-6, 0.7e-6};
      test::FullGrid grid = test::own_grid(v, law, Axis::z);
      for (const bool periodic : {false, true})
        for (const char* separator : {"low", "high"}) {
          const bool is_low = std::string(separator) == "low";
          const std::vector<double> area = reacting_area(v, grid.sigma, periodic);
          double all = 0;
          for (const double a : area) all += a;
          grid.sides = test::FullGrid::between_plates(0, {periodic, periodic, periodic});
          grid.sides[is_low ? 1 : 0] = {};
          grid.sides[is_low ? 0 : 1].value = 0;
          grid.load = area;
          grid.shift = 0;
          const double at_rest = -grid.sums(grid.solve()).energy / (all * all);
          grid.sides[is_low ? 0 : 1].value = 1;
          grid.load.clear();
          grid.weight = area;
          grid.shift = 0.01;
          const double with_transfer = 1 / grid.sums(grid.solve()).energy;
          for (const std::size_t classes : {2u, 7u, 40u})
            for (const double tolerance : {1e-2, 1e-4}) {
              Settings s = electrode_settings(v, law, separator);
              s.tolerance = tolerance;
              s.precision = tolerance > 1e-3 ? "mixed" : "double";
              s.periodic_sides = periodic;
              s.impedance = true;
              s.unit = "S/m";
              const double largest = assign_materials(v, s).largest, unit = 1e-6 / largest;
              s.charge_transfer_resistance = unit / grid.shift;
              const Report report = report_of(v, s, classes);
              const Result& r = report.results.front();
              ASSERT_EQ(r.status, Status::converged) << r.reason.value_or("");
              ASSERT_NEAR(value(r, "separator_volume_fraction"), value(r, "volume_fraction"), 1e-12);
              const std::array<double, 2> rest = *r.quantity("pore_resistance")->bounds,
                                          direct = *r.quantity("direct_resistance")->bounds;
              EXPECT_LE(rest[0], at_rest * (1 + 1e-12)) << classes;
              EXPECT_GE(rest[1], at_rest * (1 - 1e-12)) << classes;
              EXPECT_LE(direct[0], with_transfer * 35 * unit * (1 + 1e-12)) << classes;
              EXPECT_GE(direct[1], with_transfer * 35 * unit * (1 - 1e-12)) << classes;
              const double spread = spread_of_classes([&] {
                Materials m = assign_materials(v, s);
                assign_classes(m, v, classes);
                return m;
              }());
              if (tolerance < 1e-3 && std::log(direct[1] / direct[0]) < spread / 3) ++second_order;
              ++tried;
            }
        }
    }
  EXPECT_EQ(tried, 2 * 2 * 2 * 2 * 3 * 2);
  EXPECT_GT(second_order, 2 * 2 * 2 * 2);  // what |ln Y| <= s alone does not give
}

}  // namespace
}  // namespace tauvox
