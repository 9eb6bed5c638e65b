// What HDF5 files state about axes and voxel sizes: used where it is understood, else a warning.
#ifdef TAUVOX_HAVE_HDF5

#include "io/read.hpp"
#include "read_support.hpp"

namespace tauvox::test {
namespace {

using namespace std::string_literals;

void expect_size(const io::VolumeDescription& description, std::array<double, 3> um, const char* source) {
  ASSERT_TRUE(description.voxel_size) << description.dataset;
  for (std::size_t axis = 0; axis < 3; ++axis)
    EXPECT_NEAR((*description.voxel_size)[axis] * 1e6, um[axis], 1e-9 * um[axis]);
  EXPECT_EQ(description.voxel_size_source, source);
}

class ReadHdf5Axes : public ::testing::TestWithParam<const char*> {};

TEST_P(ReadHdf5Axes, AreTurnedToZyx) {
  const std::string path = fixture("axes_"s + GetParam() + ".h5");
  const Volume volume = io::read_volume(path);
  expect_formula(volume);
  EXPECT_TRUE(has_notice(volume.notices, "axes "));
  io::ReadOptions options;  // a crop is along z, y, x too
  options.crop = io::Crop{{1, 3, 5}, {4, 9, 12}};
  expect_formula(io::read_volume(path, options), {7, 6, 3}, {1, 3, 5});
}

INSTANTIATE_TEST_SUITE_P(Files, ReadHdf5Axes,
                         ::testing::Values("tags", "labels", "exchange", "nexus", "channel", "first",
                                           "disagree"),
                         [](const auto& parameter) { return std::string(parameter.param); });

TEST(ReadHdf5Claims, AnOrderOfAxesIsSaidWithItsSource) {
  const auto notices = [](const char* name) { return io::describe_volume(fixture(name)).notices; };
  EXPECT_TRUE(
      has_notice(notices("axes_tags.h5"), "axes x,y,z (attribute axistags): 14x10x6 is turned to z,y,x"));
  EXPECT_TRUE(has_notice(notices("axes_labels.h5"), "axes x,y,z (dimension labels)"));
  EXPECT_TRUE(has_notice(notices("axes_exchange.h5"), "axes x,y,z (attribute axes)"));
  EXPECT_TRUE(has_notice(notices("axes_nexus.h5"), "(attribute axes of /entry/data)"));
  EXPECT_TRUE(has_notice(notices("axes_channel.h5"), "6x10x14x1 read as"));
  EXPECT_TRUE(
      has_notice(io::describe_volume(fixture("axes_disagree.h5")).warnings, "attribute axes say other axes"));
}

TEST(ReadHdf5Claims, AFlatImageIsTurnedToo) {
  io::ReadOptions options;
  options.as_2d = true;
  expect_formula(io::read_volume(fixture("axes_flat.h5"), options), {14, 10, 1});
}

TEST(ReadHdf5Claims, WhatIsNotUnderstoodIsAWarning) {
  const std::vector<std::pair<std::string, std::string>> unknown{
      {"axes", "attribute axes: a,b,c not understood"},
      {"axistags", "attribute axistags: {broken not understood"},
      {"DIMENSION_LABELS", "dimension labels: r,phi,z"},
      {"voxel_size", "attribute voxel_size = 2, 1, 1 "},
      {"units", "attribute units = um "},
      {"axes_count", "attribute axes: zy not understood"}};
  for (const auto& [name, words] : unknown) {
    const io::VolumeDescription description = io::describe_volume(fixture("unknown_" + name + ".h5"));
    EXPECT_EQ(description.warnings.size(), 1u) << name;
    EXPECT_TRUE(has_notice(description.warnings, words)) << name;
    EXPECT_TRUE(has_notice(description.warnings, "--voxel-size") ||
                has_notice(description.warnings, "--axes"))
        << name;
    EXPECT_FALSE(description.voxel_size) << name;
    expect_formula(io::read_volume(fixture("unknown_" + name + ".h5")));
  }
  EXPECT_EQ(io::describe_volume(fixture("axes_exchange.h5")).warnings.size(), 0u);  // units of the values
}

TEST(ReadHdf5Claims, DamagedStringsAreAWarningAndNoHang) {
  for (const char* name : {"heap_endless.h5", "heap_beyond.h5"})
    EXPECT_TRUE(has_notice(io::describe_volume(fixture(name)).warnings, "attribute axistags: ")) << name;
}

TEST(ReadHdf5Claims, ProjectionsAreRefused) {
  const Refusal refusal = refused(fixture("axes_theta.h5"));
  EXPECT_EQ(refusal.code, 4);
  EXPECT_SAYS(refusal, "theta,y,x (attribute axes)");
}

TEST(ReadHdf5Claims, StepsWithAUnitAreTheVoxelSize) {
  expect_size(io::describe_volume(fixture("axes_channel.h5")), {2, 1, 0.5},
              "attributes axistags and axis_units");
  expect_size(io::describe_volume(fixture("resolution_nm.h5")), {0.02, 0.01, 0.005},
              "attributes axistags and axis_units");
  expect_size(io::describe_volume(fixture("axes_nexus.h5")), {0.05, 0.04, 0.03},
              "coordinates in /entry/data");
  expect_size(io::describe_volume(fixture("dream3d_um.h5")), {2, 1, 0.5},
              "/DataContainers/Image/_SIMPL_GEOMETRY/SPACING");
}

TEST(ReadHdf5Claims, StepsWithoutAUnitAreARatioAndAWarningUnlessTheyAreCubes) {
  for (const auto& [name, words] :
       {std::pair{"resolution_none.h5", "attribute axistags: steps of z,y,x = 2, 1, 1"},
        std::pair{"resolution_furlong.h5", "the unit \"furlong\""},
        std::pair{"dream3d.h5", "SPACING: steps of z,y,x = 2, 1, 0.5 with no unit"},
        std::pair{"simplnx.h5", "attribute _SPACING of /DataStructure/Image: steps"}}) {
    const io::VolumeDescription description = io::describe_volume(fixture(name));
    EXPECT_TRUE(has_notice(description.warnings, words)) << name;
    EXPECT_TRUE(has_notice(description.warnings, "--voxel-size, such as ")) << name;
    EXPECT_FALSE(description.voxel_size);
    ASSERT_TRUE(description.voxel_ratio);
    EXPECT_GE((*description.voxel_ratio)[0] / (*description.voxel_ratio)[1], 2);
    io::ReadOptions options;
    options.voxel_size = {2e-6, 1e-6, 1e-6};
    EXPECT_TRUE(io::describe_volume(fixture(name), options).warnings.empty()) << name;
  }
  EXPECT_TRUE(io::describe_volume(fixture("resolution_cubes.h5")).warnings.empty());
  EXPECT_TRUE(has_notice(io::describe_volume(fixture("resolution_cubes.h5")).notices, "cubes"));
}

}  // namespace
}  // namespace tauvox::test

#endif
