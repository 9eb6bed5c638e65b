#include "host/pages/slice.hpp"

#include <fmt/format.h>

#include <cmath>

#include "io/write.hpp"

namespace tauvox::pages {

std::string Picture::png() const { return io::png_of(width, height, rgb); }

ScaleBar scale_bar_of(double width) {
  const double wanted = width / 5, power = std::pow(10, std::floor(std::log10(wanted)));
  double nearest = power;
  for (const double digit : {2.0, 5.0, 10.0})
    if (std::abs(std::log(digit * power / wanted)) < std::abs(std::log(nearest / wanted)))
      nearest = digit * power;
  if (nearest < 1e-6 * (1 - 1e-9)) return {nearest, fmt::format("{:.3g} nm", nearest * 1e9)};
  if (nearest < 1e-3 * (1 - 1e-9)) return {nearest, fmt::format("{:.3g} µm", nearest * 1e6)};
  return {nearest, fmt::format("{:.3g} mm", nearest * 1e3)};
}

}  // namespace tauvox::pages
