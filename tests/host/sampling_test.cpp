// Octants, what they say of the whole, and how uncertainties become one.
#include "host/studies/sampling.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "host/studies/combined.hpp"
#include "host/studies/copied_octants.hpp"
#include "host/studies/parts.hpp"
#include "tests/geometry.hpp"

namespace tauvox {
namespace {

TEST(Parts, OctantsFillTheVolumeOnce) {
  const Extent extent = make_extent({5, 6, 7});
  std::multiset<std::int64_t> seen;
  for (const Box& box : octants(extent))
    for (std::int64_t z = box.begin[0]; z < box.end[0]; ++z)
      for (std::int64_t y = box.begin[1]; y < box.end[1]; ++y)
        for (std::int64_t x = box.begin[2]; x < box.end[2]; ++x) seen.insert(x + 7 * (y + 6 * z));
  EXPECT_EQ(seen.size(), 210u);
  EXPECT_EQ(std::set<std::int64_t>(seen.begin(), seen.end()).size(), 210u);
}

TEST(Parts, APartHoldsWhatLiesThere) {
  Volume volume;
  volume.extent = make_extent({3, 4, 5});
  volume.labels = {{7, 30}, {9, 30}};
  std::vector<std::uint8_t> codes;
  for (int i = 0; i < 60; ++i) codes.push_back(static_cast<std::uint8_t>(i % 3 == 1 ? 1 : 0));
  volume.codes = codes;
  volume.voxel_size = {1e-6, 2e-6, 3e-6};
  const Volume part = cut(volume, {{1, 1, 2}, {3, 3, 5}});
  ASSERT_EQ(part.extent.zyx(), (std::array<std::int64_t, 3>{2, 2, 3}));
  std::int64_t at = 0, ones = 0;
  for (std::size_t z = 1; z < 3; ++z)
    for (std::size_t y = 1; y < 3; ++y)
      for (std::size_t x = 2; x < 5; ++x) {
        EXPECT_EQ(part.code(at++), codes[x + 5 * (y + 4 * z)]);
        ones += codes[x + 5 * (y + 4 * z)];
      }
  EXPECT_EQ(part.labels[1].voxels, ones);
  EXPECT_EQ(part.labels[0].voxels, 12 - ones);
  EXPECT_EQ(part.voxel_size, volume.voxel_size);
}

TEST(Sampling, IsStudentsIntervalOfTheMeanOfEight) {
  const Sampling found = judge_sampling(4.5, {1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_NEAR(found.half_width.value(), 2.364624251592785 * std::sqrt(6.0) / std::sqrt(8.0), 1e-12);
  EXPECT_EQ(found.bias, 0);
  EXPECT_EQ(found.reason, "");
}

TEST(Sampling, OctantsThatAgreeOnSomethingElseAreInDoubt) {
  const Sampling found = judge_sampling(2, {4.4, 4.5, 4.5, 4.5, 4.5, 4.5, 4.5, 4.6});
  EXPECT_NEAR(found.bias, 1.25, 1e-12);
  const double scatter = 2.364624251592785 * std::sqrt(0.02 / 7 / 8);
  EXPECT_NEAR(found.half_width.value(), scatter + 2.5, 1e-12) << "and the whole may be off by as much";
  EXPECT_NE(found.reason.find("larger scan"), std::string::npos);
}

std::vector<Result> transport(double ratio, double fraction = 0.5) {
  Result result;
  result.study = "effective_transport";
  result.axis = Axis::z;
  result.status = ratio > 0 ? Status::converged : Status::not_percolating;
  result.quantities = {{"effective_ratio", ratio},
                       {"tortuosity_factor", {}},
                       {"bruggeman_exponent", {}},
                       {"volume_fraction", fraction}};
  if (ratio > 0) {
    result.quantities[1].value = fraction / ratio;
    result.quantities[2].value = std::log(ratio) / std::log(fraction);
  }
  return {result};
}

/// What a volume of n voxels is made of by noise: label(noise, z, y, x).
template <class F>
Volume made_of_noise(std::array<std::int64_t, 3> n, F label) {
  const Volume noise = test::noise({8, 8, 8}, 3, {40, 40, 20});
  return test::volume_of(n, [&](auto z, auto y, auto x) -> std::int64_t { return label(noise, z, y, x); });
}

TEST(CopiedOctants, OfMirroredAndTiledVolumesAreSaid) {
  const auto mirrored = [](std::int64_t i, std::int64_t n) { return i < (n + 1) / 2 ? i : n - 1 - i; };
  for (const std::array<std::int64_t, 3>& n :
       {std::array<std::int64_t, 3>{16, 16, 16}, std::array<std::int64_t, 3>{15, 16, 13}}) {
    const Volume all = made_of_noise(n, [&](const Volume& noise, auto z, auto y, auto x) {
      return test::code_at(noise, mirrored(z, n[0]), mirrored(y, n[1]), mirrored(x, n[2]));
    });
    EXPECT_EQ(copies_among_octants(all),
              "7 of the 8 octants are copies of others (mirrored or tiled volume)");
    const Volume along_y = made_of_noise(n, [&](const Volume& noise, auto z, auto y, auto x) {
      return test::code_at(noise, (z + x / 8 * 3) % 8, mirrored(y, n[1]), (x + z / 8) % 8);
    });
    EXPECT_EQ(copies_among_octants(along_y),
              "4 of the 8 octants are copies of others (mirrored or tiled volume)");
  }
  for (const std::int64_t n : {15, 16, 17}) {  // 15 and 17: a layer less, and one more, than two tiles have
    const Volume tiled = made_of_noise({n, 16, 16}, [](const Volume& noise, auto z, auto y, auto x) {
      return test::code_at(noise, z % 8, y % 8, x % 8);
    });
    EXPECT_NE(copies_among_octants(tiled).find("7 of the 8"), std::string::npos) << n;
  }
  const Volume one = made_of_noise({16, 16, 16}, [](const Volume& noise, auto z, auto y, auto x) {
    return z > 7 && y > 7 ? test::code_at(noise, z - 8, 15 - y, x % 8)
                          : test::code_at(noise, z % 8, y % 8, x % 8) * (z > 7 || x < 8 || z == x - 8);
  });
  EXPECT_NE(copies_among_octants(one), "");
}

TEST(CopiedOctants, AreNoneInNoiseNorWhereAFewAreEmpty) {
  EXPECT_EQ(copies_among_octants(test::noise({16, 16, 16}, 1, {50, 50})), "");
  EXPECT_EQ(copies_among_octants(test::noise({15, 17, 13}, 1, {50, 30, 20})), "");
  // As many of each label, and all but the last voxel the same.
  const Volume nearly = made_of_noise({16, 16, 16}, [](const Volume& noise, auto z, auto y, auto x) {
    const std::int64_t octant = z / 8 * 4 + y / 8 * 2 + x / 8, at = z % 8 * 64 + y % 8 * 8 + x % 8;
    return at >= 504 ? at % 8 == octant : test::code_at(noise, z % 8, y % 8, x % 8) > 0;
  });
  EXPECT_EQ(copies_among_octants(nearly), "");
  const Volume noise = test::noise({16, 16, 16}, 1, {50, 50});
  const Volume half = test::volume_of({16, 16, 16}, [&](auto z, auto y, auto x) -> std::int64_t {
    return z < 8 ? 0 : test::code_at(noise, z, y, x);
  });
  EXPECT_EQ(copies_among_octants(half), "");  // free space in front of an electrode
}

TEST(CopiedOctants, OfWhatConductsAreSaidWhereLabelsDiffer) {
  Volume volume = test::noise({16, 16, 16}, 1, {0, 50, 50});
  auto& codes = std::get<LabelArray<std::uint8_t>>(volume.codes);
  for (std::size_t i = 0; i < codes.size(); ++i)
    if (i / 16 % 16 % 8 < 3) codes[i] = 0;  // straight channels
  EXPECT_EQ(copies_among_octants(volume), "");
  EXPECT_EQ(copies_among_octants(volume, {1, 0, 0}),
            "7 of the 8 octants are copies of others (mirrored or tiled volume)");
}

TEST(CopiedOctants, OfOneLabelOrHalvesOfTwoAreNoSamplesOfAStructure) {
  for (const std::int64_t there : {0, 1}) {
    const Volume volume =
        test::volume_of({16, 16, 16}, [&](auto z, auto, auto) -> std::int64_t { return z < 8 ? 0 : there; });
    EXPECT_EQ(copies_among_octants(volume),
              "no octant holds more than one phase: none is a sample of a structure");
  }
}

TEST(Sampling, ThatIsNotKnownIsSaidOfAllThatMayHaveIt) {
  const QuantityDefinitions rows{
      {.name = "x", .title = "", .symbol = "", .definition = "", .evaluated = {ErrorSource::sampling}},
      {.name = "y", .title = "", .symbol = "", .definition = ""},
      {.name = "slope",
       .title = "",
       .symbol = "",
       .definition = "",
       .uncertainties = {ErrorSource::sampling}}};
  Result geometry;
  geometry.quantities = {{"x", 2.0}, {"y", 2.0}, {"slope", 2.0, {{ErrorSource::sampling, 0.1}}}};
  std::vector<Result> results{geometry}, of_transport = transport(0.2);
  leave_sampling_open(results, rows, nullptr);
  ASSERT_TRUE(results[0].quantities[0].uncertainty(ErrorSource::sampling));
  EXPECT_FALSE(results[0].quantities[0].uncertainty(ErrorSource::sampling)->half_width);
  EXPECT_FALSE(results[0].quantities[1].uncertainty(ErrorSource::sampling));
  EXPECT_EQ(results[0].quantities[2].uncertainties.size(), 1u);  // its own is of copies, too
  EXPECT_FALSE(results[0].quantities[2].uncertainty(ErrorSource::sampling)->half_width);
  const Materials materials;
  leave_sampling_open(of_transport, {}, &materials);
  for (const char* name : {"effective_ratio", "tortuosity_factor", "bruggeman_exponent"}) {
    const Uncertainty* open = of_transport[0].quantity(name)->uncertainty(ErrorSource::sampling);
    ASSERT_TRUE(open) << name;
    EXPECT_FALSE(open->half_width) << name;
  }
}

TEST(Sampling, TheOctantsMeanDiffersByWhatItDoesAndNotByRounding) {
  const Sampling close = judge_sampling(1, {1.0003, 1.0003, 1.0003, 1.0003, 1.0003, 1.0003, 1.0003, 1.0003});
  EXPECT_NE(close.reason.find("differs by +0.03 %"), std::string::npos) << close.reason;
  EXPECT_EQ(judge_sampling(0.3, std::vector<std::optional<double>>(8, 0.1 + 0.2)).reason, "");
}

TEST(Sampling, IsUnknownWhereAnOctantHasNoValue) {
  const Sampling found = judge_sampling(1, {1, 2, 3, {}, 5, 6, 7, 8});
  EXPECT_FALSE(found.half_width);
  EXPECT_NE(found.reason, "");
}

TEST(Sampling, WhatIsNoTransportSaysItsReasonToo) {
  const QuantityDefinitions rows{
      {.name = "x", .title = "", .symbol = "", .definition = "", .evaluated = {ErrorSource::sampling}}};
  Result result;
  result.quantities = {{"x", 2.0}};
  std::vector<std::vector<Result>> octants;
  for (const double value : {4.4, 4.5, 4.5, 4.5, 4.5, 4.5, 4.5, 4.6}) {
    octants.push_back({result});
    octants.back().front().quantities.front().value = value;
  }
  std::vector<Result> biased{result}, unknown{result};
  add_sampling(biased, rows, octants, nullptr);
  EXPECT_TRUE(biased.front().half_width("x", ErrorSource::sampling));
  ASSERT_EQ(biased.front().remarks.size(), 1u);
  EXPECT_NE(biased.front().remarks.front().find("sampling of x: the octants' mean differs"),
            std::string::npos);
  octants.front().front().quantities.front().value.reset();
  add_sampling(unknown, rows, octants, nullptr);
  EXPECT_EQ(unknown.front().remarks, std::vector<std::string>{"sampling of x: not every octant has a value"});
}

TEST(Sampling, OneOctantWithoutAPathLetsNothingThroughTwoAreTooMany) {
  std::vector<std::vector<Result>> octants;
  for (const double ratio : {0.0, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2}) octants.push_back(transport(ratio));
  const Materials materials;
  std::vector<Result> whole = transport(0.2);
  add_sampling(whole, {}, octants, &materials);
  const double s = std::sqrt(0.04 / 8);  // of 0 and seven times 0.2
  EXPECT_NEAR(whole.front().half_width("effective_ratio", ErrorSource::sampling).value(),
              2.364624251592785 * s / std::sqrt(8.0) + 0.025, 1e-12);  // their mean is 0.175
  octants[1] = transport(0);
  whole = transport(0.2);
  add_sampling(whole, {}, octants, &materials);
  EXPECT_FALSE(whole.front().half_width("effective_ratio", ErrorSource::sampling));
  EXPECT_EQ(whole.front().remarks, std::vector<std::string>{"sampling: 2 of 8 octants do not percolate"});
}

TEST(Sampling, TauAndBruggemanVaryWithRatioAndFraction) {
  Materials materials;
  materials.volume_fraction = 0.5;
  const auto width = [&](double fraction_more, const char* name) {
    std::vector<std::vector<Result>> octants;
    for (const double sign : {-1, 1, -1, 1, -1, 1, -1, 1})
      octants.push_back(transport(0.2 * (1 + 0.01 * sign), 0.5 * (1 + fraction_more * sign)));
    std::vector<Result> whole = transport(0.2);
    add_sampling(whole, {}, octants, &materials);
    return whole.front().half_width(name, ErrorSource::sampling).value();
  };
  const double w = width(0, "effective_ratio") / 0.2, b = std::log(0.2) / std::log(0.5);
  const auto tau = [](double share) { return 2.5 * share / (1 - share); };  // the wider side
  EXPECT_NEAR(width(0, "tortuosity_factor"), tau(w), 1e-12);
  EXPECT_NEAR(width(0.01, "tortuosity_factor"), tau(w * w), 1e-12);  // as much more pore as gets through
  EXPECT_NEAR(width(0.004, "tortuosity_factor"), tau(0.6 * w + w * w), 1e-12);
  EXPECT_NEAR(width(0, "bruggeman_exponent"), -std::log1p(-w) / std::log(2), 1e-12);
  EXPECT_NEAR(width(0.01 / b, "bruggeman_exponent"), w * w / std::log(2), 1e-12);  // along Bruggeman's curve
}

TEST(Sampling, IntervalOfTauIsThatOfItsInverse) {
  Materials materials;
  materials.volume_fraction = 0.5;
  const auto spread = [&](double small, double large) {  // D_eff of six octants and of two, over the whole's
    std::vector<std::vector<Result>> octants;
    for (int i = 0; i < 8; ++i) octants.push_back(transport(0.2 * (i < 6 ? small : large)));
    std::vector<Result> whole = transport(0.2);
    add_sampling(whole, {}, octants, &materials);
    return whole.front();
  };
  const auto of = [](const Result& result, const char* name) {
    return *result.quantity(name)->uncertainty(ErrorSource::sampling);
  };
  const Result narrow = spread(0.9, 1.3), wide = spread(0.5, 2.5), open = spread(0.01, 3.97);
  for (const Result* result : {&narrow, &wide, &open})
    EXPECT_NEAR(of(*result, "tortuosity_factor").of_inverse.value(),
                of(*result, "effective_ratio").half_width.value() / 0.5, 1e-12);
  EXPECT_NEAR(of(narrow, "tortuosity_factor").half_width.value(),
              1 / (0.4 - of(narrow, "tortuosity_factor").of_inverse.value()) - 2.5, 1e-12);
  EXPECT_TRUE(of(wide, "tortuosity_factor").half_width);
  EXPECT_FALSE(of(open, "tortuosity_factor").half_width);  // that of D_eff reaches 0
}

TEST(Combined, AddsSquaresAndBiases) {
  const QuantityDefinition row{.name = "x", .title = "", .symbol = "", .definition = ""};
  Quantity quantity{"x", 1.0, {{ErrorSource::resolution, 0.3}, {ErrorSource::sampling, 0.4}}};
  EXPECT_NEAR(combined(quantity, row)->half_width, 2 * 0.5 / 1.96, 1e-12);
  EXPECT_EQ(combined(quantity, row)->dominant, ErrorSource::sampling);
  quantity.uncertainties.push_back({ErrorSource::solver, 0.1, true});
  EXPECT_NEAR(combined(quantity, row)->half_width, 2 * std::sqrt(0.25 / 1.96 / 1.96 + 0.01 / 3), 1e-12);
  quantity.uncertainties[0].one_sided = true;
  EXPECT_NEAR(combined(quantity, row)->half_width, 2 * std::sqrt(0.16 / 1.96 / 1.96 + 0.01 / 3) + 0.3, 1e-12);
}

TEST(Combined, IsUnknownWhereOneThatIsNeededIs) {
  QuantityDefinition row{.name = "x", .title = "", .symbol = "", .definition = ""};
  const Quantity quantity{"x", 1.0, {{ErrorSource::resolution, 0.3}, {ErrorSource::sampling, {}}}};
  EXPECT_FALSE(combined(quantity, row));
  EXPECT_EQ(missing(quantity, row), std::vector<ErrorSource>{ErrorSource::sampling});
  row.needs = {ErrorSource::resolution};
  EXPECT_TRUE(combined(quantity, row));
  row.needs.clear();  // no verdict can be of it
  EXPECT_FALSE(combined(quantity, row));
}

}  // namespace
}  // namespace tauvox
