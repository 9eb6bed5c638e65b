#include "host/pages/slice.hpp"

#include <fmt/format.h>

#include <cmath>

#include "io/write.hpp"

namespace tauvox::pages {

std::string Picture::png() const { return io::png_of(width, height, rgb); }

Picture Picture::mirrored(bool left_and_right) const {
  Picture other{width, height, std::vector<unsigned char>(rgb.size())};
  for (int row = 0; row < height; ++row)
    for (int column = 0; column < width; ++column) {
      const int from_row = left_and_right ? row : height - 1 - row,
                from_column = left_and_right ? width - 1 - column : column;
      std::copy_n(rgb.begin() + (static_cast<std::ptrdiff_t>(from_row) * width + from_column) * 3, 3,
                  other.rgb.begin() + (static_cast<std::ptrdiff_t>(row) * width + column) * 3);
    }
  return other;
}

ScaleBar scale_bar_of(double width, const std::string& unit) {
  const double wanted = width / 5, power = std::pow(10, std::floor(std::log10(wanted)));
  double nearest = power;
  for (const double digit : {2.0, 5.0, 10.0})
    if (std::abs(std::log(digit * power / wanted)) < std::abs(std::log(nearest / wanted)))
      nearest = digit * power;
  if (unit == "µm" && nearest < 1 - 1e-9) return {nearest, fmt::format("{:.3g} nm", nearest * 1e3)};
  if (unit == "µm" && nearest > 1000 - 1e-6) return {nearest, fmt::format("{:.3g} mm", nearest * 1e-3)};
  return {nearest, fmt::format("{:.3g} {}", nearest, unit)};
}

}  // namespace tauvox::pages
