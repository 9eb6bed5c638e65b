// An electrode from its separator: pores that can be worked out by hand, values of a direct solver on a
// generated electrode, and impedance.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>

#include "host/studies/study_table.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

using test::volume_of;
using Complex = std::complex<double>;

/// Label 0 conducts, 1 reacts. FP64 to round-off unless the test says otherwise.
Settings electrode_settings(Axis thickness = Axis::z, const std::string& separator = "low") {
  Settings s;
  s.input = "test";
  s.phase = {std::int64_t{0}};
  s.reactive_labels = {1};
  s.thickness = thickness;
  s.separator = separator;
  s.precision = "double";
  s.tolerance = 1e-12;
  return s;
}

Report report_of(const Volume& volume, const Settings& settings, const Device& device = test::device()) {
  const Materials materials = assign_materials(volume, settings);
  return study_named("electrode").run({volume, materials, settings, device}, {}, {});
}

Result found(const Volume& volume, const Settings& settings, const Device& device = test::device()) {
  return report_of(volume, settings, device).results.front();
}

double value(const Result& result, const char* name) { return result.value(name).value(); }

/// A pore of one voxel across, through n of them, in what reacts.
Volume straight_pore(std::int64_t n, Axis axis = Axis::z) {
  std::array<std::int64_t, 3> size{3, 3, 3};
  size[static_cast<std::size_t>(axis)] = n;
  return volume_of(size, [&](auto z, auto y, auto x) {
    const std::int64_t at[3] = {z, y, x};
    for (std::size_t a = 0; a < 3; ++a)
      if (a != static_cast<std::size_t>(axis) && at[a] != 1) return 1;
    return 0;
  });
}

TEST(Electrode, AStraightPoreHasTheTortuosityOfItsCells) {
  for (const Axis axis : all_axes)
    for (const std::int64_t n : {1, 2, 10, 20})
      for (const char* separator : {"low", "high"})
        for (const std::array<double, 3>& edges : {std::array{1e-6, 1e-6, 1e-6}, {1e-6, 2e-6, 0.5e-6}}) {
          Volume pore = straight_pore(n, axis);
          pore.voxel_size = edges;
          Settings s = electrode_settings(axis, separator);
          const Result r = found(pore, s);
          ASSERT_EQ(r.status, Status::converged) << r.reason.value_or("");
          const auto cells = static_cast<double>(n);
          EXPECT_NEAR(value(r, "electrode_tortuosity_factor"), 1 + 1 / (2 * cells * cells), 1e-12);
          EXPECT_EQ(value(r, "reactive_faces"), 4 * cells);
          EXPECT_EQ(value(r, "unreached_reactive_faces"), 0);
        }
}

TEST(Electrode, AreaAndResistanceHaveUnits) {
  Volume pore = straight_pore(10);
  pore.voxel_size = std::array{2e-6, 1e-6, 0.5e-6};
  Settings s = electrode_settings();
  s.phase.clear();
  s.conductivity = {{std::int64_t{0}, 5.0}, {std::int64_t{1}, 0.0}};
  s.unit = "mS/cm";
  const Result r = found(pore, s);
  // 20 um of a ninth of the area, of 0.5 S/m.
  EXPECT_NEAR(value(r, "ionic_resistance"), 1.005 * 20e-6 / (0.5 / 9), 1e-15);
  // Each cell: two faces across y of z x, two across x of z y; over nine voxels.
  EXPECT_NEAR(value(r, "reactive_area"), 2 * (2e-6 * 0.5e-6 + 2e-6 * 1e-6) / (9 * 2e-6 * 1e-6 * 0.5e-6),
              1e-3);
}

TEST(Electrode, ADeadEndIsThatOfTheDirectSolver) {
  for (const auto& [depth, tau] : {std::pair{75, 0.6014068485500519}, std::pair{50, 0.27621985250034387}}) {
    const Volume v =
        volume_of({100, 12, 1}, [&](auto z, auto y, auto) { return z < depth && y > 0 && y < 11 ? 0 : 1; });
    EXPECT_NEAR(value(found(v, electrode_settings()), "electrode_tortuosity_factor"), tau, 1e-11);
  }
}

TEST(Electrode, DiagonalStripesHaveThePublishedTortuosity) {
  // Nguyen et al. 2020, as TauFactor has it: 2.0081 from two frequencies, 2.0175 at frequency 0.
  const Volume v = volume_of({250, 250, 1}, [](auto z, auto y, auto) { return (z + y) / 25 % 2; });
  Settings s = electrode_settings();
  s.periodic_sides = true;
  s.tolerance = 1e-8;
  EXPECT_NEAR(value(found(v, s), "electrode_tortuosity_factor"), 2.0175, 5e-5);
}

TEST(Electrode, AGeneratedOneIsThatOfTheDirectSolver) {
  const Volume v = test::electrode(32, 0.4, 1);
  struct Known {
    const char* separator;
    std::vector<std::int64_t> reactive;
    double faces, resistance, connected, all;
  };
  for (const Known& known :
       {Known{"low", {1}, 11753, 0.06753067798382577, 2.58225705774871, 2.59313846582228},
        Known{"low", {1, 2}, 15489, 0.06769688334488409, 2.58861246509012, 2.59952065430096},
        Known{"high", {1}, 11751, 0.07365085939671, 2.814556083898548, 2.82814984603332},
        Known{"high", {1, 2}, 15481, 0.07375396241011, 2.8184961494457115, 2.83210894133585}}) {
    Settings s = electrode_settings(Axis::z, known.separator);
    s.reactive_labels = known.reactive;
    const Result r = found(v, s);
    EXPECT_EQ(value(r, "reactive_faces"), known.faces);
    EXPECT_NEAR(value(r, "pore_resistance") / known.resistance, 1, 1e-11);
    EXPECT_NEAR(value(r, "electrode_tortuosity_factor_connected") / known.connected, 1, 1e-11);
    EXPECT_NEAR(value(r, "electrode_tortuosity_factor") / known.all, 1, 1e-11);
    EXPECT_LE(r.solver->iterations, 18);
  }
}

TEST(Electrode, BoundsHoldAtEveryTolerance) {
  const Volume v = test::electrode(32, 0.4, 1);
  for (const char* precision : {"mixed", "double"})
    for (const double tolerance : {0.1, 1e-2, 1e-3, 1e-5}) {
      Settings s = electrode_settings();
      s.precision = precision;
      s.tolerance = tolerance;
      const Result r = found(v, s);
      ASSERT_EQ(r.status, Status::converged);
      const std::array<double, 2> bounds = *r.quantity("pore_resistance")->bounds;
      EXPECT_LE(bounds[0], 0.06753067798382577);
      EXPECT_GE(bounds[1], 0.06753067798382577);
      EXPECT_LE(bounds[1] - bounds[0], 2.1 * tolerance * bounds[0]);
    }
}

TEST(Electrode, MirroredVolumesAndOtherAxesAgree) {
  const Volume v = test::rough_volume({12, 10, 14}, 3);
  const Volume mirrored = volume_of({12, 10, 14}, [&](auto z, auto y, auto x) {
    return v.labels[v.code(x + 14 * (y + 10 * (11 - z)))].value;
  });
  const Volume turned = volume_of(
      {10, 12, 14}, [&](auto z, auto y, auto x) { return v.labels[v.code(x + 14 * (z + 10 * y))].value; });
  for (const bool periodic : {false, true}) {
    Settings high = electrode_settings(Axis::z, "high"), low = electrode_settings(),
             turned_high = electrode_settings(Axis::y, "high");
    high.periodic_sides = low.periodic_sides = turned_high.periodic_sides = periodic;
    const double resistance = value(found(v, high), "pore_resistance");
    EXPECT_NEAR(value(found(mirrored, low), "pore_resistance") / resistance, 1, 1e-12);
    EXPECT_NEAR(value(found(turned, turned_high), "pore_resistance") / resistance, 1, 1e-12);
  }
}

TEST(Electrode, SeveralConductivitiesAddUpInSeries) {
  // One voxel conducts twice as badly; all store alike. Resistances of the chain: 1/2 and 3/2 in front, 2.
  const Volume v =
      volume_of({3, 3, 3}, [](auto z, auto y, auto x) { return y == 1 && x == 1 ? (z == 1 ? 2 : 0) : 1; });
  Settings s = electrode_settings();
  s.phase.clear();
  s.conductivity = {{std::int64_t{0}, 1.0}, {std::int64_t{1}, 0.0}, {std::int64_t{2}, 0.5}};
  const double first = 0.5, second = first + 1.5, third = second + 1.5;
  // psi at each cell, the currents of all farther cells through each resistance.
  const double expected = (first * 9 + (second - first) * 4 + (third - second) * 1) / 9;
  EXPECT_NEAR(value(found(v, s), "pore_resistance"), expected, 1e-12);
}

TEST(Electrode, WithoutAWayOrAReactionItIsInfinite) {
  const auto closed = volume_of({6, 4, 4}, [](auto z, auto, auto) { return z == 0 ? 1 : 0; });
  const Result none = found(closed, electrode_settings());
  EXPECT_EQ(none.status, Status::not_percolating);
  EXPECT_TRUE(none.quantity("electrode_tortuosity_factor")->infinite);
  EXPECT_EQ(value(none, "unreached_reactive_faces"), 16);
  EXPECT_EQ(found(closed, electrode_settings(Axis::z, "high")).status, Status::converged);
  Settings other = electrode_settings(Axis::z, "high");
  other.reactive_labels = {7};
  const Result nothing = found(closed, other);
  EXPECT_EQ(nothing.status, Status::not_percolating);
  EXPECT_NE(nothing.reason->find("nothing that reacts"), std::string::npos);
}

// --- impedance ---

const std::vector<double>& column(const Curve& curve, const std::string& name) {
  for (std::size_t k = 0; k < curve.columns.size(); ++k)
    if (curve.columns[k] == name) return curve.values[k];
  throw std::runtime_error("no column " + name);
}

Complex impedance_at(const Curve& curve, std::size_t i) {
  return {column(curve, "re")[i], column(curve, "im")[i]};
}

/// Of n cells with half of one at the inlet, R = n; `x` is i omega R C.
Complex chain(double n, Complex x) {
  const Complex mu = std::acosh(1.0 + x / (2 * n * n));
  return n *
         (1 / (2 * n) + std::cosh(mu * (n - 0.5)) * 2.0 * std::sinh(mu / 2.0) * n / (x * std::sinh(mu * n)));
}

TEST(Impedance, AStraightPoreIsAChainAtEveryFrequency) {
  for (const std::int64_t n : {5, 20}) {
    Settings s = electrode_settings();
    s.impedance = true;
    const Report report = report_of(straight_pore(n), s);
    ASSERT_EQ(report.curves.size(), 1u);
    const Curve& curve = report.curves.front();
    const std::vector<double> frequency = column(curve, "omega_over_omega_0");
    for (std::size_t i = 0; i < frequency.size(); ++i) {
      const Complex expected = chain(static_cast<double>(n), Complex(0, frequency[i]));
      EXPECT_LE(std::abs(impedance_at(curve, i) / expected - 1.0), n == 5 ? 1e-9 : 1e-5) << frequency[i];
    }
  }
}

TEST(Impedance, AGeneratedElectrodeIsThatOfTheDirectSolver) {
  const std::vector<std::pair<double, Complex>> known{{0.125, {0.0674120726011644, -0.630037949331902}},
                                                      {1, {0.0610307303477993, -0.0949868625277943}},
                                                      {8, {0.0239251353811401, -0.0280646218150538}},
                                                      {64, {0.00870686771207639, -0.00897471871961122}}};
  for (const char* precision : {"mixed", "double"}) {
    Settings s = electrode_settings();
    s.impedance = true;
    s.precision = precision;
    s.tolerance = 1e-6;
    const Report report = report_of(test::electrode(32, 0.4, 1), s);
    const Curve& curve = report.curves.at(0);
    for (const auto& [frequency, expected] : known) {
      const std::vector<double> all = column(curve, "omega_over_omega_0");
      const auto i = static_cast<std::size_t>(
          std::find_if(all.begin(), all.end(), [&](double f) { return std::abs(f / frequency - 1) < 1e-9; }) -
          all.begin());
      ASSERT_LT(i, all.size());
      const double error = std::abs(impedance_at(curve, i) / expected - 1.0);
      EXPECT_LE(error, frequency < 10 ? 1e-5 : 3e-4) << frequency;
      EXPECT_LE(error, column(curve, "error_estimate")[i]);
    }
  }
}

/// From nothing the ten shifts take 74; each from what those before say of it, 43.
TEST(Impedance, TakesFewIterations) {
  Settings s = electrode_settings();
  s.impedance = true;
  s.precision = "mixed";
  s.tolerance = 1e-4;
  const Report report = report_of(test::electrode(32, 0.4, 1), s);
  const std::string& told = report.notices.front();
  const std::size_t at = told.find("10 solves, ");
  ASSERT_NE(at, std::string::npos) << told;
  EXPECT_LE(std::stoi(told.substr(at + 11)), 46) << told;
  EXPECT_GT(report.results.front().stages->solve.bytes_moved, 0);
}

TEST(Impedance, GoesToTheSteadyResistanceAndTheCapacityOfAllFaces) {
  Settings s = electrode_settings();
  s.impedance = true;
  const Report report = report_of(test::electrode(32, 0.4, 1), s);
  const Curve& curve = report.curves.at(0);
  const Complex Z = impedance_at(curve, 0);
  EXPECT_NEAR(Z.real() / value(report.results.at(0), "pore_resistance"), 1, 2e-3);
  const double characteristic = 0.0010844970433080915, faces = 11753;
  EXPECT_NEAR(Z.imag() * 0.125 * characteristic * faces, -1, 5e-3);
  for (std::size_t i = 1; i < curve.values[0].size(); ++i) {
    EXPECT_LT(impedance_at(curve, i).real(), impedance_at(curve, i - 1).real());
    EXPECT_LT(impedance_at(curve, i).imag(), 0);
  }
}

TEST(Impedance, ChargeTransferIsARealShiftWithABound) {
  Volume v = test::electrode(32, 0.4, 1);
  v.voxel_size = std::array{1e-6, 1e-6, 1e-6};
  Settings s = electrode_settings();
  s.phase.clear();
  s.conductivity = {{std::int64_t{0}, 1.0}};
  s.default_insulating = true;
  s.unit = "S/m";
  s.impedance = true;
  const double characteristic = 0.0010844970433080915, to_ohm = 32 * 32 * 1e-6;
  for (const auto& [times, resistance] :
       {std::pair{1.0, 0.13217383777137048}, std::pair{100.0, 0.01014992835696666}}) {
    s.charge_transfer_resistance = 1e-6 / (times * characteristic);
    for (const double tolerance : {1e-3, 1e-10}) {
      s.tolerance = tolerance;
      const Result r = found(v, s);
      const std::array<double, 2> bounds = *r.quantity("direct_resistance")->bounds;
      EXPECT_LE(bounds[0], resistance * to_ohm * (1 + 1e-13));
      EXPECT_GE(bounds[1], resistance * to_ohm * (1 - 1e-13));
      EXPECT_NEAR(value(r, "direct_resistance") / (resistance * to_ohm), 1, std::max(tolerance * 1e-3, 1e-9));
    }
  }
}

TEST(Impedance, FrequenciesHaveAUnitWhereTheCapacityIsKnown) {
  Volume pore = straight_pore(10);
  pore.voxel_size = std::array{1e-6, 1e-6, 1e-6};
  Settings s = electrode_settings();
  s.impedance = true;
  s.double_layer = 0.1;
  EXPECT_THROW(report_of(pore, s), Error);
  s.phase.clear();
  s.conductivity = {{std::int64_t{0}, 2.0}, {std::int64_t{1}, 0.0}};
  s.unit = "S/m";
  const Curve curve = report_of(pore, s).curves.at(0);
  // omega_0 = sigma A / (C P L^2), A and P area and circumference of the pore.
  const double omega_0 = 2 * 1e-12 / (0.1 * 4e-6 * 1e-10);
  EXPECT_NEAR(column(curve, "frequency_hz")[12] / (omega_0 / (2 * M_PI)), 1, 1e-12);
  // Times the area of the volume: nine voxels for one of the pore.
  EXPECT_NEAR(column(curve, "re_ohm_m2")[12], 9e-12 * column(curve, "re")[12] / (2 * 1e-6), 1e-18);
}

TEST(Electrode, TheBitsDoNotDependOnTheThreads) {
  const Volume v = test::electrode(40, 0.4, 5);
  Settings s = electrode_settings();
  s.impedance = true;
  s.precision = "mixed";
  s.tolerance = 1e-4;
  const Report one = report_of(v, s, Device::cpu(1)), three = report_of(v, s, Device::cpu(3));
  EXPECT_EQ(value(one.results[0], "pore_resistance"), value(three.results[0], "pore_resistance"));
  EXPECT_EQ(one.curves.at(0).values, three.curves.at(0).values);
}

}  // namespace
}  // namespace tauvox
