// Layers of a volume beside its octants.
#include "host/studies/layers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "host/studies/sampling.hpp"
#include "tests/geometry.hpp"

namespace tauvox {
namespace {

/// Labels 0, and 1 where a random number is below what its layer along the axis says; 2 in a corner.
Volume layered(std::int64_t n, Axis along, double amplitude, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  std::vector<double> share;
  for (std::int64_t k = 0; k < n; ++k) share.push_back(0.5 + amplitude * normal(random));
  std::vector<std::int64_t> labels;
  for (std::int64_t z = 0; z < n; ++z)
    for (std::int64_t y = 0; y < n; ++y)
      for (std::int64_t x = 0; x < n; ++x) {
        const std::int64_t layer = along == Axis::z ? z : along == Axis::y ? y : x;
        const int label = uniform(random) < share[static_cast<std::size_t>(layer)] ? 1 : 0;
        labels.push_back(z + y + x < 9 ? 2 : label);
      }
  return test::volume_of({n, n, n}, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    return labels[static_cast<std::size_t>(x + n * (y + n * z))];
  });
}

/// Of the mean of so many shares of the boxes, as it is written in a book.
double variance(const Volume& v, std::int64_t label,
                const std::vector<std::array<std::array<std::int64_t, 2>, 3>>& boxes) {
  std::vector<double> shares;
  for (const auto& [z, y, x] : boxes) {
    double found = 0, all = 0;
    for (std::int64_t k = z[0]; k < z[1]; ++k)
      for (std::int64_t j = y[0]; j < y[1]; ++j)
        for (std::int64_t i = x[0]; i < x[1]; ++i) {
          all += 1;
          const std::int64_t code = v.code(i + v.extent.nx * (j + v.extent.ny * k));
          found += v.labels[static_cast<std::size_t>(code)].value == label ? 1 : 0;
        }
    shares.push_back(found / all);
  }
  double mean = 0, sum = 0;
  for (const double share : shares) mean += share / static_cast<double>(shares.size());
  for (const double share : shares) sum += (share - mean) * (share - mean);
  return sum / static_cast<double>(shares.size() * (shares.size() - 1));
}

TEST(Layers, OfNoiseSayNoMoreThanOctants) {
  for (const unsigned seed : {1u, 2u, 3u}) {
    const Volume v = layered(48, Axis::z, 0, seed);
    const Layers layers(v);
    EXPECT_LT(layers.of({1}).factor, 2.2) << seed;  // chance
  }
}

TEST(Layers, WidenByWhatSlabsVaryMore) {
  for (const Axis along : {Axis::z, Axis::y, Axis::x}) {
    const std::int64_t n = 53;  // an odd length: parts differ in size
    const Volume v = layered(n, along, 0.1, 7);
    std::vector<std::array<std::array<std::int64_t, 2>, 3>> octants, slabs[2];
    for (unsigned half = 0; half < 8; ++half) {
      auto& box = octants.emplace_back();
      for (unsigned a = 0; a < 3; ++a)
        box[a] = half >> a & 1 ? std::array{n / 2, n} : std::array{std::int64_t{0}, n / 2};
    }
    for (const std::int64_t count : {8, 4})
      for (std::int64_t k = 0; k < count; ++k) {
        auto& box = slabs[count == 4].emplace_back();
        box.fill({0, n});
        box[static_cast<std::size_t>(along)] = {k * n / count, (k + 1) * n / count};
      }
    for (const std::int64_t label : {0, 1}) {
      const double by_octants = variance(v, label, octants),
                   eight = variance(v, label, slabs[0]) / by_octants,
                   four = variance(v, label, slabs[1]) / by_octants;
      ASSERT_GT(eight, 4);
      const double expected =
          std::max(std::sqrt(eight), four > 3 ? 3.182446305283710 / 2.364624251592785 * std::sqrt(four) : 1);
      const Layers::Widening found = Layers(v).of({label});
      EXPECT_NEAR(found.factor, expected, 1e-9 * expected);
      EXPECT_EQ(found.across, along);
    }
    EXPECT_EQ(Layers(v).of({0, 1, 2}).factor, 1);  // the whole of it
    EXPECT_EQ(Layers(v).of({5}).factor, 1);        // nothing
  }
}

/// What goes up and down within a quarter of the length is seen by eight slabs alone.
TEST(Layers, EightSlabsSeeWhatFourDoNot) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> uniform;
  const std::int64_t n = 48;
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < n * n * n; ++i)
    labels.push_back(uniform(random) < (i / (n * n) / 6 % 2 ? 0.51 : 0.49) ? 1 : 0);
  const Volume v = test::volume_of({n, n, n}, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    return labels[static_cast<std::size_t>(x + n * (y + n * z))];
  });
  std::vector<std::array<std::array<std::int64_t, 2>, 3>> octants, eight, four;
  for (unsigned half = 0; half < 8; ++half) {
    auto& box = octants.emplace_back();
    for (unsigned a = 0; a < 3; ++a)
      box[a] = half >> a & 1 ? std::array{n / 2, n} : std::array{std::int64_t{0}, n / 2};
  }
  for (std::int64_t k = 0; k < 8; ++k) eight.push_back({{{k * 6, k * 6 + 6}, {0, n}, {0, n}}});
  for (std::int64_t k = 0; k < 4; ++k) four.push_back({{{k * 12, k * 12 + 12}, {0, n}, {0, n}}});
  const double by_octants = variance(v, 1, octants);
  ASSERT_LT(variance(v, 1, four) / by_octants, 3);
  ASSERT_GT(variance(v, 1, eight) / by_octants, 4);
  EXPECT_NEAR(Layers(v).of({1}).factor, std::sqrt(variance(v, 1, eight) / by_octants), 1e-9);
  EXPECT_EQ(Layers(v).of({1}).across, Axis::z);
}

TEST(Layers, OfALatticeWidenByNoMoreThanItsFractionMayVary) {
  std::mt19937 random(3);
  const std::int64_t n = 48;
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < n * n * n; ++i) {
    const std::int64_t z = i / (n * n);
    labels.push_back((z % 24 < 8 ? 1 : 0) ^
                     static_cast<std::int64_t>(random() % 1000 == 0));  // walls, and noise
  }
  const Volume v = test::volume_of({n, n, n}, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    return labels[static_cast<std::size_t>(x + n * (y + n * z))];
  });
  const Layers layers(v);
  const Layers::Widening found = layers.of({1});
  ASSERT_GT(found.factor, 100);
  Result result;
  result.phase = "walls";
  result.quantities = {{"some", 2.0, {{ErrorSource::sampling, 0.5}}},
                       {"nothing", 0.0, {{ErrorSource::sampling, 0.5}}}};
  std::vector<Result> results{result};
  widen_by_layers(results, layers, {{{"walls", {1}}}});
  EXPECT_NEAR(*results[0].half_width("some", ErrorSource::sampling), found.of_fraction * 2, 1e-12);
  EXPECT_EQ(*results[0].half_width("nothing", ErrorSource::sampling), 0.5);
}

TEST(Layers, WidenWhatOctantsGaveAndNothingElse) {
  const Volume v = layered(48, Axis::y, 0.1, 11);
  const Layers layers(v);
  Phases phases{{{"pore", {0}}, {"solid", {1}}, {"corner", {2}}}};
  const double factor = layers.of({1}).factor, of_corner = layers.of({2}).factor;
  ASSERT_GT(factor, 1.5);
  ASSERT_EQ(of_corner, 1);  // it is in one octant
  const auto result = [](const std::string& phase, const std::vector<std::string>& with) {
    Result r;
    r.phase = phase;
    r.with = with;
    r.quantities = {{"one", 2.0, {{ErrorSource::sampling, 0.01}, {ErrorSource::solver, 0.25}}},
                    {"open", 2.0, {{ErrorSource::sampling, std::nullopt}}},
                    {"sure", 2.0, {}}};
    return r;
  };
  std::vector<Result> results{result("solid", {}), result("corner", {}), result("corner", {"solid"}),
                              result("", {})};
  widen_by_layers(results, layers, phases);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const bool is_wide = i != 1;
    EXPECT_NEAR(*results[i].half_width("one", ErrorSource::sampling), 0.01 * (is_wide ? factor : 1),
                0.0005 * factor)
        << i;
    EXPECT_EQ(*results[i].half_width("one", ErrorSource::solver), 0.25);
    EXPECT_FALSE(results[i].half_width("open", ErrorSource::sampling));
    EXPECT_FALSE(results[i].half_width("sure", ErrorSource::sampling));
    EXPECT_EQ(results[i].remarks.size(), is_wide ? 1u : 0u);
    for (const std::string& remark : results[i].remarks)
      EXPECT_NE(remark.find("layers across axis y"), std::string::npos) << remark;
  }
  // Transport: what conducts together may be even where each conductor is not.
  Materials materials;
  for (const auto& [label, conductivity] : {std::pair{0, 1.0}, {1, 0.1}, {2, 0.1}}) {
    Phase phase;
    phase.label = label;
    phase.conductivity = conductivity;
    materials.phases.push_back(phase);
  }
  const std::vector<Layers::Widening> apart = widenings_of(Result(), layers, phases, &materials);
  ASSERT_EQ(apart.size(), 3u);
  EXPECT_EQ(apart[0].factor, 1);  // all of the volume
  EXPECT_GT(widened(0.01, 2, apart, 4), 0.015);
  for (Phase& phase : materials.phases) phase.conductivity = 1;
  EXPECT_EQ(widened(0.01, 2, widenings_of(Result(), layers, phases, &materials), 4), 0.01);
}

/// What follows from D_eff is found from its wider interval: 1 / D of one that reaches 0 is not known.
TEST(Layers, WidenTransportBeforeAnythingFollowsFromIt) {
  const Volume v = layered(48, Axis::y, 0.1, 11);
  const Layers layers(v);
  const double factor = layers.of({1}).factor;
  Materials materials;
  Phase solid;
  solid.label = 1;
  solid.conductivity = 1;
  materials.phases = {solid};
  materials.volume_fraction = 0.5;
  const auto transport = [](double ratio) {
    Result result;
    result.study = "effective_transport";
    result.axis = Axis::z;
    result.quantities = {{"effective_ratio", ratio}, {"macmullin_number", 1 / ratio}};
    return std::vector<Result>{result};
  };
  const auto widths = [&](double deviation, const Layers* of) {
    std::vector<std::vector<Result>> octants;
    for (const double sign : {-1, 1, -1, 1, -1, 1, -1, 1})
      octants.push_back(transport(0.2 * (1 + deviation * sign)));
    std::vector<Result> whole = transport(0.2);
    add_sampling(whole, {}, octants, &materials, of);
    return std::pair(whole.front().half_width("effective_ratio", ErrorSource::sampling).value(),
                     whole.front().half_width("macmullin_number", ErrorSource::sampling));
  };
  const double narrow = widths(0.02, nullptr).first, wide = widths(0.02, &layers).first;
  EXPECT_NEAR(wide, factor * narrow, 1e-12);
  EXPECT_NEAR(*widths(0.02, &layers).second, 1 / (0.2 - wide) - 5, 1e-9);
  const Volume very = layered(48, Axis::y, 0.6, 11);
  const Layers strong(very);
  ASSERT_TRUE(widths(0.9, nullptr).second);   // 0.2 +- 0.16
  EXPECT_FALSE(widths(0.9, &strong).second);  // reaches 0
}

}  // namespace
}  // namespace tauvox
