#include "kernels/geometry/particles.hpp"

#include "kernels/base/atomic.hpp"
#include "kernels/geometry/directions.hpp"
#include "kernels/geometry/tasks.hpp"
#include "kernels/geometry/watershed.hpp"

namespace tauvox {
namespace {

/// A run of voxels of one particle along x, and the voxels around it.
struct ParticleRun {
  const std::uint32_t* first;
  std::int64_t begin, end, y, z;  // x from begin to end
};

/// What is counted of each particle.
struct Counts {
  std::int64_t *voxels,
      *leaving;  // leaving: pairs of neighbours of which one is another's, [particle][direction]
  std::uint32_t* at_side;
};

struct CountRuns {  // one call for some rows of a layer
  const std::uint32_t* particle;
  const std::uint8_t* outside;  // or nullptr
  Extent extent;
  RowBlocks blocks;
  Directions directions;
  Counts counts;

  /// What some rows add to one particle: few meet in them, and adding to the counts takes long.
  struct Gathered {
    std::uint32_t particle = no_particle;
    std::int32_t voxels = 0, leaving[neighbour_directions] = {};
    bool at_side = false;
  };
  static constexpr std::uint32_t gathered_at_once = 8;

  TAUVOX_HD void finish(const Gathered& sums) const {
    if (sums.particle == no_particle) return;
    atomic_add(counts.voxels + sums.particle, sums.voxels);
    std::int64_t* const pairs = counts.leaving + neighbour_directions * std::int64_t{sums.particle};
    for (int k = 0; k < neighbour_directions; ++k)
      if (sums.leaving[k]) atomic_add(pairs + k, sums.leaving[k]);
    if (sums.at_side) atomic_or(counts.at_side + sums.particle, 1u);
  }
  /// How many of `count` numbers are this one.
  TAUVOX_HD static std::int32_t same(const std::uint32_t* numbers, std::int64_t count, std::uint32_t mine) {
    std::int32_t n = 0;  // a row has fewer
    for (std::int64_t x = 0; x < count; ++x) n += numbers[x] == mine;
    return n;
  }
  /// The neighbours on both sides of a run, less twice those of the same particle on one side: over all runs
  /// of a particle, those that are of another or of none.
  TAUVOX_HD std::int32_t leaving(const ParticleRun& run, const Direction& d) const {
    std::int32_t n = 0;
    for (int sign = 1; sign >= -1; sign -= 2) {
      const std::int64_t dz = sign * d.z, dy = sign * d.y, dx = sign * d.x;
      if (run.z + dz < 0 || run.z + dz >= extent.nz || run.y + dy < 0 || run.y + dy >= extent.ny) continue;
      const std::int64_t begin = run.begin + dx > 0 ? run.begin + dx : 0,
                         end = run.end + dx < extent.nx ? run.end + dx : extent.nx;
      const std::uint32_t* there = run.first + (begin - run.begin) + extent.nx * (dy + extent.ny * dz);
      n += static_cast<std::int32_t>(end - begin);
      if (sign > 0) n -= 2 * same(there, end - begin, *run.first);
    }
    return n;
  }
  /// Whether a neighbour over a face is none of the volume, or no part of the sample.
  TAUVOX_HD bool is_at_side(const ParticleRun& run) const {
    if (run.z == 0 || run.y == 0 || run.begin == 0) return true;
    if (run.z + 1 == extent.nz || run.y + 1 == extent.ny || run.end == extent.nx) return true;
    if (outside == nullptr) return false;
    const std::int64_t row = extent.nx, plane = row * extent.ny, at = run.first - particle,
                       end = at + run.end - run.begin;
    for (std::int64_t i = at; i < end; ++i)
      if (outside[i - plane] || outside[i + plane] || outside[i - row] || outside[i + row]) return true;
    return outside[at - 1] || outside[end];
  }
  TAUVOX_HD void add_row(std::int64_t y, std::int64_t z, Gathered (&gathered)[gathered_at_once]) const {
    const std::uint32_t* row = particle + extent.nx * (y + extent.ny * z);
    for (std::int64_t x = 0, end = 0; x < extent.nx; x = end) {
      while (end < extent.nx && row[end] == row[x]) ++end;
      const std::uint32_t mine = row[x];
      if (mine == no_particle) continue;
      const ParticleRun run{row + x, x, end, y, z};
      Gathered& sums = gathered[mine % gathered_at_once];
      if (sums.particle != mine) {
        finish(sums);
        sums = {mine};
      }
      sums.voxels += static_cast<std::int32_t>(end - x);
      for (int k = 0; k < neighbour_directions; ++k) sums.leaving[k] += leaving(run, directions[k]);
      sums.at_side = sums.at_side || is_at_side(run);
    }
  }
  TAUVOX_HD void operator()(std::int64_t task) const {
    Gathered gathered[gathered_at_once];
    for (std::int64_t y = blocks.begin(task); y < blocks.end(task); ++y) add_row(y, blocks.z(task), gathered);
    for (const Gathered& sums : gathered) finish(sums);
  }
};

std::vector<Particle> measured(const ParticleNumbers& numbers, const Extent& e,
                               const std::array<double, 3>& spacing,
                               const std::vector<std::uint8_t>& outside) {
  const Device& device = numbers.of_voxel.device();
  Buffer<std::int64_t> voxels(device, numbers.particles),
      leaving(device, neighbour_directions * voxels.size());
  Buffer<std::uint32_t> at_side(device, voxels.size());
  Buffer<std::uint8_t> not_sample(device, static_cast<std::int64_t>(outside.size()));
  voxels.zero();
  leaving.zero();
  at_side.zero();
  not_sample.copy_from(outside);
  const RowBlocks blocks{e.ny, e.nz};
  for_each_task(device, blocks.count(),
                CountRuns{numbers.of_voxel.data(),
                          outside.empty() ? nullptr : not_sample.data(),
                          e,
                          blocks,
                          Directions::all(),
                          {voxels.data(), leaving.data(), at_side.data()}});
  const std::vector<std::int64_t> count = voxels.to_host(), pairs = leaving.to_host();
  const std::vector<std::uint32_t> is_cut = at_side.to_host();
  std::vector<Particle> all(count.size());
  for (std::size_t p = 0; p < all.size(); ++p) all[p] = {count[p], is_cut[p] != 0, 0};
  const auto weights = direction_weights(spacing);
  for (std::size_t k = 0; k < neighbour_directions; ++k) {
    const double share =
        2 * weights[k] / length_of(direction_of[k], spacing) * spacing[0] * spacing[1] * spacing[2];
    for (std::size_t p = 0; p < all.size(); ++p)
      all[p].area += share * static_cast<double>(pairs[neighbour_directions * p + k]);
  }
  return all;
}

}  // namespace

std::vector<Particle> find_particles(const SquaredDistance& distances, const std::array<double, 3>& spacing,
                                     double neck, const std::vector<std::uint8_t>& outside) {
  const Extent& e = distances.extent;
  if (e.voxels() >= no_particle)
    throw Error(ExitCode::input_invalid, "the volume is too large to be split into particles", to_string(e),
                "", "below 2^32 voxels; use --crop");
  return measured(part_at_necks(distances, neck), e, spacing, outside);
}

}  // namespace tauvox
