#include "io/orientation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace tauvox::io {
namespace {

const char* space_axis(std::size_t i) {
  static constexpr const char* names[] = {"x", "y", "z"};
  return i < 3 ? names[i] : "another axis";
}

/// Whether three axes that lie along those of space, reversed or not, make its mirror image.
bool are_mirrored(const std::vector<AxisDirection>& directions) {
  if (directions.size() != 3) return false;
  bool mirrored = false;
  for (const AxisDirection& direction : directions) {
    if (direction.axis >= direction.vector.size()) return false;
    mirrored = mirrored != (direction.vector[direction.axis] < 0);
  }
  return mirrored;
}

}  // namespace

std::vector<std::string> notices_of(const std::string& source, const std::vector<AxisDirection>& directions) {
  constexpr double rounding = 1e-5;  // of numbers of 32 bits
  constexpr double tie = 0.999;      // such axes lie between two of space
  bool oblique = false, turned = false;
  std::vector<std::string> of_array, of_space;
  for (const AxisDirection& direction : directions) {
    const auto& vector = direction.vector;
    const auto is_less = [](double a, double b) { return std::abs(a) < std::abs(b); };
    const auto largest = std::max_element(vector.begin(), vector.end(), is_less);
    const double most = largest == vector.end() ? 0 : std::abs(*largest);
    if (!(most > 0)) continue;
    oblique = oblique || std::count_if(vector.begin(), vector.end(),
                                       [&](double part) { return std::abs(part) > rounding * most; }) > 1;
    const double own = direction.axis < vector.size() ? std::abs(vector[direction.axis]) : 0;
    turned = turned || own < tie * most;
    of_array.emplace_back(space_axis(direction.axis));
    of_space.emplace_back(
        space_axis(own < tie * most ? static_cast<std::size_t>(largest - vector.begin()) : direction.axis));
  }
  std::vector<std::string> notices;
  if (turned)
    notices.push_back(fmt::format("{}: {} of the array lie along {} of space; axes are those of the array",
                                  source, fmt::join(of_array, ", "), fmt::join(of_space, ", ")));
  else if (!oblique && are_mirrored(directions))
    notices.push_back(fmt::format(
        "{}: the array is the mirror image of what lies in space; axes are those of the array", source));
  if (oblique) notices.push_back(fmt::format("{}: oblique to space; axes are those of the array", source));
  return notices;
}

std::vector<std::string> warnings_of_shear(const std::string& source,
                                           const std::vector<AxisDirection>& directions) {
  constexpr double least = 1e-3;  // cosine of an angle that is none by rounding alone
  std::vector<std::string> warnings;
  for (std::size_t a = 0; a < directions.size(); ++a)
    for (std::size_t b = a + 1; b < directions.size(); ++b) {
      const auto &first = directions[a].vector, &second = directions[b].vector;
      if (first.size() != second.size()) continue;
      const auto dot = [](const auto& u, const auto& v) {
        return std::inner_product(u.begin(), u.end(), v.begin(), 0.0);
      };
      const double cosine = dot(first, second) / std::sqrt(dot(first, first) * dot(second, second));
      if (!(std::abs(cosine) > least)) continue;
      warnings.push_back(
          fmt::format("{}: {} and {} are at {:.1f} degrees to each other: the volume is read as if all axes "
                      "were at right angles, "
                      "which its voxels are not; resample it to such axes in the program that wrote it",
                      source, space_axis(directions[a].axis), space_axis(directions[b].axis),
                      std::acos(cosine) * 180 / std::numbers::pi));
    }
  return warnings;
}

}  // namespace tauvox::io
