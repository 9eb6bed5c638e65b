// The plan of a run against what the run takes: never less, and at most 15 % more.
#include "host/app/plan.hpp"

#include <gtest/gtest.h>

#include "host/generate/generate.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

struct Structure {
  const char* shape;
  double fraction;  // of pore
  const char* conductivity;
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
  settings.axes = {all_axes.begin(), all_axes.end()};
  settings.precision = "mixed";
  settings.tolerance = 1e-2;
  return settings;
}

const std::vector<Structure> structures{
    {"electrode", 0.2, "0=1"},
    {"electrode", 0.4, "0=1"},
    {"electrode", 0.6, "1=1,2=1"},
    {"electrode", 0.4, "0=0,1=0.01,2=1"},
    {"electrode", 0.4, "0=0.01,1=0.1,2=1"},
    {"site-percolation", 0.34, "0=1"},
    {"site-percolation", 0.6, "0=1"},
    {"site-percolation", 0.6, "0=0.1,1=1"},
    {"checkerboard", 0.5, "0=1"},
    {"layers-parallel", 0.5, "0=0.01,1=0.1,2=1"},
    {"uniform", 0.5, "0=1"},
};

// Buffers only, which are exact: the program itself would dominate at this size.
TEST(Plan, OfBuffersIsAtMost15PercentAboveWhatARunTakes) {
  for (const Structure& s : structures)
    for (const Device& device : {Device::cpu(2), test::devices().back()}) {
      const Volume v = volume_of(s, 96);
      const Settings settings = settings_of(s);
      const Materials materials = assign_materials(v, settings);
      const Plan plan = make_plan(v.extent, settings, device, count_contents(v, materials, settings));
      device.reset_peak();
      effective_transport({v, materials, settings, device}, {}, {});
      const double ratio =
          static_cast<double>(plan.peak_of_buffers()) / static_cast<double>(device.peak_bytes());
      EXPECT_GE(ratio, 1) << s.shape << " " << s.fraction << " " << s.conductivity << to_text(plan);
      EXPECT_LE(ratio, 1.15) << s.shape << " " << s.fraction << " " << s.conductivity << to_text(plan);
    }
}

TEST(Plan, WhatFitsInAnyCaseIsNoLessThanWhatIsCounted) {
  for (const Structure& s : structures) {
    const Volume v = volume_of(s, 48);
    const Settings settings = settings_of(s);
    const Materials materials = assign_materials(v, settings);
    const Device device = Device::cpu(2);
    const Contents most = Contents::most(materials.volume_fraction, materials.class_conductivity.size());
    EXPECT_GE(make_plan(v.extent, settings, device, most).peak_of_buffers(),
              make_plan(v.extent, settings, device, count_contents(v, materials, settings)).peak_of_buffers())
        << s.shape << " " << s.conductivity;
  }
}

TEST(Plan, TheSizeItAdvisesFits) {
  const Settings settings = settings_of(structures[0]);
  const Device device = Device::cpu(2);
  for (const Contents& contents :
       {Contents::typical(0.4, 1), Contents::typical(1, 2), Contents::most(0.5, 3)})
    for (const std::int64_t bytes : {std::int64_t{200} << 20, std::int64_t{32} << 30}) {
      const std::int64_t edge = largest_cube(settings, device, contents, bytes);
      EXPECT_LE(make_plan({edge, edge, edge}, settings, device, contents).peak(false), bytes);
      EXPECT_GT(make_plan({edge + 1, edge + 1, edge + 1}, settings, device, contents).peak(false), bytes);
    }
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
