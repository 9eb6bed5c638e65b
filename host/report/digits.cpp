#include "host/report/digits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tauvox {
namespace {

constexpr int digits_without_uncertainty = 4;

int exponent_of(double value) { return static_cast<int>(std::floor(std::log10(std::abs(value)))); }

/// One power of ten for value and half widths, 0 where plain digits are as short.
int common_exponent(double largest) {
  if (largest == 0) return 0;
  const int exponent = exponent_of(largest);
  return exponent >= 6 || exponent < -3 ? exponent : 0;
}

std::string with_power(const std::string& digits, int exponent) {
  static constexpr const char* raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  if (exponent == 0 || digits == "0") return digits;
  std::string power = exponent < 0 ? "⁻" : "";
  for (const char c : std::to_string(std::abs(exponent))) power += raised[c - '0'];
  return digits + "·10" + power;
}

/// A true minus.
std::string fixed(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", std::abs(value), decimals);
  const bool is_zero = text.find_first_not_of("0.") == std::string::npos;
  return value < 0 && !is_zero ? fmt::format("−{}", text) : text;
}

constexpr double by_arithmetic = 1e-9;  // what products of powers of ten are off by is no reason to round up

/// @param rounding what the value is shown off by: a bound holds what is shown
std::string half_width_text(double half_width, double rounding, int decimals) {
  if (half_width == 0) return "0";
  const double step = std::pow(10, -decimals), all = half_width + rounding;
  if (all < step) return fmt::format("<{}", fixed(step, decimals));  // 0 is only what is exactly 0
  return fixed(std::ceil(all / step * (1 - by_arithmetic)) * step, decimals);
}

}  // namespace

Shown in_unit(const Quantity& q, double factor, const std::optional<double>& combined) {
  Shown shown;
  if (!q.value) {
    shown.value = q.infinite ? "∞" : not_computed;
    return shown;
  }
  const double value = *q.value * factor;
  double widest = 0;
  for (const Uncertainty& u : q.uncertainties)
    if (u.half_width && std::isfinite(*u.half_width)) widest = std::max(widest, *u.half_width * factor);
  const bool is_count = widest == 0 && value == std::round(value) && std::abs(value) < 1e6;
  const int power = is_count ? 0 : common_exponent(std::max(std::abs(value), widest));
  const double scale = std::pow(10, -power);
  int decimals = 0;
  if (widest > 0)
    decimals = 1 - exponent_of(widest * scale);
  else if (!is_count)
    decimals = digits_without_uncertainty - 1 - exponent_of(value * scale);
  const bool is_open = std::any_of(q.uncertainties.begin(), q.uncertainties.end(),
                                   [](const Uncertainty& u) { return !u.half_width; });
  if (is_open && !is_count && value != 0)  // what one source leaves open another's small part does not close
    decimals = std::min(decimals, digits_without_uncertainty - 1 - exponent_of(value * scale));
  decimals = std::clamp(decimals, 0, 12);
  const double rounding =
      std::abs(std::round(value * scale * std::pow(10, decimals)) * std::pow(10, -decimals) - value * scale);
  shown.value = value == 0 && power != 0 ? "0" : with_power(fixed(value * scale, decimals), power);
  for (const Uncertainty& u : q.uncertainties)
    if (u.half_width && std::isfinite(*u.half_width))
      shown.half_widths[u.source] = with_power(
          half_width_text(*u.half_width * factor * scale, u.proven ? rounding : 0, decimals), power);
  if (combined && std::isfinite(*combined))
    shown.combined = with_power(half_width_text(*combined * factor * scale, 0, decimals), power);
  return shown;
}

namespace {

Shown shown_with(double value, std::optional<double> half_width) {
  return in_unit({"", value, {{ErrorSource::sampling, half_width}}}, 1);
}

}  // namespace

std::string rounded(double value, std::optional<double> half_width) {
  return shown_with(value, half_width).value;
}

std::string with_half_width(double value, std::optional<double> half_width) {
  const Shown shown = shown_with(value, half_width);
  if (shown.half_widths.empty()) return shown.value;
  return fmt::format("{} ± {}", shown.value, shown.half_widths.begin()->second);
}

std::string rounded_up(double half_width, int digits) {
  if (!(half_width > 0) || !std::isfinite(half_width)) return fmt::format("{:g}", half_width);
  const double step = std::pow(10, exponent_of(half_width) + 1 - digits);
  return fmt::format("{:.{}g}", std::ceil(half_width / step * (1 - by_arithmetic)) * step, digits);
}

ShownUnit shown_unit(const std::string& unit) {
  if (unit == "m") return {"µm", 1e6, "um"};
  if (unit == "m2") return {"µm²", 1e12, "um2"};
  if (unit == "m3") return {"µm³", 1e18, "um3"};
  if (unit == "1/m") return {"1/µm", 1e-6, "1/um"};
  if (unit == "1/m2") return {"1/µm²", 1e-12, "1/um2"};
  if (unit == "1/m3") return {"1/µm³", 1e-18, "1/um3"};
  if (unit == "m2/s") return {"m²/s", 1, "m2/s"};
  return {unit, 1, unit};
}

}  // namespace tauvox
