// How many digits of a number are shown: those that its uncertainty leaves.
#pragma once

#include <map>
#include <string>

#include "host/studies/quantity.hpp"

namespace tauvox {

/// As text: value and half widths with the same decimals, two of them significant in the largest half width.
/// Half widths are rounded up; bounds have what rounding the value takes as well.
struct Shown {
  std::string value;
  std::map<ErrorSource, std::string> half_widths;  // of those that were computed
  std::string combined;                            // of all together; empty where that is not known
};

/// A value in a unit that is `factor` times smaller than that of the quantity. Without an uncertainty four
/// digits; counts are whole. Undefined is "–".
/// @param combined half width of the interval of all uncertainties, where it is known
Shown in_unit(const Quantity& q, double factor, const std::optional<double>& combined = {});

/// Of a number with one half width: "0.400", and "0.400 ± 0.081".
std::string rounded(double value, std::optional<double> half_width);
std::string with_half_width(double value, std::optional<double> half_width);

/// A half width with so many significant digits, never less than it is: an interval may grow by being shown,
/// not shrink.
std::string rounded_up(double half_width, int digits);

/// A unit that suits the eye: m -> µm, 1/m -> 1/µm; others stay.
struct ShownUnit {
  std::string name;
  double factor = 1;  // a value in the unit of the quantity times this is one in `name`
  std::string plain;  // the name in ASCII, as on the terminal
};
ShownUnit shown_unit(const std::string& unit);

inline constexpr const char* not_computed = "–";

}  // namespace tauvox
