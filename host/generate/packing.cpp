// Particles are placed one by one, large first. A random place is moved into contact with its neighbours and
// taken if no overlap is deeper than allowed, which starts at 5 % of the smaller radius and grows when the
// packing stalls. Integer arithmetic and counted random numbers: the same seed gives the same packing on
// every machine.
#include "host/generate/packing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include "host/generate/random.hpp"
#include "kernels/base/error.hpp"

namespace tauvox {
namespace {

constexpr std::int64_t most_particles = std::int64_t{1} << 20;
constexpr std::int64_t sample_points = std::int64_t{1} << 16;
enum Stream : std::uint32_t { diameters, positions };

/// Squared distance, or something above reach^2 where it exceeds that: far points would overflow.
std::int64_t squared_distance(const Point& a, const Point& b, std::int64_t reach) {
  std::int64_t sum = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::int64_t difference = std::abs(a[axis] - b[axis]);
    if (difference > reach) return reach * reach + 1;
    sum += difference * difference;
  }
  return sum;
}

/// Spheres by the cells of a coarse grid that they reach into; positions outside the grid belong to its rim.
class CellGrid {
 public:
  CellGrid(const Point& edges, std::int64_t cell) : cell_(cell) {
    const auto count = [&] {
      for (std::size_t axis = 0; axis < 3; ++axis) cells_[axis] = edges[axis] / cell_ + 1;
      return cells_[0] * cells_[1] * cells_[2];
    };
    while (count() > most_particles) cell_ *= 2;
    content_.resize(static_cast<std::size_t>(count()));
  }

  void add(std::int32_t index, const Sphere& sphere) {
    visit(sphere.centre, sphere.radius, [&](auto& content) { content.push_back(index); });
  }

  /// Calls use(index) for spheres that may come within reach of a point; some of them more than once.
  template <class Use>
  void near(const Point& point, std::int64_t reach, Use use) {
    visit(point, reach, [&](auto& content) {
      for (const std::int32_t index : content) use(index);
    });
  }

 private:
  template <class Visit>
  void visit(const Point& point, std::int64_t reach, Visit visitor) {
    Point first, last;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      first[axis] = std::clamp<std::int64_t>((point[axis] - reach) / cell_, 0, cells_[axis] - 1);
      last[axis] = std::clamp<std::int64_t>((point[axis] + reach) / cell_, 0, cells_[axis] - 1);
    }
    for (std::int64_t z = first[0]; z <= last[0]; ++z)
      for (std::int64_t y = first[1]; y <= last[1]; ++y)
        for (std::int64_t x = first[2]; x <= last[2]; ++x)
          visitor(content_[static_cast<std::size_t>((z * cells_[1] + y) * cells_[2] + x)]);
  }

  std::int64_t cell_;
  Point cells_{};
  std::vector<std::vector<std::int32_t>> content_;
};

/// Fixed points, spread evenly (additive recurrence on the root of g^4 = g + 1), that measure how much of the
/// box the spheres fill.
class Coverage {
 public:
  explicit Coverage(const Point& edges)
      : longest_(static_cast<std::size_t>(std::max_element(edges.begin(), edges.end()) - edges.begin())),
        covered_(sample_points) {
    for (std::uint64_t i = 1; i <= sample_points; ++i)
      points_.push_back({scale(i * 0xD1B54A32D192ED03, edges[0]), scale(i * 0xABC98388FB8FAC02, edges[1]),
                         scale(i * 0x8CB92BA72F3D8DD7, edges[2])});
    std::sort(points_.begin(), points_.end(),
              [axis = longest_](const Point& a, const Point& b) { return a[axis] < b[axis]; });
  }

  void add(const Sphere& sphere) {
    const std::int64_t radius = sphere.radius, last = sphere.centre[longest_] + radius;
    const auto first = std::lower_bound(
        points_.begin(), points_.end(), sphere.centre[longest_] - radius,
        [axis = longest_](const Point& point, std::int64_t start) { return point[axis] < start; });
    for (auto point = first; point != points_.end() && (*point)[longest_] <= last; ++point) {
      if (squared_distance(*point, sphere.centre, radius) > radius * radius) continue;
      std::uint8_t& covered = covered_[static_cast<std::size_t>(point - points_.begin())];
      count_ += covered == 0;
      covered = 1;
    }
  }
  std::int64_t count() const { return count_; }

 private:
  std::size_t longest_;  // the axis by which the points are sorted
  std::vector<Point> points_;
  std::vector<std::uint8_t> covered_;
  std::int64_t count_ = 0;
};

/// The spheres placed so far, and what it takes to place the next.
class Packing {
 public:
  Packing(const Point& edges, const GenerateSettings& settings)
      : edges_(edges),
        smallest_(std::llround(settings.diameter[0] * unit_edge)),
        largest_(std::llround(settings.diameter[1] * unit_edge)),
        wanted_(std::llround((1 - settings.porosity - settings.binder) * sample_points)),
        grid_(edges, 2 * smallest_),
        coverage_(edges),
        diameters_(settings.seed, diameters),
        positions_(settings.seed, positions) {}

  std::vector<Sphere> fill() {
    std::vector<std::int64_t> radii = draw_radii();
    for (std::size_t i = 0; coverage_.count() < wanted_; ++i)
      // Overlaps cost some of the planned volume: the rest is filled with small particles.
      place(i < radii.size() ? radii[i] : smallest_ / 2);
    return std::move(spheres_);
  }

 private:
  /// Radii, largest first, whose spheres together have the wanted volume and 2 % for overlaps.
  std::vector<std::int64_t> draw_radii() {
    std::vector<std::int64_t> radii;
    const std::int64_t enough = (wanted_ << 16) / 100 * 102;  // in 2^-32 of the box
    for (std::int64_t planned = 0; planned < enough;) {
      const std::int64_t radius = diameters_.between(smallest_, largest_) / 2;
      // Centres lie up to one radius outside the box, so this is the part of the sphere expected inside.
      // Lengths in 2^-10 of the smallest edge keep the products within 64 bits.
      const std::int64_t sphere =
          static_cast<std::int64_t>(4289) * ((radius * radius >> 10) * radius >> 20) / 1024;
      std::int64_t room = 1;
      for (const std::int64_t edge : edges_) room *= (edge + 2 * radius) >> 10;
      planned += std::max<std::int64_t>(1, (sphere << 32) / room);
      radii.push_back(radius);
    }
    std::sort(radii.begin(), radii.end(), std::greater<>());
    return radii;
  }

  struct Neighbour {
    std::int32_t index = -1;
    std::int64_t gap = std::numeric_limits<std::int64_t>::max();  // between the surfaces; negative: overlap
  };

  /// The two spheres nearest to the surface of this one, within one radius.
  std::array<Neighbour, 2> nearest(const Sphere& sphere) {
    std::array<Neighbour, 2> found;
    grid_.near(sphere.centre, 2 * sphere.radius, [&](std::int32_t index) {
      if (index == found[0].index || index == found[1].index) return;
      const Sphere& other = spheres_[static_cast<std::size_t>(index)];
      const std::int64_t reach = 2 * sphere.radius + other.radius;
      const std::int64_t square = squared_distance(sphere.centre, other.centre, reach);
      if (square > reach * reach) return;
      const Neighbour neighbour{index, floor_root(square) - sphere.radius - other.radius};
      if (neighbour.gap < found[0].gap)
        found = {neighbour, found[0]};
      else if (neighbour.gap < found[1].gap)
        found[1] = neighbour;
    });
    return found;
  }

  /// Moves a sphere off what it overlaps too deeply and into contact with the nearest two.
  /// @return whether it fits
  bool settle(Sphere& sphere) {
    constexpr int moves = 8;
    const std::int64_t deepest = sphere.radius * allowed_ / 1024;
    for (int move = 0;; ++move) {
      const auto [first, second] = nearest(sphere);
      const bool fits = first.gap >= -deepest;
      if (first.index < 0 || (fits && move >= moves)) return true;
      if (move >= moves + 2) return false;
      const bool to_second = fits && move % 2 == 1 && second.gap < sphere.radius;
      if (!touch(sphere, to_second ? second : first, deepest / 2)) return false;
    }
  }

  /// Slides a sphere along the line of centres until it overlaps its neighbour by depth: a neck, not a point.
  /// @return whether it is still in reach of the box
  bool touch(Sphere& sphere, const Neighbour& neighbour, std::int64_t depth) const {
    const Sphere& other = spheres_[static_cast<std::size_t>(neighbour.index)];
    const std::int64_t distance = neighbour.gap + sphere.radius + other.radius;
    if (distance == 0) return false;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::int64_t offset = sphere.centre[axis] - other.centre[axis];
      sphere.centre[axis] = other.centre[axis] + offset * (sphere.radius + other.radius - depth) / distance;
      if (sphere.centre[axis] < -sphere.radius || sphere.centre[axis] > edges_[axis] + sphere.radius)
        return false;
    }
    return true;
  }

  void place(std::int64_t radius) {
    constexpr int tries = 128;
    // At a depth of one radius a sphere may be centred on another's surface: more than that fills nothing.
    for (; allowed_ <= 1024 && static_cast<std::int64_t>(spheres_.size()) < most_particles; allowed_ += 16) {
      for (int attempt = 0; attempt < tries; ++attempt) {
        // The first fit is taken: the snuggest of several grows clumps and leaves large voids.
        Sphere sphere{{}, radius};
        for (std::size_t axis = 0; axis < 3; ++axis)
          sphere.centre[axis] = positions_.between(-radius, edges_[axis] + radius);
        if (!settle(sphere)) continue;
        grid_.add(static_cast<std::int32_t>(spheres_.size()), sphere);
        spheres_.push_back(sphere);
        coverage_.add(sphere);
        return;
      }
      // The packing stalls: allow deeper overlaps from here on.
    }
    throw Error(ExitCode::usage, "the particles cannot fill what porosity and binder leave to them",
                "electrode",
                fmt::format("{} of them cover {:.4f} of the box, {:.4f} are wanted", spheres_.size(),
                            share(coverage_.count()), share(wanted_)),
                "raise the porosity or the binder, or widen the range of diameters");
  }

  static double share(std::int64_t points) {
    return static_cast<double>(points) / static_cast<double>(sample_points);
  }

  Point edges_;
  std::int64_t smallest_, largest_;  // diameters
  std::int64_t wanted_;              // sample points to cover
  CellGrid grid_;
  Coverage coverage_;
  Random diameters_, positions_;
  std::vector<Sphere> spheres_;
  std::int64_t allowed_ = 51;  // overlap depth in 1/1024 of the smaller radius
};

void check(const GenerateSettings& settings, const Point& edges) {
  const auto refuse = [](const std::string& what, const std::string& why, const std::string& advice) {
    throw Error(ExitCode::usage, what, "electrode", why, advice);
  };
  const double porosity = settings.porosity, binder = settings.binder;
  if (!(porosity > 0 && porosity < 1 && binder > 0 && binder < 1 && porosity + binder < 1))
    refuse("porosity and binder leave no active material",
           fmt::format("porosity {}, binder {}", porosity, binder),
           "each must be above 0 and below 1, and so must their sum");
  const auto [smallest, largest] = settings.diameter;
  if (!(smallest >= 0.005 && smallest <= largest && largest <= 1))
    refuse("the range of particle diameters is not usable", fmt::format("got {} to {}", smallest, largest),
           "give a smaller and a larger diameter between 0.005 and 1, as fractions of the smallest edge");
  double box = 1;  // in cubes of the smallest edge
  for (const std::int64_t edge : edges) box *= static_cast<double>(edge) / unit_edge;
  const double mean_cube = (smallest + largest) * (smallest * smallest + largest * largest) / 4;
  const double particles = (1 - porosity - binder) * box / (0.5236 * mean_cube);
  if (particles > most_particles / 2.0)
    refuse("too many particles",
           fmt::format("about {:.0f} for diameters {} to {}", particles, smallest, largest),
           fmt::format("give larger diameters or a less flat box: at most {} particles", most_particles / 2));
}

}  // namespace

std::vector<Sphere> pack_spheres(const Point& edges, const GenerateSettings& settings) {
  check(settings, edges);
  return Packing(edges, settings).fill();
}

}  // namespace tauvox
