// A calendered electrode: packed spheres of active material (1), carbon-binder (2) in the necks between them,
// pore (0).
//
// The packing lives in units of 2^-20 of the smallest edge and never sees a voxel, so another size of the
// same proportions rasterises the same structure. All geometry is integer arithmetic: the bytes are the same
// everywhere. Memory: 5 bytes per voxel (label, and two distances of 2 bytes while the binder is placed).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "host/generate/packing.hpp"
#include "host/generate/random.hpp"
#include "host/generate/shapes.hpp"

namespace tauvox {
namespace {

constexpr std::uint32_t tie_stream = 2;  // the packing uses 0 and 1

/// The raster: voxel centres in units, by axis.
class Raster {
 public:
  Raster(const Extent& extent, std::int64_t shortest) : extent_(extent) {
    for (std::size_t axis = 0; axis < 3; ++axis)
      for (std::int64_t i = 0; i < extent.zyx()[axis]; ++i)
        centres_[axis].push_back((2 * i + 1) * (unit_edge / 2) / shortest);
  }

  /// Calls use(first, last, square, x centres) for each row of voxels whose centres lie within radius of a
  /// point: voxels first to last, and the squared distance of the row from the point in z and y.
  template <class Use>
  void rows(const Point& point, std::int64_t radius, Use use) const {
    const auto [z_first, z_last] = range(0, point[0], radius);
    for (std::int64_t z = z_first; z < z_last; ++z) {
      const std::int64_t dz = centre(0, z) - point[0], z_left = radius * radius - dz * dz;
      const auto [y_first, y_last] = range(1, point[1], floor_root(z_left));
      for (std::int64_t y = y_first; y < y_last; ++y) {
        const std::int64_t dy = centre(1, y) - point[1];
        const auto [x_first, x_last] = range(2, point[2], floor_root(z_left - dy * dy));
        const std::int64_t row = (z * extent_.ny + y) * extent_.nx;
        use(row + x_first, row + x_last, dz * dz + dy * dy, centres_[2].data() + x_first);
      }
    }
  }

 private:
  std::int64_t centre(std::size_t axis, std::int64_t i) const {
    return centres_[axis][static_cast<std::size_t>(i)];
  }

  std::array<std::int64_t, 2> range(std::size_t axis, std::int64_t middle, std::int64_t radius) const {
    const auto& list = centres_[axis];
    return {std::lower_bound(list.begin(), list.end(), middle - radius) - list.begin(),
            std::upper_bound(list.begin(), list.end(), middle + radius) - list.begin()};
  }

  Extent extent_;
  std::array<std::vector<std::int64_t>, 3> centres_;
};

constexpr int distance_shift = 5;  // surface distances are kept in 2^-15 of the smallest edge
constexpr std::uint16_t far = 65535;
constexpr std::int64_t longest_reach = std::int64_t{far - 1} << distance_shift;

/// Gives label 2 to the pore voxels with the smallest sum of distances to the two nearest spheres: necks
/// first.
class Binder {
 public:
  Binder(const std::vector<Sphere>& spheres, const Raster& raster, std::vector<std::uint8_t>& labels)
      : spheres_(spheres), raster_(raster), labels_(labels), distances_(labels.size()) {}

  void fill(std::int64_t wanted, std::int64_t reach, std::uint64_t seed) {
    if (wanted == 0) return;
    // A sum up to the reach is final; a larger one may miss a sphere beyond the reach.
    for (;; reach *= 2) {
      reach = std::min(reach, longest_reach);
      measure(reach);
      const std::vector<std::int64_t> histogram = count_sums();
      const auto final_sums =
          static_cast<std::size_t>(reach == longest_reach ? 2 * far : reach >> distance_shift);
      std::int64_t below = 0;
      for (std::size_t sum = 0; sum <= final_sums; ++sum) {
        if (below + histogram[sum] >= wanted)
          return choose(static_cast<std::int64_t>(sum), wanted - below, seed);
        below += histogram[sum];
      }
    }
  }

 private:
  /// Distances to the nearest and second nearest sphere, as far as they are within reach.
  void measure(std::int64_t reach) {
    std::fill(distances_.begin(), distances_.end(), std::array<std::uint16_t, 2>{far, far});
    for (const Sphere& sphere : spheres_)
      raster_.rows(sphere.centre, sphere.radius + reach,
                   [&](std::int64_t first, std::int64_t last, std::int64_t square, const std::int64_t* x) {
                     for (std::int64_t i = first; i < last; ++i, ++x) {
                       if (labels_[static_cast<std::size_t>(i)] != 0) continue;
                       const std::int64_t dx = *x - sphere.centre[2];
                       const std::int64_t gap = floor_root(square + dx * dx) - sphere.radius;
                       note(distances_[static_cast<std::size_t>(i)],
                            static_cast<std::uint16_t>(gap >> distance_shift));
                     }
                   });
  }

  static void note(std::array<std::uint16_t, 2>& nearest, std::uint16_t distance) {
    nearest[1] = std::min(nearest[1], std::max(nearest[0], distance));
    nearest[0] = std::min(nearest[0], distance);
  }

  std::int64_t sum(std::size_t i) const { return std::int64_t{distances_[i][0]} + distances_[i][1]; }

  std::vector<std::int64_t> count_sums() const {
    std::vector<std::int64_t> histogram(2 * std::size_t{far} + 1);
    for (std::size_t i = 0; i < labels_.size(); ++i)
      if (labels_[i] == 0) ++histogram[static_cast<std::size_t>(sum(i))];
    return histogram;
  }

  /// All pore voxels below the limit, and at the limit as many as wanted, picked by a hash of their position.
  void choose(std::int64_t limit, std::int64_t wanted, std::uint64_t seed) {
    std::vector<std::array<std::uint64_t, 2>> tied;
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      if (labels_[i] != 0 || sum(i) > limit) continue;
      if (sum(i) == limit)
        tied.push_back({random_bits(seed, tie_stream, i), i});
      else
        labels_[i] = 2;
    }
    std::sort(tied.begin(), tied.end());
    for (std::size_t i = 0; i < static_cast<std::size_t>(wanted); ++i) labels_[tied[i][1]] = 2;
  }

  const std::vector<Sphere>& spheres_;
  const Raster& raster_;
  std::vector<std::uint8_t>& labels_;
  std::vector<std::array<std::uint16_t, 2>> distances_;
};

}  // namespace

LabelledBox generate_electrode(const GenerateSettings& settings) {
  const Extent extent = make_extent(settings.size);
  const std::int64_t shortest = std::min({extent.nx, extent.ny, extent.nz});
  Point edges;
  for (std::size_t axis = 0; axis < 3; ++axis) edges[axis] = extent.zyx()[axis] * unit_edge / shortest;

  LabelledBox box{extent, std::vector<std::uint8_t>(static_cast<std::size_t>(extent.voxels()))};
  const std::vector<Sphere> spheres = pack_spheres(edges, settings);
  const Raster raster(extent, shortest);
  for (const Sphere& sphere : spheres)
    raster.rows(sphere.centre, sphere.radius,
                [&](std::int64_t first, std::int64_t last, std::int64_t, const std::int64_t*) {
                  if (first < last)
                    std::fill(box.labels.begin() + first, box.labels.begin() + last, std::uint8_t{1});
                });

  const std::int64_t active = std::count(box.labels.begin(), box.labels.end(), std::uint8_t{1});
  const std::int64_t pore = std::llround(settings.porosity * static_cast<double>(extent.voxels()));
  if (active + pore > extent.voxels())
    throw Error(
        ExitCode::usage, fmt::format("porosity {} cannot be met", settings.porosity), "electrode",
        fmt::format("the active material alone fills {:.6f} of these voxels",
                    static_cast<double>(active) / static_cast<double>(extent.voxels())),
        fmt::format("ask for a porosity up to {:.6f}, more binder, or more voxels",
                    static_cast<double>(extent.voxels() - active) / static_cast<double>(extent.voxels())));
  Binder(spheres, raster, box.labels)
      .fill(extent.voxels() - active - pore, std::llround(settings.diameter[0] * unit_edge / 4),
            settings.seed);
  return box;
}

}  // namespace tauvox
