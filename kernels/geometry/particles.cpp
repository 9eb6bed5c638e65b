#include "kernels/geometry/particles.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "kernels/base/launch.hpp"
#include "kernels/geometry/directions.hpp"

namespace tauvox {
namespace {

constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

/// Voxels of the phase, the farthest from the surface first; equal ones in memory order.
template <class Value>
std::vector<std::uint32_t> by_distance(const Value* distance, std::int64_t count) {
  std::vector<std::uint32_t> order;
  const Value largest = *std::max_element(distance, distance + count);
  if constexpr (std::is_integral_v<Value>) {
    if (largest < (1u << 26)) {
      std::vector<std::uint32_t> start(static_cast<std::size_t>(largest) + 2);
      for (std::int64_t i = 0; i < count; ++i)
        if (distance[i] > 0) ++start[static_cast<std::size_t>(largest - distance[i]) + 1];
      std::partial_sum(start.begin(), start.end(), start.begin());
      order.resize(start.back());
      for (std::int64_t i = 0; i < count; ++i)
        if (distance[i] > 0)
          order[start[static_cast<std::size_t>(largest - distance[i])]++] = static_cast<std::uint32_t>(i);
      return order;
    }
  }
  for (std::int64_t i = 0; i < count; ++i)
    if (distance[i] > 0) order.push_back(static_cast<std::uint32_t>(i));
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return distance[a] > distance[b]; });
  return order;
}

template <class Value>
class Splitter {
 public:
  Splitter(const Value* distance, const Extent& e, double neck)
      : distance_(distance),
        e_(e),
        least_(neck * neck),
        particle_(static_cast<std::size_t>(e.voxels()), none) {}

  void run() {
    for (const std::uint32_t i : by_distance(distance_, e_.voxels())) take(i);
    for (std::uint32_t& particle : particle_)
      if (particle != none) particle = root(particle);
  }
  const std::vector<std::uint32_t>& particle_of_voxel() const { return particle_; }
  /// Numbers as they are given out; those that were merged are not roots.
  std::size_t given() const { return parent_.size(); }
  bool stands(std::size_t particle) const { return parent_[particle] == particle; }

 private:
  std::uint32_t root(std::uint32_t particle) {
    while (parent_[particle] != particle) particle = parent_[particle] = parent_[parent_[particle]];
    return particle;
  }
  void take(std::uint32_t i) {
    const std::int64_t row = e_.nx, plane = e_.nx * e_.ny, at = i;
    const std::int64_t x = at % row, y = at / row % e_.ny, z = at / plane;
    std::uint32_t mine = none;
    const auto meet = [&](bool inside, std::int64_t other) {
      if (!inside || particle_[static_cast<std::size_t>(other)] == none) return;
      const std::uint32_t there = root(particle_[static_cast<std::size_t>(other)]);
      mine = mine == none ? there : joined(mine, there, distance_[i]);
    };
    meet(z > 0, at - plane);
    meet(y > 0, at - row);
    meet(x > 0, at - 1);
    meet(x + 1 < e_.nx, at + 1);
    meet(y + 1 < e_.ny, at + row);
    meet(z + 1 < e_.nz, at + plane);
    if (mine == none) {
      mine = static_cast<std::uint32_t>(parent_.size());
      parent_.push_back(mine);
      peak_.push_back(distance_[i]);
    }
    particle_[i] = mine;
  }
  /// The larger of two particles that meet in a voxel, which is both where the neck is wide.
  std::uint32_t joined(std::uint32_t a, std::uint32_t b, Value here) {
    if (a == b) return a;
    const std::uint32_t larger = std::min(a, b), smaller = std::max(a, b);  // larger ones began earlier
    if (static_cast<double>(here) >= least_ * static_cast<double>(peak_[smaller])) parent_[smaller] = larger;
    return larger;
  }
  const Value* distance_;
  Extent e_;
  double least_;
  std::vector<std::uint32_t> particle_, parent_;
  std::vector<Value> peak_;
};

/// How many of `count` numbers are another.
inline __attribute__((always_inline)) std::int64_t others(const std::uint32_t* numbers, std::int64_t count,
                                                          std::uint32_t mine) {
  std::int32_t n = 0;  // a row has fewer
  for (std::int64_t x = 0; x < count; ++x) n += numbers[x] != mine;
  return n;
}

/// A run of voxels of one particle along x, and the voxels around it.
struct Run {
  const std::uint32_t* first;
  std::int64_t begin, end, y, z;  // x from begin to end
};

/// Adds, by direction, the neighbours on both sides of a run that are of another particle or of none.
TAUVOX_CLONES void add_leaving(const Run& run, const Extent& e, std::int64_t* leaving) {
  for (std::size_t k = 0; k < neighbour_directions; ++k)
    for (const int sign : {1, -1}) {
      const std::int64_t dz = sign * direction_of[k].z, dy = sign * direction_of[k].y,
                         dx = sign * direction_of[k].x;
      if (run.z + dz < 0 || run.z + dz >= e.nz || run.y + dy < 0 || run.y + dy >= e.ny) continue;
      const std::int64_t begin = std::max(run.begin + dx, std::int64_t{0}),
                         end = std::min(run.end + dx, e.nx);
      const std::uint32_t* there = run.first + (begin - run.begin) + e.nx * (dy + e.ny * dz);
      leaving[k] += others(there, end - begin, *run.first);
    }
}

/// Whether a neighbour over a face is no part of the sample.
bool beside_outside(const Run& run, const Extent& e, const std::uint8_t* outside) {
  const std::int64_t row = e.nx, plane = e.nx * e.ny, first = run.begin + row * (run.y + e.ny * run.z);
  for (std::int64_t i = first; i < first + run.end - run.begin; ++i)
    if ((run.z > 0 && outside[i - plane]) || (run.z + 1 < e.nz && outside[i + plane]) ||
        (run.y > 0 && outside[i - row]) || (run.y + 1 < e.ny && outside[i + row]))
      return true;
  return (run.begin > 0 && outside[first - 1]) || (run.end < e.nx && outside[first + run.end - run.begin]);
}

/// Adds voxels and the pairs of neighbours that leave each particle.
std::vector<Particle> measured(const std::vector<std::uint32_t>& of_voxel, std::size_t given, const Extent& e,
                               const std::array<double, 3>& spacing,
                               const std::vector<std::uint8_t>& outside) {
  std::vector<Particle> all(given);
  std::vector<std::array<std::int64_t, neighbour_directions>> leaving(given);
  for (std::int64_t z = 0; z < e.nz; ++z)
    for (std::int64_t y = 0; y < e.ny; ++y) {
      const std::uint32_t* row = of_voxel.data() + e.nx * (y + e.ny * z);
      const bool side = z == 0 || y == 0 || z == e.nz - 1 || y == e.ny - 1;
      for (std::int64_t x = 0, end = 0; x < e.nx; x = end) {
        while (end < e.nx && row[end] == row[x]) ++end;
        if (row[x] == none) continue;
        const Run run{row + x, x, end, y, z};
        Particle& mine = all[row[x]];
        mine.voxels += end - x;
        add_leaving(run, e, leaving[row[x]].data());
        mine.at_side = mine.at_side || side || x == 0 || end == e.nx ||
                       (!outside.empty() && beside_outside(run, e, outside.data()));
      }
    }
  const auto weights = direction_weights(spacing);
  for (std::size_t k = 0; k < neighbour_directions; ++k) {
    const double share =
        2 * weights[k] / length_of(direction_of[k], spacing) * spacing[0] * spacing[1] * spacing[2];
    for (std::size_t p = 0; p < given; ++p) all[p].area += share * static_cast<double>(leaving[p][k]);
  }
  return all;
}

template <class Value>
std::vector<Particle> split(const Value* distance, const Extent& e, const std::array<double, 3>& spacing,
                            double neck, const std::vector<std::uint8_t>& outside) {
  Splitter<Value> splitter(distance, e, neck);
  splitter.run();
  const std::vector<Particle> all =
      measured(splitter.particle_of_voxel(), splitter.given(), e, spacing, outside);
  std::vector<Particle> found;
  for (std::size_t p = 0; p < all.size(); ++p)
    if (splitter.stands(p)) found.push_back(all[p]);
  return found;
}

}  // namespace

std::vector<Particle> find_particles(const SquaredDistance& distances, const std::array<double, 3>& spacing,
                                     double neck, const std::vector<std::uint8_t>& outside) {
  const Extent& e = distances.extent;
  if (e.voxels() >= none)
    throw Error(ExitCode::input_invalid, "the volume is too large to be split into particles", to_string(e),
                "", "below 2^32 voxels; use --crop");
  return std::visit(
      [&](const auto& buffer) {
        if (!buffer.device().is_cuda()) return split(buffer.data(), e, spacing, neck, outside);
        const auto host = buffer.to_host();
        return split(host.data(), e, spacing, neck, outside);
      },
      distances.values);
}

}  // namespace tauvox
