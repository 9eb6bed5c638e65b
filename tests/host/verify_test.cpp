// A finished result that breaks a law is never given out as a number.
#include "host/studies/verify.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace tauvox {
namespace {

AxisResult good() {
  AxisResult r;
  r.ratio = 0.25;
  r.flux_in = r.flux_out = 0.25;
  r.mean = 0.4;
  return r;
}

TEST(Verify, FluxesMayBeOffByWhatTheBoundsOfTheEnergyLeave) {
  AxisResult r = good();
  r.flux_out = 0.2;
  EXPECT_TRUE(verify(r, 0, 1e-6));
  EXPECT_TRUE(verify(r, 0, 1e-6, flux_within_bounds({0.25, 0.25 + 1e-7}, 100)));   // 0.0045 each
  EXPECT_FALSE(verify(r, 0, 1e-6, flux_within_bounds({0.25, 0.25 + 1e-5}, 100)));  // 0.045
  r.flux_in = 0.31;
  EXPECT_TRUE(verify(r, 0, 1e-6, flux_within_bounds({0.25, 0.25 + 1e-5}, 100)));
}

TEST(Verify, AGoodResultHasNoFault) { EXPECT_EQ(verify(good(), 0, 1e-6), std::nullopt); }

TEST(Verify, FluxesThatDifferAreAFault) {
  AxisResult r = good();
  r.flux_out = 0.24;
  EXPECT_NE(verify(r, 0, 1e-6).value().find("flux in 0.25 and out 0.24"), std::string::npos);
}

TEST(Verify, AFluxThatContradictsTheEnergyIsAFault) {
  AxisResult r = good();
  r.flux_in = r.flux_out = 0.26;
  EXPECT_NE(verify(r, 0, 1e-6).value().find("energy 0.25 and from the flux 0.26"), std::string::npos);
}

TEST(Verify, AResultAboveTheWienerBoundIsAFault) {
  AxisResult r = good();
  r.mean = 0.2;
  EXPECT_NE(verify(r, 0, 1e-6).value().find("Wiener bound 0.2"), std::string::npos);
}

TEST(Verify, AConcentrationOutsideItsRangeIsAFault) {
  EXPECT_NE(verify(good(), 7, 1e-6).value().find("7 voxels is outside"), std::string::npos);
}

TEST(Verify, NumbersThatAreNoneAreAFault) {
  for (const double bad : {std::nan(""), HUGE_VAL, 0.0, -1.0}) {
    AxisResult r = good();
    r.ratio = bad;
    EXPECT_TRUE(verify(r, 0, 1e-6)) << bad;
    r = good();
    r.flux_in = std::isfinite(bad) ? NAN : bad;
    EXPECT_TRUE(verify(r, 0, 1e-6)) << bad;
  }
}

}  // namespace
}  // namespace tauvox
