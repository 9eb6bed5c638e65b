// What three voxel sizes say of the error, and when they say nothing.
#include "host/studies/resolution.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "host/generate/generate.hpp"
#include "host/studies/study_table.hpp"
#include "tests/support.hpp"

namespace tauvox {
namespace {

TEST(Resolution, AnErrorOfFirstOrderIsExtrapolatedExactly) {
  ResolutionValues v;
  v.fine = 0.5 - 0.01;
  v.twice = v.voted = 0.5 - 0.02;
  v.four = 0.5 - 0.04;
  const Resolution r = judge_resolution(v);
  EXPECT_NEAR(r.order.value(), 1, 1e-12);
  EXPECT_NEAR(r.extrapolated.value(), 0.5, 1e-14);
  EXPECT_NEAR(r.uncertainty.value(), 0.015, 1e-14);
  EXPECT_EQ(r.reason, "");
}

TEST(Resolution, DifferencesInTwoDirectionsShowNoOrderAndTheLargerOneCounts) {
  ResolutionValues v;
  v.fine = 0.5;
  v.twice = v.voted = 0.49;
  v.four = 0.56;
  const Resolution r = judge_resolution(v);
  EXPECT_FALSE(r.order);
  EXPECT_NEAR(r.uncertainty.value(), 1.5 * 0.06 / 3, 1e-14);
  EXPECT_NE(r.reason.find("order not seen"), std::string::npos);
}

TEST(Resolution, WhatTwoWaysToMakeACopyDifferByIsAddedFromBothSizesOrTwiceFromOne) {
  ResolutionValues v;
  v.fine = v.twice = 0.5;
  v.voted = 0.52;
  v.four = 0.5;
  v.voted_four = 0.45;
  v.solver_error = 0.001;
  EXPECT_NEAR(judge_resolution(v).uncertainty.value(), 0.25 * 0.02 + 0.2 * 0.05 + 0.002, 1e-14);
  v.voted_four.reset();
  EXPECT_NEAR(judge_resolution(v).uncertainty.value(), 0.5 * 0.02 + 0.002, 1e-14);
}

TEST(Resolution, HalfOfWhatTheTwoSampledCopiesDifferByIsAdded) {
  ResolutionValues v;
  v.fine = v.twice = v.voted = 0.5;
  v.four = v.voted_four = 0.5;
  v.spread = 0.03;
  EXPECT_NEAR(judge_resolution(v).uncertainty.value(), 0.015, 1e-14);
  EXPECT_EQ(judge_resolution(v).spread.value(), 0.03);
}

TEST(Resolution, NothingIsEverNotANumber) {
  for (const double bad : {std::nan(""), HUGE_VAL}) {
    ResolutionValues v;
    v.fine = v.twice = v.voted = 0.5;
    v.four = bad;
    ResolutionValues vote = v;
    std::swap(vote.four, vote.voted_four);
    for (const ResolutionValues& values : {v, vote}) {
      const Resolution r = judge_resolution(values);
      EXPECT_FALSE(r.uncertainty || r.order || r.extrapolated);
      EXPECT_NE(r.reason, "");
    }
  }
  ResolutionValues equal;
  equal.fine = equal.twice = equal.voted = 0.5;
  equal.four = 0.5;
  const Resolution r = judge_resolution(equal);
  EXPECT_FALSE(r.order);
  EXPECT_EQ(r.uncertainty.value(), 0);
}

TEST(Resolution, ASmallOrderIsThatOfEdgesWhereConductorsDiffer) {
  ResolutionValues v;  // a checkerboard of 100 to 1, which has 0.1
  v.fine = 0.060407;
  v.twice = v.voted = 0.054526;
  v.four = v.voted_four = 0.048053;
  v.largest = 0.505;
  const double alike = judge_resolution(v).uncertainty.value();
  EXPECT_LT(alike, 0.02);
  v.contrast = 100;
  const Resolution slow = judge_resolution(v);
  EXPECT_NEAR(slow.order.value(), 0.138, 1e-3);
  EXPECT_GT(slow.uncertainty.value(), 0.1 - v.fine);
  EXPECT_LT(slow.uncertainty.value(), 1.3 * (0.1 - v.fine));
  EXPECT_NEAR(slow.extrapolated.value(), 0.091, 1e-3);  // by the order of such an edge, 0.254
  EXPECT_NE(slow.reason.find("the limit that the copies tend to"), std::string::npos);
  v.twice = v.voted = 0.0594;  // what is seen of the order is chance: next to none, and below
  for (const double four : {0.0583, 0.0585}) {
    v.four = v.voted_four = four;
    const double d = (v.fine - v.twice) / (std::exp2(8 / std::numbers::pi * std::atan(0.1)) - 1);
    EXPECT_NEAR(judge_resolution(v).uncertainty.value(), 1.5 * d, 1e-12);
  }
  v.contrast = 1e4;  // of which edges may have no more than that
  const Resolution unknown = judge_resolution(v);
  EXPECT_FALSE(unknown.uncertainty || unknown.extrapolated);
  EXPECT_NE(unknown.reason.find("no limit"), std::string::npos);
}

TEST(Resolution, NothingIsSaidOfGoodConductorsThatAreTooThin) {
  ResolutionValues v;
  v.fine = 0.0073639;
  v.twice = v.voted = 0.0053118;
  v.four = v.voted_four = 0.0037317;
  v.contrast = 100;
  EXPECT_TRUE(judge_resolution(v).uncertainty);
  v.narrow = true;
  const Resolution r = judge_resolution(v);
  EXPECT_FALSE(r.uncertainty || r.extrapolated);
  EXPECT_LT(r.order.value(), 0);
  EXPECT_NE(r.reason.find("too thin for these voxels"), std::string::npos);
}

TEST(Resolution, WhatIsImpossibleIsNotExtrapolated) {
  ResolutionValues v;
  v.fine = 0.9;
  v.twice = v.voted = 0.7;
  v.four = 0.3;
  v.largest = 0.95;
  EXPECT_FALSE(judge_resolution(v).extrapolated);
}

/// What the study adds to the result of effective transport.
struct Studied {
  std::optional<double> ratio, uncertainty, extrapolated, twice, throat;
  std::string reason;
  Result all;
};

Studied studied(const Volume& volume, const std::string& conductivity,
                std::vector<std::string>* warnings = nullptr) {
  Settings s = test::exact_settings(conductivity);
  s.tolerance = 1e-5;
  const Device device = test::device();
  const Materials materials = assign_materials(volume, s);
  const Report report = with_resolution(studies().front()).run({volume, materials, s, device}, {}, {});
  if (warnings) *warnings = report.warnings;
  EXPECT_LT(device.bytes_in_use(), volume.extent.voxels() / 4);  // the scratch of the sums alone
  const Result& r = report.results.front();
  const std::string reason = r.remarks.empty() ? "" : r.remarks.front();
  return {r.value("effective_ratio"),
          r.half_width("effective_ratio", ErrorSource::resolution),
          r.value("extrapolated_ratio"),
          r.value("effective_ratio_twice"),
          r.value("throat_voxels"),
          reason,
          r};
}

Volume lattice(const std::string& name, double fraction, std::int64_t n) {
  GenerateSettings g;
  g.shape = name;
  g.size = {n, n, n};
  g.fraction = fraction;
  return generate(g);
}

struct Lattice {
  const char *name, *conductivity;
  double fraction, exact;
  std::int64_t n;
};

TEST(ResolutionStudy, TheIntervalHoldsTheExactValueOfSphereLatticesAndIsNarrow) {
  for (const Lattice& l : {Lattice{"sc", "0=1,1=0", 0.2, 0.7267030, 32},
                           {"sc", "0=1,1=0", 0.4, 0.4901099, 64},
                           {"bcc", "0=1,1=0", 0.6, 0.2975128, 64},
                           {"fcc", "0=1,1=0", 0.6, 0.2991676, 64},
                           {"fcc", "0=1,1=0", 0.7, 0.2024918, 64},
                           {"sc", "0=1,1=100", 0.4, 3.1333633, 64}}) {
    const Studied r = studied(lattice(l.name, l.fraction, l.n), l.conductivity);
    ASSERT_TRUE(r.uncertainty) << r.reason;
    const double exact = l.exact / (l.conductivity == std::string("0=1,1=100") ? 100 : 1),
                 error = std::abs(*r.ratio - exact);
    EXPECT_GE(*r.uncertainty, error) << l.name << l.fraction;
    EXPECT_LE(*r.uncertainty, 4 * error) << l.name << l.fraction;
    EXPECT_LT(std::abs(*r.extrapolated - exact), 0.5 * error) << l.name << l.fraction;
  }
}

TEST(ResolutionStudy, TheIntervalHoldsTheExactValueWhereTheStaircaseIsSmallByChance) {
  const Studied r = studied(lattice("sc", 0.1, 48), "0=1,1=100");
  const double error = std::abs(*r.ratio - 1.3226818 / 100);
  EXPECT_LT(1.5 * std::abs(*r.twice - *r.ratio), 0.6 * error);
  EXPECT_GE(r.uncertainty.value(), error);
  EXPECT_LE(*r.uncertainty, 4 * error);
}

TEST(ResolutionStudy, TheIntervalHoldsTheExactValueOfACheckerboard) {
  GenerateSettings g;
  g.shape = "checkerboard";
  g.size = {48, 48, 48};
  const Studied r = studied(generate(g), "0=0.01,1=1");
  EXPECT_LT(*r.ratio, 0.07);
  EXPECT_GE(r.uncertainty.value(), 0.1 - *r.ratio);  // Keller: the root of the product
}

TEST(ResolutionStudy, DoesNotDependOnTheLabelsOfWhatConductsAlike) {
  GenerateSettings g;
  g.size = {40, 40, 40};
  const Volume v = generate(g);  // pore 0, active 1, binder 2
  const auto relabelled = [&](std::array<std::int64_t, 3> to) {
    std::int64_t i = 0;
    return test::volume_of({40, 40, 40}, [&](auto z, auto y, auto x) {
      i = x + 40 * (y + 40 * z);
      return to[static_cast<std::size_t>(v.labels[static_cast<std::size_t>(v.code(i))].value)];
    });
  };
  const Studied three = studied(v, "0=1,1=0,2=0");
  for (const auto& [to, conductivity] : {std::pair{std::array<std::int64_t, 3>{0, 1, 1}, "0=1,1=0"},
                                         std::pair{std::array<std::int64_t, 3>{5, 2, 3}, "2=0,3=0,5=1"}}) {
    const Studied same = studied(relabelled(to), conductivity);
    EXPECT_EQ(same.ratio, three.ratio);
    EXPECT_EQ(same.all.value("voted_ratio_twice"), three.all.value("voted_ratio_twice"));
    EXPECT_EQ(same.uncertainty, three.uncertainty);
  }
}

TEST(ResolutionStudy, AShortAxisIsTooSmall) {
  const Studied r =
      studied(test::volume_of({32, 9, 32}, [](auto, auto, auto x) { return x < 8; }), "0=0,1=1");
  EXPECT_FALSE(r.uncertainty);
  EXPECT_NE(r.reason.find("too small: axis y has 9"), std::string::npos);
}

TEST(ResolutionStudy, ALostWayIsSaidAndANarrowOneWarnedOf) {
  const auto channel = [](std::int64_t from, std::int64_t to) {
    return test::volume_of({32, 32, 32},
                           [=](auto, auto y, auto x) { return y >= from && y < to && x >= from && x < to; });
  };
  std::vector<std::string> warnings;
  const Studied narrow = studied(channel(7, 8), "0=0,1=1", &warnings);
  EXPECT_EQ(narrow.throat.value(), 1);
  EXPECT_FALSE(narrow.uncertainty);
  EXPECT_NE(narrow.reason.find("percolation is lost"), std::string::npos);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings.front().find("1 voxel wide"), std::string::npos);
  const Studied wide = studied(channel(8, 16), "0=0,1=1", &warnings);
  EXPECT_EQ(wide.throat.value(), 5);
  EXPECT_TRUE(wide.uncertainty);
  EXPECT_TRUE(warnings.empty());
}

TEST(ResolutionStudy, AGoodConductorThatJoinsOnlyOnACopyIsSaid) {
  // Spheres of conductivity 100 that nearly touch: on larger voxels they do.
  const Studied r = studied(lattice("sc", 0.5, 96), "0=1,1=100");
  EXPECT_FALSE(r.uncertainty);
  EXPECT_NE(r.reason.find("100 relative or more percolates only"), std::string::npos) << r.reason;
}

TEST(ResolutionStudy, AVolumeThatDoesNotPercolateIsNotStudied) {
  const Studied r = studied(lattice("dead-end", 0.4, 32), "0=1,1=0");
  EXPECT_FALSE(r.uncertainty || r.throat);
  EXPECT_NE(r.reason, "");
}

}  // namespace
}  // namespace tauvox
