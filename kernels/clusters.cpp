#include "kernels/clusters.hpp"

#include <thrust/copy.h>
#include <thrust/execution_policy.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/system/omp/execution_policy.h>

#include "kernels/atomic.hpp"
#include "kernels/faces.hpp"
#include "kernels/launch.hpp"

namespace tauvox {
namespace {

constexpr std::int64_t no_cluster = -1;  // parent of a voxel that does not conduct

struct Forest {
  std::int64_t* parent;

  TAUVOX_HD std::int64_t root(std::int64_t i) const {
    std::int64_t above = atomic_load(parent + i);
    while (above != i) {
      const std::int64_t higher = atomic_load(parent + above);
      if (higher != above)
        atomic_store(parent + i, higher);  // halve the path: parents only ever move rootwards
      i = above;
      above = higher;
    }
    return i;
  }
  TAUVOX_HD void join(std::int64_t a, std::int64_t b) const {
    for (a = root(a), b = root(b); a != b;) {
      if (a < b) {
        const std::int64_t swap = a;
        a = b;
        b = swap;
      }
      const std::int64_t seen = atomic_min(parent + a, b);  // a > b: hang a below b
      if (seen == a) return;
      a = root(seen);  // someone was faster: join what a hung below with b
      b = root(b);
    }
  }
};

struct StartRun {  // parent = first voxel of the run of conducting voxels along x
  FieldView<std::uint8_t> classes;
  std::int64_t* parent;
  std::int64_t nx, ny;
  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const std::int64_t row = nx * (y + ny * z);
    std::int64_t begin = x;
    while (begin > 0 && classes(begin - 1, y, z) >= first_conducting_class) --begin;
    parent[row + x] = classes(x, y, z) >= first_conducting_class ? row + begin : no_cluster;
  }
  void row(std::int64_t y, std::int64_t z, std::int64_t n) const {
    const std::int64_t start = nx * (y + ny * z);
    std::int64_t begin = start;
    for (std::int64_t x = 0; x < n; ++x) {
      const bool conducts = classes(x, y, z) >= first_conducting_class;
      parent[start + x] = conducts ? begin : no_cluster;
      if (!conducts) begin = start + x + 1;
    }
  }
};

struct JoinNeighbours {
  FieldView<std::uint8_t> classes;
  Forest forest;
  Extent e;
  bool corners;
  std::array<bool, 3> joined;

  TAUVOX_HD bool conducts(std::int64_t x, std::int64_t y, std::int64_t z) const {
    return classes(x, y, z) >= first_conducting_class;
  }
  // Coordinate wrapped where the sides are joined; -1 when outside.
  TAUVOX_HD static std::int64_t wrapped(std::int64_t i, std::int64_t n, bool wrap) {
    if (i >= 0 && i < n) return i;
    return wrap ? (i < 0 ? n - 1 : 0) : -1;
  }
  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    if (!conducts(x, y, z)) return;
    // Half of the neighbours: those that come before in z, y, x; the other half sees this voxel.
    for (int dz = -1; dz <= 0; ++dz)
      for (int dy = -1; dy <= (dz < 0 ? 1 : 0); ++dy)
        for (int dx = -1; dx <= (dz < 0 || dy < 0 ? 1 : -1); ++dx) {
          const int steps = (dz != 0) + (dy != 0) + (dx != 0);
          if (steps > 1 && !corners) continue;
          const std::int64_t nz = wrapped(z + dz, e.nz, joined[0]), ny = wrapped(y + dy, e.ny, joined[1]),
                             nx = wrapped(x + dx, e.nx, joined[2]);
          if (nz < 0 || ny < 0 || nx < 0 || !conducts(nx, ny, nz)) continue;
          if (steps == 1 && dx != 0 && x > 0) continue;  // same run
          // Where this voxel and its x- neighbour are in runs that the neighbour has joined, it is done
          // already.
          if (!corners && dx == 0 && x > 0 && conducts(x - 1, y, z) && conducts(nx - 1, ny, nz)) continue;
          forest.join(x + e.nx * (y + e.ny * z), nx + e.nx * (ny + e.ny * nz));
        }
  }
};

struct Flatten {
  Forest forest;
  std::int64_t nx, ny;
  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const std::int64_t i = x + nx * (y + ny * z);
    if (forest.parent[i] != no_cluster) atomic_store(forest.parent + i, forest.root(i));
  }
};

struct IsRoot {
  const std::int64_t* parent;
  TAUVOX_HD bool operator()(std::int64_t i) const { return parent[i] == i; }
};

// Numbers are written over parents in two steps, so that no second array is needed. Below zero means
// "number".
struct NumberRoots {
  const std::int64_t* roots;
  std::int64_t* parent;
  TAUVOX_HD void operator()(std::int64_t k, std::int64_t, std::int64_t) const { parent[roots[k]] = -(k + 2); }
};
struct NumberOthers {
  std::int64_t* parent;
  std::int64_t nx, ny;
  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const std::int64_t i = x + nx * (y + ny * z), root = parent[i];
    if (root >= 0) parent[i] = -parent[root] - 1;  // >= 1, and no one reads a voxel that is no root
    if (root == no_cluster) parent[i] = 0;
  }
};
struct FinishRoots {
  const std::int64_t* roots;
  std::int64_t* parent;
  TAUVOX_HD void operator()(std::int64_t k, std::int64_t, std::int64_t) const { parent[roots[k]] = k + 1; }
};

struct Measure {
  const std::int64_t* number;
  std::int64_t* voxels;
  std::uint32_t* touches;
  Extent e;
  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const std::int64_t k = number[x + e.nx * (y + e.ny * z)];
    if (k > 0) add(k, 1, x, x, y, z);
  }
  void row(std::int64_t y, std::int64_t z, std::int64_t nx) const {  // one atomic a run
    const std::int64_t* n = number + nx * (y + e.ny * z);
    for (std::int64_t begin = 0, end = 0; begin < nx; begin = end) {
      while (end < nx && n[end] == n[begin]) ++end;
      if (n[begin] > 0) add(n[begin], end - begin, begin, end - 1, y, z);
    }
  }
  TAUVOX_HD void add(std::int64_t k, std::int64_t count, std::int64_t first, std::int64_t last,
                     std::int64_t y, std::int64_t z) const {
    atomic_add(voxels + (k - 1), count);
    const std::uint32_t bits = (z == 0 ? 1u : 0u) | (z == e.nz - 1 ? 2u : 0u) | (y == 0 ? 4u : 0u) |
                               (y == e.ny - 1 ? 8u : 0u) | (first == 0 ? 16u : 0u) |
                               (last == e.nx - 1 ? 32u : 0u);
    if (bits) atomic_or(touches + (k - 1), bits);
  }
};

struct KeepSpanning {
  FieldView<std::uint8_t> classes;
  const std::int64_t* number;
  const std::uint8_t* keep;  // per cluster
  std::int64_t nx, ny;
  TAUVOX_HD Sums<1> operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const std::int64_t k = number[x + nx * (y + ny * z)];
    const bool stays = k > 0 && keep[k - 1];
    if (!stays) classes(x, y, z) = wall_class;
    return {{stays ? 1.0 : 0.0}};
  }
};

/// Positions of the roots, ascending.
Buffer<std::int64_t> find_roots(const Device& device, const std::int64_t* parent, std::int64_t size,
                                std::int64_t count) {
  Buffer<std::int64_t> roots(device, count);
  const thrust::counting_iterator<std::int64_t> begin(0);
#ifdef __CUDACC__
  if (device.is_cuda()) {
    thrust::copy_if(thrust::device, begin, begin + size, roots.data(), IsRoot{parent});
    return roots;
  }
#endif
  thrust::copy_if(thrust::omp::par, begin, begin + size, roots.data(), IsRoot{parent});
  return roots;
}

struct CountRoots {
  const std::int64_t* parent;
  std::int64_t nx, ny;
  TAUVOX_HD Sums<1> operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const std::int64_t i = x + nx * (y + ny * z);
    return {{parent[i] == i ? 1.0 : 0.0}};  // exact: far below 2^53
  }
};

}  // namespace

Clusters find_clusters(const Field<std::uint8_t>& classes, Connectivity connectivity,
                       const std::array<bool, 3>& joined) {
  const Device& device = classes.device();
  const Extent& e = classes.extent();
  Clusters clusters;
  clusters.number = Buffer<std::int64_t>(device, e.voxels());
  std::int64_t* parent = clusters.number.data();
  const Forest forest{parent};

  for_each_voxel(device, e, StartRun{classes.view(), parent, e.nx, e.ny});
  for_each_voxel(device, e,
                 JoinNeighbours{classes.view(), forest, e, connectivity == Connectivity::all_26, joined});
  for_each_voxel(device, e, Flatten{forest, e.nx, e.ny});

  const auto count =
      static_cast<std::int64_t>(sum_over_voxels<1>(device, e, CountRoots{parent, e.nx, e.ny})[0]);
  const auto size = static_cast<std::size_t>(count);
  clusters.voxels.resize(size);
  clusters.touches.resize(size);
  const Buffer<std::int64_t> roots = find_roots(device, parent, e.voxels(), count);
  const Extent each_root{std::max<std::int64_t>(count, 1), 1, 1};
  if (count > 0) for_each_voxel(device, each_root, NumberRoots{roots.data(), parent});
  for_each_voxel(device, e, NumberOthers{parent, e.nx, e.ny});
  if (count == 0) return clusters;
  for_each_voxel(device, each_root, FinishRoots{roots.data(), parent});

  Buffer<std::int64_t> voxels(device, count);
  Buffer<std::uint32_t> touches(device, count);
  voxels.zero();
  touches.zero();
  for_each_voxel(device, e, Measure{parent, voxels.data(), touches.data(), e});
  voxels.copy_to(clusters.voxels);
  touches.copy_to(clusters.touches);
  return clusters;
}

std::int64_t keep_spanning(Field<std::uint8_t>& classes, const Clusters& clusters, Axis axis) {
  const Extent& e = classes.extent();
  std::vector<std::uint8_t> keep(static_cast<std::size_t>(clusters.count()));
  for (std::int64_t k = 0; k < clusters.count(); ++k)
    keep[static_cast<std::size_t>(k)] = clusters.spans(k, axis);
  Buffer<std::uint8_t> table(classes.device(), clusters.count());
  table.copy_from(keep);
  return static_cast<std::int64_t>(
      sum_over_voxels<1>(classes.device(), e,
                         KeepSpanning{classes.view(), clusters.number.data(), table.data(), e.nx, e.ny})[0]);
}

}  // namespace tauvox
