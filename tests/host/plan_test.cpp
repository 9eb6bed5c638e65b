// The plan of a run against what the run takes: never less, and at most 15 % more.
#include "host/app/plan.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "host/generate/generate.hpp"
#include "host/studies/throat.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

struct Structure {
  const char* shape;
  double fraction;  // of pore
  const char* conductivity;
  const char* solver = "multigrid";
  int axes = 1;  // or 3, which need not have the same unknowns
};

Volume volume_of(const Structure& s, std::int64_t size) {
  GenerateSettings g;
  g.shape = s.shape;
  g.fraction = g.porosity = s.fraction;
  g.size = {size, size, size};
  return generate(g);
}

Settings settings_of(const Structure& s) {
  Settings settings = test::exact_settings(s.conductivity);
  settings.default_insulating = true;
  if (s.axes > 1) settings.axes = {all_axes.begin(), all_axes.end()};
  settings.precision = "mixed";
  settings.solver = s.solver;
  settings.tolerance = 1e-2;
  settings.max_iterations = 3;  // the first takes what all take
  return settings;
}

const std::vector<Structure> structures{
    {"electrode", 0.4, "0=1"},
    {"electrode", 0.6, "1=1,2=1"},
    {"electrode", 0.4, "0=0.01,1=0.1,2=1", "multigrid", 3},
    {"electrode", 0.4, "0=1", "jacobi"},
    {"electrode", 0.4, "0=0.01,1=0.1,2=1", "jacobi"},
    {"site-percolation", 0.34, "0=1", "multigrid", 3},
    {"site-percolation", 0.34, "0=1", "jacobi"},
    {"site-percolation", 0.6, "0=1"},
    {"site-percolation", 0.6, "0=0.1,1=1"},
    {"checkerboard", 0.5, "0=1", "multigrid", 3},
    {"layers-parallel", 0.5, "0=0.01,1=0.1"},
    {"uniform", 0.5, "0=1"},
};

// Buffers only, which are exact: the program itself would dominate at this size.
TEST(Plan, OfBuffersIsAtMost15PercentAboveWhatARunTakes) {
  std::vector<Device> devices{Device::cpu(1)};
  if (test::devices().back().is_cuda()) devices.push_back(test::devices().back());
  for (const Structure& s : structures)
    for (const Device& device : devices) {
      const Volume v = volume_of(s, 48);
      const Settings settings = settings_of(s);
      const Materials materials = assign_materials(v, settings);
      const Plan plan = make_plan(v.extent, settings, device, count_contents(v, materials, settings));
      EXPECT_GT(plan.contents.unknowns, 0) << s.shape;
      device.reset_peak();
      effective_transport({v, materials, settings, device}, {}, {});
      const double ratio =
          static_cast<double>(plan.peak_of_buffers()) / static_cast<double>(device.peak_bytes());
      const std::string name =
          fmt::format("{} {} {} {}\n{}", s.shape, s.fraction, s.conductivity, s.solver, to_text(plan));
      EXPECT_GE(ratio, 1) << name;
      EXPECT_LE(ratio, 1.15) << name;
    }
}

TEST(Plan, OfAThroatIsAtMost15PercentAboveWhatItTakes) {
  for (const Structure& s : {structures[0], structures[5]}) {
    const Volume v = volume_of(s, 48);
    Settings settings = settings_of(s);
    settings.resolution_study = true;
    const Device device = Device::cpu(1);
    const Materials materials = assign_materials(v, settings);
    Plan plan = make_plan(v.extent, settings, device, count_contents(v, materials, settings));
    std::erase_if(plan.buffers, [](const PlannedBuffer& b) {
      return std::find(b.alive.begin(), b.alive.end(), "resolution") == b.alive.end();
    });
    device.reset_peak();
    throat(device, v.extent, voxels_of(v, materials.class_of_code, first_conducting_class), Axis::x, {}, 5);
    const double ratio =
        static_cast<double>(plan.peak_of_buffers()) / static_cast<double>(device.peak_bytes());
    EXPECT_GE(ratio, 1) << s.shape << to_text(plan);
    EXPECT_LE(ratio, 1.15) << s.shape << to_text(plan);
  }
}

TEST(Plan, WhatFitsInAnyCaseIsNoLessThanWhatIsCounted) {
  for (const Structure& s : structures) {
    const Volume v = volume_of(s, 20);
    const Settings settings = settings_of(s);
    const Materials materials = assign_materials(v, settings);
    const Device device = Device::cpu(1);
    const Contents most = Contents::most(materials.volume_fraction, materials.class_conductivity.size());
    EXPECT_GE(make_plan(v.extent, settings, device, most).peak_of_buffers(),
              make_plan(v.extent, settings, device, count_contents(v, materials, settings)).peak_of_buffers())
        << s.shape << " " << s.conductivity;
  }
}

TEST(Plan, TheSizeItAdvisesFits) {
  const Settings settings = settings_of(structures[0]);
  const Device device = Device::cpu(1);
  for (const Contents& contents :
       {Contents::typical(0.4, 1), Contents::typical(1, 2), Contents::most(0.5, 3)})
    for (const std::int64_t bytes : {std::int64_t{200} << 20, std::int64_t{32} << 30}) {
      const std::int64_t edge = largest_cube(settings, device, contents, bytes);
      EXPECT_LE(make_plan({edge, edge, edge}, settings, device, contents).peak(false), bytes);
      EXPECT_GT(make_plan({edge + 1, edge + 1, edge + 1}, settings, device, contents).peak(false), bytes);
    }
}

TEST(Plan, TheSizeItAdvisesIsTheSameBeforeAndAfterTheLabelsAreRead) {
  const Settings settings = settings_of(structures[0]);
  const Device device = Device::cpu(1);
  std::vector<double> edges;
  for (const Contents& contents : {Contents{}, Contents::typical(0.4, 1), Contents::typical(1, 2)}) try {
      check_fits(make_plan({1 << 16, 1 << 16, 1 << 16}, settings, device, contents), settings, device);
      FAIL() << "nothing has so much memory";
    } catch (const Error& error) {
      const std::string text = error.what(), before = "up to about ";
      edges.push_back(std::stod(text.substr(text.find(before) + before.size())));
      EXPECT_EQ(text.find("of labels like these") != std::string::npos, edges.size() == 2) << text;
    }
  for (const double edge : edges) EXPECT_NEAR(edge, edges[0], 0.05 * edges[0]);  // other programs come and go
}

TEST(Plan, BeforeTheLabelsAreReadHasARowOfEveryBufferAllTheSame) {
  const Settings settings = settings_of(structures[0]);
  const Device device = Device::cpu(1);
  const std::string text = to_text(make_plan({100, 100, 100}, settings, device, {}));
  for (const PlannedBuffer& b :
       make_plan({100, 100, 100}, settings, device, Contents::typical(0.4, 1)).buffers)
    EXPECT_NE(text.find(b.name), std::string::npos) << b.name << text;
}

TEST(Plan, AVolumeThatIsTooLargeIsRefusedBeforeItIsMade) {
  check_fits({100, 100, 100}, 2);
  try {
    check_fits({1 << 18, 1 << 18, 1 << 18}, 2);
    FAIL() << "nothing has so much memory";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::resources);
    EXPECT_NE(std::string(error.what()).find("GB are free"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace tauvox
