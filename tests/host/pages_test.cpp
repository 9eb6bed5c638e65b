// Pages: which voxel is where in a picture, round lengths, digits, and text that stays text.
#include <gtest/gtest.h>

#include <cmath>

#include "host/pages/colours.hpp"
#include "host/pages/html.hpp"
#include "host/pages/plotter.hpp"
#include "host/pages/slice.hpp"
#include "host/pages/slice_map.hpp"
#include "host/report/digits.hpp"

namespace tauvox::test {
namespace {

using namespace pages;

/// Red is x, green y, blue z of the voxel.
Colour coordinates(const Extent& e, std::int64_t i) {
  return {static_cast<unsigned char>(i % e.nx), static_cast<unsigned char>(i / e.nx % e.ny),
          static_cast<unsigned char>(i / e.nx / e.ny)};
}
Colour pixel(const Picture& p, int right, int down) {
  const auto* at = p.rgb.data() + 3 * (static_cast<std::ptrdiff_t>(down) * p.width + right);
  return {at[0], at[1], at[2]};
}
Quantity with(double value, const std::vector<Uncertainty>& uncertainties) {
  return {"q", value, uncertainties};
}

TEST(Pages, EachNormalShowsTheOtherTwoAxes) {
  const Extent e{5, 4, 3};
  const auto shown = [&](Axis normal, std::int64_t at) {
    return picture_of(e, {normal, at}, 100, 1, [&](std::int64_t i) { return coordinates(e, i); });
  };
  const Picture z = shown(Axis::z, 2), y = shown(Axis::y, 1), x = shown(Axis::x, 4);
  EXPECT_EQ(z.width, 5);
  EXPECT_EQ(z.height, 4);
  EXPECT_EQ(pixel(z, 3, 1), (Colour{3, 1, 2}));
  EXPECT_EQ(y.height, 3);
  EXPECT_EQ(pixel(y, 3, 2), (Colour{3, 1, 2}));
  EXPECT_EQ(x.width, 4);
  EXPECT_EQ(pixel(x, 3, 2), (Colour{4, 3, 2}));
  EXPECT_EQ(pixel(z.mirrored(true), 0, 1), (Colour{4, 1, 2}));
  EXPECT_EQ(pixel(z.mirrored(false), 3, 0), (Colour{3, 3, 2}));
}

TEST(Pages, SmallSlicesAreEnlargedAndLargeOnesThinned) {
  const Extent e{5, 4, 1};
  const auto colour = [&](std::int64_t i) { return coordinates(e, i); };
  const Picture large = picture_of(e, {Axis::z, 0}, 1000, 512, colour);
  EXPECT_EQ(large.width, 5 * 103);
  EXPECT_EQ(large.height, 4 * 103);
  for (int right = 0; right < large.width; ++right)
    ASSERT_EQ(pixel(large, right, 2 * 103 + 50), (Colour{static_cast<unsigned char>(right / 103), 2, 0}));
  const Extent wide{200, 3, 1};
  const Picture thin =
      picture_of(wide, {Axis::z, 0}, 50, 1, [&](std::int64_t i) { return coordinates(wide, i); });
  EXPECT_EQ(thin.width, 50);
  EXPECT_EQ(thin.height, 1);
  EXPECT_EQ(pixel(thin, 49, 0)[0], 198);
}

TEST(Pages, ScaleBarsAreRound) {
  EXPECT_EQ(scale_bar_of(38.4).label, "10 µm");
  EXPECT_EQ(scale_bar_of(120).label, "20 µm");
  EXPECT_EQ(scale_bar_of(2.4).label, "500 nm");
  EXPECT_EQ(scale_bar_of(9000).label, "2 mm");
  EXPECT_EQ(scale_bar_of(96, "voxels").label, "20 voxels");
  for (double width = 0.01; width < 1e5; width *= 1.37)
    EXPECT_NEAR(std::log(scale_bar_of(width).length * 5 / width), 0, std::log(std::sqrt(2.5)) + 1e-9);
  EXPECT_EQ(round_step(38.4, 4), 10);
  EXPECT_EQ(round_step(0.7, 4), 0.2);
}

TEST(Pages, DigitsFollowTheLargestUncertainty) {
  const Quantity q = with(2.3531493, {{ErrorSource::solver, 9.2e-5}, {ErrorSource::resolution, 0.047}});
  const Shown shown = in_unit(q, 1);
  EXPECT_EQ(shown.value, "2.353");
  EXPECT_EQ(shown.half_widths.at(ErrorSource::resolution), "0.047");
  EXPECT_EQ(shown.half_widths.at(ErrorSource::solver), "<0.001");
  EXPECT_FALSE(shown.half_widths.contains(ErrorSource::sampling));
  EXPECT_EQ(in_unit(with(4.5255e-6, {{ErrorSource::resolution, 4e-7}}), 1e6).value, "4.53");
  EXPECT_EQ(in_unit(with(0.4, {{ErrorSource::sampling, 0.0}}), 1).half_widths.at(ErrorSource::sampling), "0");
  EXPECT_EQ(in_unit(with(0.4, {}), 1).value, "0.4000");
  const Quantity open = with(2.0789986, {{ErrorSource::solver, 4.6e-6, true}, {ErrorSource::resolution, {}}});
  EXPECT_EQ(in_unit(open, 1).value, "2.079") << "what the voxels leave open, the solver does not close";
  EXPECT_EQ(in_unit(with(498, {}), 1).value, "498");
  EXPECT_EQ(in_unit(with(0, {}), 1).value, "0");
  EXPECT_EQ(in_unit(with(-530, {}), 1).value, "−530");
  EXPECT_EQ(in_unit(with(123456.7, {{ErrorSource::resolution, 4321.0}}), 1).value, "123457");
  EXPECT_EQ(in_unit(with(2.5e-9, {{ErrorSource::resolution, 1e-10}}), 1).value, "2.50·10⁻⁹");
  EXPECT_EQ(in_unit({"q", {}}, 1).value, not_computed);
  Quantity infinite{"q", {}};
  infinite.infinite = true;
  EXPECT_EQ(in_unit(infinite, 1).value, "∞");
}

TEST(Pages, TwoDigitsOfTheLargestUncertaintyAreSignificant) {
  const auto shown = [](double value, double half_width) {
    const Shown found = in_unit(with(value, {{ErrorSource::sampling, half_width}}), 1);
    return found.value + " " + found.half_widths.at(ErrorSource::sampling);
  };
  EXPECT_EQ(shown(0.13571, 0.0105), "0.136 0.011");
  EXPECT_EQ(shown(0.13571, 0.00952), "0.1357 0.0096");
  EXPECT_EQ(shown(12.345, 3.21), "12.3 3.3");  // up: an interval that is shown holds the one that is meant
  EXPECT_EQ(shown(12.345, 3.2), "12.3 3.2");
  EXPECT_EQ(shown(1234.6, 321.0), "1235 321");  // no place behind the point is left to take away
  EXPECT_EQ(shown(0.00012, 0.00034), "1.2·10⁻⁴ 3.4·10⁻⁴");
  EXPECT_EQ(shown(2345678, 12345), "2.346·10⁶ 0.013·10⁶");
  EXPECT_EQ(shown(0, 0.02), "0.000 0.020");
  EXPECT_EQ(shown(0, 3.5e-4), "0 3.5·10⁻⁴");
  EXPECT_EQ(shown(-0.001, 0.02), "−0.001 0.020");
}

TEST(Pages, WhatIsShownOfABoundHoldsWhatItIsABoundFor) {
  for (int i = 0; i < 2000; ++i) {
    const double value = 10.553047 + 0.0137 * i, half_width = 1.31e-4 * std::pow(1.003, i);
    const Shown shown = in_unit(with(value, {{ErrorSource::solver, half_width, true}}), 1);
    const double around = std::stod(shown.value),
                 width = std::stod(shown.half_widths.at(ErrorSource::solver));
    EXPECT_LE(around - width, value - half_width + 1e-12) << value;
    EXPECT_GE(around + width, value + half_width - 1e-12) << value;
    EXPECT_LE(width, 1.2 * half_width);
  }
  EXPECT_EQ(rounded_up(1.31e-4, 1), "0.0002");
  EXPECT_EQ(rounded_up(0.0002, 1), "0.0002");
  EXPECT_EQ(rounded_up(0.00095, 1), "0.001");
  EXPECT_EQ(rounded_up(3 * 0.1, 1), "0.3");  // 0.30000000000000004
  EXPECT_EQ(rounded_up(0.0231, 2), "0.024");
}

TEST(Pages, TextStaysText) {
  EXPECT_EQ(html_text(std::string(10000, 'x')), std::string(10000, 'x'));  // nothing is cut

  EXPECT_EQ(html_text("<b>\"a\" & 'b'\n"), "&lt;b&gt;&quot;a&quot; &amp; &#39;b&#39; ");
  EXPECT_EQ(plotter_text("it's `id` \"x\" \\n"), "'it''s `id` \"x\" \\n'");
  EXPECT_EQ(plotter_text("a\nplot 1"), "'a plot 1'");
  EXPECT_EQ(base64("Man"), "TWFu");
  EXPECT_EQ(base64("Ma"), "TWE=");
  EXPECT_EQ(base64("M"), "TQ==");
  EXPECT_EQ(base64(""), "");
}

TEST(Pages, PoreIsPaleAndTheOthersKeepTheirOrder) {
  Volume volume;
  volume.labels = {{0, 1}, {1, 1}, {2, 1}};
  const auto phase = [](const char* name, int code) {
    PhaseSet set;
    set.name = name;
    set.codes.assign(3, 0);
    set.codes[static_cast<std::size_t>(code)] = 1;
    return set;
  };
  const std::vector<PhaseSet> sets{phase("NMC", 0), phase("binder", 1), phase("Pore space", 2)};
  const auto by_name = colours_of(sets, volume, {}), by_ions = colours_of(sets, volume, {1});
  EXPECT_TRUE(by_name[2].pore && !by_name[0].pore && !by_name[1].pore);
  EXPECT_EQ(hex_of(by_name[0].area), "#0072b2");
  EXPECT_EQ(hex_of(by_name[1].area), "#e69f00");
  EXPECT_TRUE(by_ions[1].pore && !by_ions[2].pore);
  EXPECT_EQ(hex_of(field_colour(0)), "#440154");
  EXPECT_EQ(hex_of(field_colour(7)), "#fde725");
}

}  // namespace
}  // namespace tauvox::test
