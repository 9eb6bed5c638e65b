#include "kernels/geometry/flood_cpu.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace tauvox {
namespace {

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
class Flood {
 public:
  Flood(const Device& device, const Value* distance, const Extent& e, double neck)
      : distance_(distance),
        e_(e),
        least_(neck * neck),
        of_voxel_(device, e.voxels()),
        particle_(of_voxel_.data()) {
    std::fill_n(particle_, of_voxel_.size(), no_particle);
  }

  ParticleNumbers run() {
    for (const std::uint32_t i : by_distance(distance_, e_.voxels())) take(i);
    std::uint32_t count = 0;
    std::vector<std::uint32_t> number(parent_.size());
    for (std::uint32_t p = 0; p < number.size(); ++p)
      if (parent_[p] == p) number[p] = count++;
    for (std::int64_t i = 0; i < of_voxel_.size(); ++i)
      if (particle_[i] != no_particle) particle_[i] = number[root(particle_[i])];
    return {std::move(of_voxel_), count};
  }

 private:
  std::uint32_t root(std::uint32_t particle) {
    while (parent_[particle] != particle) particle = parent_[particle] = parent_[parent_[particle]];
    return particle;
  }
  void take(std::uint32_t i) {
    const std::int64_t row = e_.nx, plane = e_.nx * e_.ny, at = i;
    const std::int64_t x = at % row, y = at / row % e_.ny, z = at / plane;
    std::uint32_t mine = no_particle;
    const auto meet = [&](bool inside, std::int64_t other) {
      if (!inside || particle_[other] == no_particle) return;
      const std::uint32_t there = root(particle_[other]);
      mine = mine == no_particle ? there : joined(mine, there, distance_[i]);
    };
    meet(z > 0, at - plane);
    meet(y > 0, at - row);
    meet(x > 0, at - 1);
    meet(x + 1 < e_.nx, at + 1);
    meet(y + 1 < e_.ny, at + row);
    meet(z + 1 < e_.nz, at + plane);
    if (mine == no_particle) {
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
  Buffer<std::uint32_t> of_voxel_;
  std::uint32_t* particle_;  // of each voxel; those that were merged are not roots
  std::vector<std::uint32_t> parent_;
  std::vector<Value> peak_;
};

}  // namespace

ParticleNumbers flood_particles(const SquaredDistance& distances, double neck) {
  return distances.visit([&]<class Value>(const Value* distance) {
    return Flood<Value>(distances.device(), distance, distances.extent, neck).run();
  });
}

}  // namespace tauvox
