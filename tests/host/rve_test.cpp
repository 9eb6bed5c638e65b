// The size that a volume must have.
#include "host/studies/rve.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tests/support.hpp"

namespace tauvox {
namespace {

TEST(RepresentativeVolume, OfEightParts) {
  const PartsOfSize size = of_size(100, {1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(size.mean, 4.5);
  EXPECT_NEAR(size.deviation, std::sqrt(6.0), 1e-12);
  EXPECT_NEAR(size.half_width, 2.364625 * std::sqrt(6.0 / 8), 1e-12);
}

TEST(RepresentativeVolume, GoesOnAlongTheLine) {
  std::vector<PartsOfSize> sizes;
  for (const auto& [parts, voxels] : {std::pair{8, 8000.0}, std::pair{27, 2370.0}, std::pair{64, 1000.0}})
    sizes.push_back({parts, voxels, 0.2, 3 * std::pow(voxels, -0.6), 0});
  const RepresentativeVolume found = representative_volume(0.2, sizes, 0.05);
  EXPECT_NEAR(found.exponent.value(), 0.6, 1e-12);
  EXPECT_NEAR(1.96 * 3 * std::pow(found.voxels.value(), -0.6), 0.05 * 0.2, 1e-12);
}

TEST(RepresentativeVolume, IntervalsHoldTheTruthAsOftenAsTheySay) {
  std::mt19937_64 random(11);
  std::normal_distribution<double> normal;
  int exponents = 0, volumes = 0, endless = 0, all = 0;
  const double p = 0.5, wanted = 0.05, whole = 0.2, truth = std::pow(1.96 * 3 / (wanted * whole), 1 / p);
  for (; all < 2000; ++all) {
    std::vector<PartsOfSize> sizes;
    for (const int parts : {8, 27, 64}) {
      std::vector<double> values;
      for (int i = 0; i < parts; ++i)
        values.push_back(whole + normal(random) * 3 * std::pow(8e6 / parts, -p));
      sizes.push_back(of_size(8e6 / parts, values));
    }
    const RepresentativeVolume found = representative_volume(whole, sizes, wanted);
    exponents += std::abs(found.exponent.value() - p) <= found.exponent_half_width ? 1 : 0;
    const auto& range = found.voxels_range;
    volumes += !range || ((*range)[0] <= truth && truth <= (*range)[1]) ? 1 : 0;
    endless += range ? 0 : 1;
  }
  EXPECT_NEAR(exponents, 0.95 * all, 0.02 * all);
  EXPECT_NEAR(volumes, 0.95 * all, 0.02 * all);
  EXPECT_LT(endless, 0.1 * all);
}

TEST(RepresentativeVolume, IsUnknownWhereNothingScattersOrOneSizeIsThere) {
  EXPECT_FALSE(representative_volume(0.2, {{8, 8000, 0.2, 0, 0}, {27, 2370, 0.2, 0, 0}}, 0.05).exponent);
  EXPECT_FALSE(representative_volume(0.2, {{8, 8000, 0.2, 0.1, 0}}, 0.05).exponent);
}

TEST(RepresentativeVolume, IsLookedForOnPartsOfTwentyFourVoxels) {
  const Volume volume = test::electrode(72, 0.4, 5);
  Settings settings;
  settings.phase = parse::labels("0", "");
  settings.tolerance = 1e-3;
  const Materials materials = assign_materials(volume, settings);
  const StudyInput in{volume, materials, settings, test::device()};
  Report report = effective_transport(in, {}, {});
  add_representative_volume(report, in, "rve", {});
  ASSERT_EQ(report.curves.size(), 1u);
  EXPECT_EQ(report.curves.front().name, "rve_z");
  EXPECT_EQ(report.curves.front().values.front(), (std::vector<double>{8, 27}));
  EXPECT_TRUE(report.results.front().value("rve_exponent"));
  EXPECT_EQ(report.results.front().remarks.back(),
            "representative volume: without 64 parts, which have edges of 18 voxels (24 or more are needed); "
            "exponent and edge are of 8 and 27 parts");
}

TEST(RepresentativeVolume, IsNotFoundFarBeyondAVolumeThatLeavesItOpen) {
  Volume volume = test::electrode(72, 0.4, 5);
  volume.voxel_size = std::array{1e-6, 1e-6, 1e-6};
  Settings settings;
  settings.phase = parse::labels("0", "");
  settings.tolerance = 1e-3;
  const Materials materials = assign_materials(volume, settings);
  const auto remarks_and_edge = [&](double wanted) {
    settings.rve = wanted;
    const StudyInput in{volume, materials, settings, test::device()};
    Report report = effective_transport(in, {}, {});
    add_representative_volume(report, in, "rve", {});
    const Result& result = report.results.front();
    const bool is_open = std::any_of(
        result.remarks.begin(), result.remarks.end(),
        [](const std::string& remark) { return remark.starts_with("representative volume: not found"); });
    return std::pair(is_open, result.value("rve_edge"));
  };
  const auto [is_open, edge] = remarks_and_edge(0.2);
  EXPECT_FALSE(is_open);
  EXPECT_TRUE(edge && *edge < 720e-6);
  const auto [is_far_open, far_edge] = remarks_and_edge(1e-4);
  EXPECT_TRUE(is_far_open);
  EXPECT_FALSE(far_edge);
}

TEST(RepresentativeVolume, TakesOctantsThatAreSolvedAlready) {
  const Volume volume = test::electrode(48, 0.4, 5);
  Settings settings;
  settings.phase = parse::labels("0", "");
  const Materials materials = assign_materials(volume, settings);
  Result whole;
  whole.study = "effective_transport";
  whole.axis = Axis::z;
  whole.quantities = {{"effective_ratio", 0.25}};
  Report report;
  report.results = {whole};
  std::vector<std::vector<Result>> octants(8, report.results);
  for (std::size_t i = 0; i < 8; ++i)
    octants[i].front().quantities.front().value = 0.25 + 0.01 * static_cast<double>(i);
  add_representative_volume(report, {volume, materials, settings, test::device()}, "rve", {}, octants);
  ASSERT_EQ(report.curves.size(), 1u);
  EXPECT_EQ(report.curves.front().values.front(), std::vector<double>{8});
  EXPECT_NEAR(report.curves.front().values[2].front(), 0.285, 1e-12);
  EXPECT_EQ(report.results.front().remarks,
            std::vector<std::string>{
                "representative volume: without 27 parts, which have edges of 16 voxels (24 or "
                "more are needed), and without 64 parts, which have edges of 12 voxels (24 or "
                "more are needed); exponent and edge are not known, as parts of two sizes are "
                "needed"});

  octants[3].front().quantities.front().value.reset();
  report.results = {whole};
  report.curves.clear();
  add_representative_volume(report, {volume, materials, settings, test::device()}, "rve", {}, octants);
  EXPECT_TRUE(report.curves.empty());
  EXPECT_TRUE(report.results.front().remarks.front().starts_with(
      "representative volume: without 8 parts, of which 1 has no value, and without 27 parts"))
      << report.results.front().remarks.front();

  report.results = {whole};
  report.results.front().quantities.front().value = 0;
  add_representative_volume(report, {volume, materials, settings, test::device()}, "rve", {}, octants);
  EXPECT_EQ(report.results.front().remarks,
            std::vector<std::string>{
                "representative volume: not known, as the volume has no effective_ratio above 0"});
}

}  // namespace
}  // namespace tauvox
