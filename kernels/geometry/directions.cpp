#include "kernels/geometry/directions.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace tauvox {
namespace {

using Point = std::array<double, 3>;

double dot(const Point& a, const Point& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
Point cross(const Point& a, const Point& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
Point scaled(const Point& a, double f) { return {f * a[0], f * a[1], f * a[2]}; }
Point sum(const Point& a, const Point& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }
Point unit(const Point& a) { return scaled(a, 1 / std::sqrt(dot(a, a))); }

/// The part of a convex polygon where dot(normal, corner) >= 0.
std::vector<Point> cut(const std::vector<Point>& polygon, const Point& normal) {
  std::vector<Point> kept;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const Point &a = polygon[i], &b = polygon[(i + 1) % polygon.size()];
    const double at_a = dot(normal, a), at_b = dot(normal, b);
    if (at_a >= 0) kept.push_back(a);
    if ((at_a >= 0) != (at_b >= 0))
      kept.push_back(sum(a, scaled(sum(b, scaled(a, -1)), at_a / (at_a - at_b))));
  }
  return kept;
}

/// Solid angle of a triangle (van Oosterom and Strackee 1983).
double solid_angle(const Point& a, const Point& b, const Point& c) {
  return 2 * std::atan2(std::abs(dot(a, cross(b, c))), 1 + dot(a, b) + dot(b, c) + dot(c, a));
}

/// Solid angle of what is nearer to `centre` than to any other direction. Cells are smaller than a half
/// space, so they are cut from a square on the plane that touches the sphere at the centre.
double cell(const Point& centre, const std::vector<Point>& directions) {
  const Point aside = std::abs(centre[0]) < 0.5 ? Point{1, 0, 0} : Point{0, 1, 0};
  const Point u = unit(cross(centre, aside)), v = cross(centre, u);
  constexpr double far = 1e4;  // ten times the widest cell that flat voxels (1000 to 1) have
  std::vector<Point> polygon;
  for (const auto& [s, t] : {std::pair(-far, -far), {far, -far}, {far, far}, {-far, far}})
    polygon.push_back(sum(centre, sum(scaled(u, s), scaled(v, t))));
  for (const Point& other : directions)
    if (other != centre) polygon = cut(polygon, sum(centre, scaled(other, -1)));
  double angle = 0;
  for (std::size_t i = 0; i < polygon.size(); ++i)
    angle += solid_angle(centre, unit(polygon[i]), unit(polygon[(i + 1) % polygon.size()]));
  return angle;
}

}  // namespace

double length_of(const Direction& d, const std::array<double, 3>& spacing) {
  const Point step{d.z * spacing[0], d.y * spacing[1], d.x * spacing[2]};
  return std::sqrt(dot(step, step));
}

std::array<double, neighbour_directions> direction_weights(const std::array<double, 3>& spacing) {
  std::vector<Point> directions;
  for (const Direction& d : direction_of)
    for (const int sign : {1, -1})
      directions.push_back(unit({sign * d.z * spacing[0], sign * d.y * spacing[1], sign * d.x * spacing[2]}));
  std::array<double, neighbour_directions> weights{};
  for (std::size_t k = 0; k < neighbour_directions; ++k)
    weights[k] = 2 * cell(directions[2 * k], directions) / (4 * std::numbers::pi);
  return weights;
}

double worst_of_planes(const std::array<double, 3>& spacing) {
  const auto weights = direction_weights(spacing);
  constexpr int steps = 24;  // to 4 degrees; half of the sphere, as a plane has two normals
  double worst = 0;
  for (int i = 0; i <= steps; ++i)
    for (int j = 0; j < 2 * steps; ++j) {
      const double polar = std::numbers::pi / 2 * i / steps, around = std::numbers::pi * j / steps;
      const Point normal{std::cos(polar), std::sin(polar) * std::cos(around),
                         std::sin(polar) * std::sin(around)};
      double seen = 0;
      for (std::size_t k = 0; k < neighbour_directions; ++k) {
        const Direction& d = direction_of[k];
        seen += weights[k] *
                std::abs(normal[0] * d.z * spacing[0] + normal[1] * d.y * spacing[1] +
                         normal[2] * d.x * spacing[2]) /
                length_of(d, spacing);
      }
      worst = std::max(worst, std::abs(2 * seen - 1));
    }
  return worst;
}

}  // namespace tauvox
