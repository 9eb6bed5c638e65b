// Diffusion in time where voxels conduct by their grey values: layers, and dense modes with each voxel's own
// conductivity where the solver's classes hold several.
#include <gtest/gtest.h>

#include <numbers>

#include "host/solve/eigen.hpp"
#include "host/studies/merged_classes.hpp"
#include "host/studies/study_table.hpp"
#include "tests/exact/grey.hpp"

namespace tauvox {
namespace {

using Law = test::GreyToConductivity;

Settings transient_settings(const Volume& volume, Law law, const std::string& boundary, double end) {
  Settings s = test::grey_settings(volume, law);
  s.study = "transient";
  s.boundary = boundary;
  s.end_time = end;
  s.tolerance = 1e-9;
  return s;
}

Result found(const Volume& volume, const Settings& s, std::size_t classes = 254) {
  Materials materials = assign_materials(volume, s);
  assign_classes(materials, volume, classes);
  return study_named("transient").run({volume, materials, s, test::device()}, {}, {}).results.front();
}

double value(const Result& result, const char* name) {
  EXPECT_EQ(result.status, Status::converged) << result.reason.value_or("");
  EXPECT_TRUE(result.value(name).has_value()) << name;
  return result.value(name).value_or(NAN);
}

double half_width(const Result& result, const char* name) {
  const Quantity* quantity = result.quantity(name);
  EXPECT_TRUE(quantity && quantity->uncertainties.size() == 1 && quantity->uncertainties[0].half_width)
      << name;
  return quantity->uncertainties.at(0).half_width.value_or(NAN);
}

bool tells(const Result& result, const std::string& text) {
  return std::any_of(result.remarks.begin(), result.remarks.end(),
                     [&](const std::string& remark) { return remark.find(text) != std::string::npos; });
}

/// Of layers across z: the flux, and sum u (1 - u) / J over the square of how many they are.
struct Layers {
  double flux = 0, lag = 0;
  explicit Layers(const std::vector<double>& k) {
    std::vector<double> behind;  // resistance from each centre to the last plate
    double R = 1 / (2 * k.back());
    for (std::size_t i = k.size(); i-- > 0;) {
      behind.push_back(R);
      R += i > 0 ? 1 / (2 * k[i]) + 1 / (2 * k[i - 1]) : 1 / (2 * k[0]);
    }
    double sum = 0;
    for (const double r : behind) sum += r / R * (1 - r / R);
    const auto n = static_cast<double>(k.size());
    flux = n / R;
    lag = sum * R / (n * n);
  }
};

double steep(double grey) { return std::pow(10, -2.5 * grey / 400); }

TEST(GreyTransient, LayersHaveTheTimeLagOfTheirResistances) {
  const Volume v = test::grey_volume({12, 3, 2}, [](auto z, auto, auto) { return 400 * (5 * z % 12) / 12; });
  std::vector<double> k;
  for (std::size_t z = 0; z < 12; ++z) k.push_back(test::own_conductivities(v, steep)[6 * z]);
  const Layers exact(k);
  const Result r = found(v, transient_settings(v, steep, "membrane", 0.1));
  EXPECT_NEAR(value(r, "steady_flux") / exact.flux, 1, 1e-9);
  EXPECT_NEAR(value(r, "time_lag") / exact.lag, 1, 1e-6);
  EXPECT_EQ(value(r, "reached_capacity"), 1);
  for (const std::string& remark : r.remarks) EXPECT_EQ(remark.find("share"), std::string::npos) << remark;
}

TEST(GreyTransient, OfMoreLayersThanClassesAreWithinWhatIsTold) {
  const Volume v = test::grey_volume({400, 1, 2}, [](auto z, auto, auto) { return z * 317 % 400; });
  std::vector<double> k;
  for (std::size_t z = 0; z < 400; ++z) k.push_back(test::own_conductivities(v, steep)[2 * z]);
  const Layers exact(k);
  for (const std::size_t classes : {6u, 40u, 254u}) {
    Settings s = transient_settings(v, steep, "membrane", 1e-4);
    s.tolerance = 1e-4;
    const Result r = found(v, s, classes);
    const std::array<double, 2> bounds = *r.quantity("steady_flux")->bounds;
    EXPECT_LE(bounds[0], exact.flux * (1 + 1e-10)) << classes;
    EXPECT_GE(bounds[1], exact.flux * (1 - 1e-10)) << classes;
    EXPECT_NEAR(value(r, "time_lag"), exact.lag, half_width(r, "time_lag")) << classes;
    EXPECT_TRUE(tells(r, "400 grey values that conduct share"));
    if (classes < 254) continue;
    EXPECT_LT((bounds[1] - bounds[0]) / exact.flux, 1e-3);
    EXPECT_LT(half_width(r, "time_lag") / exact.lag, 0.1);
    EXPECT_NEAR(value(r, "time_lag") / exact.lag, 1, 1e-3);
  }
}

/// Each voxel's own conductivity between a plate of 1 and one of 0, or what is sealed, by dense modes.
class Dense {
 public:
  Dense(const Volume& v, Law law, bool membrane) : grid_(test::own_grid(v, law, Axis::z)) {
    grid_.sides = test::FullGrid::between_plates(0, {});
    if (!membrane) grid_.sides[1] = {};
    const std::size_t all = grid_.sigma.size();
    for (std::size_t i = 0; i < all; ++i)
      if (grid_.sigma[i] > 0) of_.push_back(i);
    const std::size_t n = of_.size();
    std::vector<double> K(n * n);
    for (std::size_t i = 0; i < n; ++i) {
      std::vector<double> unit(all);
      unit[of_[i]] = 1;
      const std::vector<double> column = grid_.apply(unit);
      for (std::size_t j = 0; j < n; ++j) K[j * n + i] = column[of_[j]];
    }
    modes_ = eigen_of_symmetric(K);
    steady_ = grid_.solve();
    cells_ = static_cast<double>(grid_.size[0]);
  }
  double slowest() const {  // L^2/D0
    return *std::min_element(modes_.values.begin(), modes_.values.end()) * cells_ * cells_;
  }
  double flux() const { return grid_.sums(steady_).energy * cells_ * cells_ / voxels(); }
  double lag() const {
    double sum = 0;
    for (const std::size_t i : of_) sum += steady_[i] * (1 - steady_[i]);
    return sum / grid_.sums(steady_).energy / (cells_ * cells_);
  }
  /// M / M_inf.
  double uptake(double time) const {
    double held = 0;
    for (const double c : concentration(time)) held += c;
    return held / static_cast<double>(of_.size());
  }
  /// Over L Dc and the area: what is held, and what has come through.
  double amount_in(double time, bool membrane) const {
    const double held = uptake(time) * static_cast<double>(of_.size()) / voxels();
    if (!membrane) return held;
    const std::vector<double> c = concentration(time);
    double off = 0;
    for (std::size_t i = 0; i < c.size(); ++i) off += (1 - steady_[of_[i]]) * c[i];
    return held + flux() * time - off / voxels();
  }
  double amount_out(double time) const {
    return amount_in(time, true) - uptake(time) * static_cast<double>(of_.size()) / voxels();
  }
  std::size_t unknowns() const { return of_.size(); }

 private:
  double voxels() const { return static_cast<double>(grid_.sigma.size()); }
  std::vector<double> concentration(double time) const {
    const std::size_t n = of_.size();
    std::vector<double> c;
    for (const std::size_t i : of_) c.push_back(steady_[i]);
    const std::vector<double> at_last = c;
    for (std::size_t k = 0; k < n; ++k) {
      double part = 0;
      for (std::size_t i = 0; i < n; ++i) part += modes_.vectors[i * n + k] * at_last[i];
      part *= std::exp(-modes_.values[k] * time * cells_ * cells_);
      for (std::size_t i = 0; i < n; ++i) c[i] -= part * modes_.vectors[i * n + k];
    }
    return c;
  }

  test::FullGrid grid_;
  std::vector<std::size_t> of_;  // voxels that conduct
  Eigen modes_;
  std::vector<double> steady_;
  double cells_ = 0;
};

TEST(GreyTransient, WhatIsToldIsNotFarFromTheWorst) {
  // All voxels but one are as far from what stands for them as any: every rate is, too.
  const Law law = [](double g) { return g == 0 ? 0.8 : 1.0; };
  const Volume v =
      test::grey_volume({8, 3, 3}, [](auto z, auto y, auto x) { return z + y + x == 0 ? 0 : 1; });
  for (const bool membrane : {false, true}) {
    const Dense exact(v, law, membrane);
    Settings s = transient_settings(v, law, membrane ? "membrane" : "uptake", 0.05);
    s.time_tolerance = 1e-6;
    const Result r = found(v, s, 1);
    const double spread = -std::log(0.8) / 2, off = std::abs(value(r, "uptake") - exact.uptake(0.05));
    EXPECT_LE(off, half_width(r, "uptake"));
    EXPECT_GT(off, half_width(r, "uptake") / (membrane ? 8 : 3));
    const double in = std::abs(value(r, "amount_in") / exact.amount_in(0.05, membrane) - 1);
    EXPECT_LE(in, std::expm1(spread));
    EXPECT_GT(in, std::expm1(spread) / 3);
    if (!membrane) continue;
    const double rate = exact.slowest() / (std::numbers::pi * std::numbers::pi),
                 off_rate = std::abs(value(r, "diffusivity_decay") - rate);
    EXPECT_LE(off_rate, half_width(r, "diffusivity_decay"));
    EXPECT_GT(off_rate, half_width(r, "diffusivity_decay") / 1.1);
    EXPECT_NEAR(value(r, "time_lag"), exact.lag(), half_width(r, "time_lag"));
    EXPECT_NEAR(value(r, "steady_flux"), exact.flux(), half_width(r, "steady_flux"));
  }
}

TEST(GreyTransient, AmountsOfLongStepsAreWithinWhatIsTold) {
  const Law law = [](double g) { return g < 300 ? 0.1 : 1.0; };
  const Volume v = test::noise({6, 5, 4}, 3);
  double largest_share = 0;  // of what is told
  for (const bool membrane : {false, true}) {
    const Dense exact(v, law, membrane);
    for (const double end : {0.01, 0.1, 1.0})
      for (const int steps : {1, 3, 10}) {
        Settings s = transient_settings(v, law, membrane ? "membrane" : "uptake", end);
        s.time_step = end / steps;
        s.tolerance = steps == 10 ? 1e-2 : 1e-8;  // solves leave some open
        const Result r = found(v, s, 40);
        const auto check = [&](const char* name, double right) {
          const double off = std::abs(value(r, name) - right), told = half_width(r, name);
          EXPECT_LE(off, told) << name << " at " << end << ", " << steps << " steps, membrane " << membrane;
          largest_share = std::max(largest_share, off / told);
        };
        check("amount_in", exact.amount_in(end, membrane));
        if (membrane)
          check("amount_out", exact.amount_out(end));
        else
          EXPECT_TRUE(r.quantity("amount_out")->uncertainties.empty() && value(r, "amount_out") == 0);
      }
  }
  EXPECT_GT(largest_share, 0.1);  // nor is it told in vain
}

TEST(GreyTransient, OfNoiseIsWithinWhatIsTold) {
  const Law laws[]{[](double g) { return g < 100 ? 0 : std::pow(g / 1000, 3); },
                   [](double g) { return std::pow(10, -2 * g / 1000); }};
  int tried = 0, by_classes = 0, lags = 0;
  for (const Law law : laws)
    for (const bool membrane : {false, true}) {
      const Volume v = test::noise({6, 5, 4}, 7);
      const Dense exact(v, law, membrane);
      for (const double end : {0.01, 0.2, 30.0})
        for (const std::size_t classes : {2u, 6u, 40u}) {
          Settings s = transient_settings(v, law, membrane ? "membrane" : "uptake", end);
          s.time_tolerance = 1e-5;
          s.tolerance = 1e-6;
          const Result r = found(v, s, classes);
          ASSERT_NEAR(value(r, "reached_volume_fraction"), value(r, "volume_fraction"), 1e-12);
          const double off = std::abs(value(r, "uptake") - exact.uptake(end));
          EXPECT_LE(off, half_width(r, "uptake")) << classes << " classes, at " << end;
          if (off > value(r, "time_step_error") + value(r, "open_error")) ++by_classes;
          Materials m = assign_materials(v, s);
          assign_classes(m, v, classes);
          const double spread = spread_of_classes(m);
          EXPECT_LE(std::abs(std::log(value(r, "amount_in") / exact.amount_in(end, membrane))),
                    spread + 1e-3);
          EXPECT_NEAR(value(r, "amount_in"), exact.amount_in(end, membrane), half_width(r, "amount_in"));
          ++tried;
          if (!membrane) continue;
          EXPECT_NEAR(value(r, "amount_out"), exact.amount_out(end), half_width(r, "amount_out"));
          const std::array<double, 2> bounds = *r.quantity("steady_flux")->bounds;
          EXPECT_LE(bounds[0], exact.flux() * (1 + 1e-12));
          EXPECT_GE(bounds[1], exact.flux() * (1 - 1e-12));
          EXPECT_NEAR(value(r, "time_lag"), exact.lag(), half_width(r, "time_lag"));
          const double decay = exact.slowest() / (std::numbers::pi * std::numbers::pi);
          EXPECT_NEAR(value(r, "diffusivity_decay"), decay, half_width(r, "diffusivity_decay"));
          if (!r.value("time_lag_of_transient")) continue;  // not steady yet
          ++lags;
          EXPECT_NEAR(value(r, "time_lag_of_transient"), exact.lag(), half_width(r, "time_lag_of_transient"));
        }
    }
  EXPECT_EQ(tried, 2 * 2 * 3 * 3);
  EXPECT_GE(lags, 3);
  EXPECT_GT(by_classes, 18);  // steps and solves alone do not account for them
}

}  // namespace
}  // namespace tauvox
