// What is due to the voxels, by copies.
#include "host/studies/copy_resolution.hpp"

#include <gtest/gtest.h>

#include "tests/support.hpp"

namespace tauvox {
namespace {

QuantityDefinition row(const std::string& name, const std::string& unit) {
  QuantityDefinition made;
  made.name = name;
  made.unit = unit;
  if (name != "exact") made.uncertainties = {ErrorSource::resolution};
  if (name == "share") made.least = 0, made.most = 1;
  return made;
}

const QuantityDefinitions definitions{
    row("length", "m"),       row("share", "1"),      row("density", "1/m3"), row("lines", "1/m2"),
    row("particle_d50", "m"), row("sphericity", "1"), row("particles", "1"),  row("geodesic_tortuosity", "1"),
    row("exact", "m")};

/// Half-width of resolution of a quantity with `value`, of copies with others; the copy is 40 x 20 x 10.
std::optional<double> found(const std::string& name, double value, const std::vector<double>& of_copies) {
  Volume copied = test::volume_of({40, 20, 10}, [](auto z, auto, auto) { return z < 5; });
  copied.voxel_size = {2e-6, 2e-6, 2e-6};
  const auto result_with = [&](double number) {
    Result result;
    result.phase = "pore";
    result.axis = Axis::z;
    result.quantities = {{name, number}};
    if (name == "sphericity") result.quantities.push_back({"particle_d50", 20e-6});
    return result;
  };
  std::vector<Result> results{result_with(value)};
  std::vector<std::vector<Result>> copies;
  for (const double number : of_copies) copies.push_back({result_with(number)});
  add_copy_resolution(results, definitions, copies, copied, {{{"pore", {1}}}});
  return results.front().half_width(name, ErrorSource::resolution);
}

TEST(CopyResolution, TheCopyThatDiffersMostCounts) {
  EXPECT_DOUBLE_EQ(*found("length", 3, {2.9, 3.4, 3}), 0.4);
  EXPECT_FALSE(found("exact", 3, {4}));
  EXPECT_FALSE(found("length", 3, {}));
}

TEST(CopyResolution, NumbersThatAgreeByChanceAreInDoubt) {
  EXPECT_GT(*found("share", 0.5, {0.5}), 0.03);  // 1.96 / (2 sqrt n), n = 1000
  EXPECT_LT(*found("share", 0.5, {0.5}), 0.032);
  EXPECT_DOUBLE_EQ(*found("density", 7e15, {7e15}), 1 / (8000 * 8e-18));
  EXPECT_DOUBLE_EQ(*found("particles", 50, {50}), 1);
  EXPECT_DOUBLE_EQ(*found("particles", 50, {50, 47}), 3);
  EXPECT_DOUBLE_EQ(*found("geodesic_tortuosity", 1.1, {1.1}), 0.5 / 40);
}

TEST(CopyResolution, LengthsThatAgreeBySymmetryAreInDoubt) {
  EXPECT_DOUBLE_EQ(*found("length", 7e-6, {7e-6}), 0.5e-6);  // half a voxel of the volume
  EXPECT_DOUBLE_EQ(*found("lines", 3e9, {3e9}), 4e-6 / (8000 * 8e-18));
  EXPECT_DOUBLE_EQ(*found("particle_d50", 8e-6, {8e-6}), 0.25e-6);
  EXPECT_DOUBLE_EQ(*found("particle_d50", 60e-6, {60e-6}), 0.1e-6);
  EXPECT_NEAR(*found("particle_d50", 60e-6, {59e-6}), 1e-6, 1e-15);
  EXPECT_DOUBLE_EQ(*found("sphericity", 0.8, {0.8}), 0.8 * 0.25 / 20);
}

TEST(CopyResolution, AreasAreInNoLessDoubtThanTheirShares) {
  const auto interface_with = [](double share) {
    Result result;
    result.phase = "pore";
    result.with = {"active"};
    const std::vector<Uncertainty> own{{ErrorSource::resolution, 3.0, false, true}};
    result.quantities = {{"specific_surface", 40.0, own}, {"specific_surface_extrapolated", 30.0, own},
                         {"surface_area", 400.0, own},    {"share", 0.9},
                         {"share_of_phase", share},       {"share_of_other", 0.5}};
    return std::vector<Result>{result};
  };
  QuantityDefinition share = row("share_of_phase", "1"), other = row("share_of_other", "1");
  Volume copied = test::volume_of({40, 20, 10}, [](auto z, auto, auto) { return z < 5; });
  copied.voxel_size = {1e-6, 1e-6, 1e-6};
  const auto widths = [&](double of_copy) {
    std::vector<Result> results = interface_with(0.8);
    add_copy_resolution(results, {share, other}, {interface_with(of_copy)}, copied, {});
    std::vector<double> found;
    for (const char* name : {"specific_surface", "specific_surface_extrapolated", "surface_area"})
      found.push_back(*results.front().half_width(name, ErrorSource::resolution));
    return found;
  };
  EXPECT_EQ(widths(0.79)[0], 3);  // less than its own
  EXPECT_NEAR(widths(0.6)[0], 40 * 0.2 / 0.8, 1e-12);
  EXPECT_NEAR(widths(0.6)[1], 30 * 0.2 / 0.8, 1e-12);
  EXPECT_NEAR(widths(0.6)[2], 400 * 0.2 / 0.8, 1e-12);
}

TEST(CopyResolution, LinesHaveWhatTheirEdgesLeaveOpen) {
  const auto half_width = [](double length, double edges) {
    std::vector<Result> results(1);
    results.front().quantities = {{"triple_length", length}, {"triple_edges", edges}};
    Volume copied = test::volume_of({40, 20, 10}, [](auto z, auto, auto) { return z < 5; });
    copied.voxel_size = {0.1, 0.1, 0.1};
    add_copy_resolution(results, {row("triple_length", "1/m2")}, {results}, copied, {});
    return *results.front().half_width("triple_length", ErrorSource::resolution);
  };
  const double floor = half_width(2, 3);
  EXPECT_GT(floor, 0) << "all directions alike";
  EXPECT_NEAR(half_width(3, 3), floor + 1, 1e-12) << "one direction, or three";
}

}  // namespace
}  // namespace tauvox
