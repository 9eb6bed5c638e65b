#include "kernels/volume/clusters.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "kernels/base/atomic.hpp"
#include "kernels/base/launch.hpp"
#include "kernels/base/scan.hpp"

namespace tauvox {
namespace {

struct Forest {  // of runs
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

struct StartAlone {
  std::int64_t* parent;
  TAUVOX_HD void operator()(std::int64_t i) const { parent[i] = i; }
};

struct JoinRows {
  RunsView runs;
  Forest forest;
  std::array<bool, 3> joined;
  const std::int64_t* cluster = nullptr;  // of each run, whose forest it is then, joined at corners too

  // Coordinate wrapped where the sides are joined; -1 when outside.
  TAUVOX_HD static std::int64_t wrapped(std::int64_t i, std::int64_t n, bool wrap) {
    if (i >= 0 && i < n) return i;
    return wrap ? (i < 0 ? n - 1 : 0) : -1;
  }
  TAUVOX_HD bool at_first(std::int64_t i) const { return runs.runs[i].begin == 0; }
  TAUVOX_HD bool at_last(std::int64_t i) const { return runs.runs[i].end == runs.extent.nx; }

  TAUVOX_HD void unite(std::int64_t a, std::int64_t b) const {
    cluster ? forest.join(cluster[a], cluster[b]) : forest.join(a, b);
  }

  TAUVOX_HD void operator()(std::int64_t y, std::int64_t z) const {
    const std::int64_t row = runs.row(y, z), begin = runs.row_start[row], end = runs.row_start[row + 1];
    if (begin == end) return;
    if (joined[2] && at_first(begin) && at_last(end - 1)) unite(begin, end - 1);
    // Half of the neighbours: the rows that come before in z, y; the other half sees this row.
    for (int dz = 0; dz >= -1; --dz)
      for (int dy = -1; dy <= (dz < 0 ? 1 : -1); ++dy) {
        if (dz != 0 && dy != 0 && !cluster) continue;
        const std::int64_t nz = wrapped(z + dz, runs.extent.nz, joined[0]);
        const std::int64_t ny = wrapped(y + dy, runs.extent.ny, joined[1]);
        if (nz >= 0 && ny >= 0) join(begin, end, runs.row(ny, nz));
      }
  }
  TAUVOX_HD void join(std::int64_t a, std::int64_t a_end, std::int64_t row) const {
    std::int64_t b = runs.row_start[row];
    const std::int64_t b_end = runs.row_start[row + 1];
    if (b == b_end) return;
    if (cluster && joined[2]) {
      if (at_first(a) && at_last(b_end - 1)) unite(a, b_end - 1);
      if (at_last(a_end - 1) && at_first(b)) unite(a_end - 1, b);
    }
    const std::uint32_t reach = cluster ? 1 : 0;
    while (a < a_end && b < b_end) {
      const Run mine = runs.runs[a], other = runs.runs[b];
      if (mine.begin < other.end + reach && other.begin < mine.end + reach) unite(a, b);
      // The one that ends first touches nothing further: a gap follows every run.
      if (mine.end < other.end)
        ++a;
      else
        ++b;
    }
  }
};

struct Flatten {  // parent = root
  std::int64_t* parent;
  TAUVOX_HD void operator()(std::int64_t i) const {
    // No halving here: a late store would put back a parent that is no root.
    std::int64_t root = i;
    for (std::int64_t above = atomic_load(parent + i); above != root; above = atomic_load(parent + above))
      root = above;
    atomic_store(parent + i, root);
  }
};

struct CountRoots {  // one call a row
  RunsView runs;
  const std::int64_t* parent;
  std::int64_t* count;
  TAUVOX_HD void operator()(std::int64_t y, std::int64_t z) const {
    const std::int64_t row = runs.row(y, z);
    std::int64_t roots = 0;
    for (std::int64_t i = runs.row_start[row]; i < runs.row_start[row + 1]; ++i) roots += parent[i] == i;
    count[row] = roots;
  }
};

// Numbers are written over parents, so that no second array is needed: ~number until all have one.
struct NumberRoots {  // one call a row
  RunsView runs;
  const std::int64_t* first;  // number of the first root of a row
  std::int64_t* parent;
  TAUVOX_HD void operator()(std::int64_t y, std::int64_t z) const {
    const std::int64_t row = runs.row(y, z);
    std::int64_t next = first[row];
    for (std::int64_t i = runs.row_start[row]; i < runs.row_start[row + 1]; ++i)
      if (parent[i] == i) parent[i] = ~next++;
  }
};
struct NumberOthers {
  std::int64_t* parent;
  TAUVOX_HD void operator()(std::int64_t i) const {
    if (const std::int64_t root = parent[i]; root >= 0) parent[i] = parent[root];
  }
};

struct Measure {  // and finishes the numbers
  RunsView runs;
  std::int64_t* number;
  std::int64_t* voxels;
  std::uint32_t* touches;
  TAUVOX_HD void operator()(std::int64_t y, std::int64_t z) const {
    const Extent& e = runs.extent;
    const std::int64_t row = runs.row(y, z), end = runs.row_start[row + 1];
    const std::uint32_t faces =
        (z == 0 ? 1u : 0u) | (z == e.nz - 1 ? 2u : 0u) | (y == 0 ? 4u : 0u) | (y == e.ny - 1 ? 8u : 0u);
    std::int64_t gathered = 0;
    for (std::int64_t i = runs.row_start[row]; i < end; ++i) {
      const std::int64_t k = ~number[i];
      const Run run = runs.runs[i];
      number[i] = k;
      gathered += run.end - run.begin;
      if (i + 1 == end || ~number[i + 1] != k) {  // one atomic for neighbours of one cluster
        atomic_add(voxels + k, gathered);
        gathered = 0;
      }
      const std::uint32_t bits = faces | (run.begin == 0 ? 16u : 0u) | (run.end == e.nx ? 32u : 0u);
      if (bits) atomic_or(touches + k, bits);
    }
  }
};

struct MarkKept {  // one call a row
  RunsView runs;
  const std::int64_t* number;
  const std::uint8_t* keep;  // per cluster
  UnknownsWord* words;
  std::int64_t words_per_row;

  TAUVOX_HD static std::uint32_t below(std::int64_t bits) { return bits >= 32 ? ~0u : (1u << bits) - 1u; }
  TAUVOX_HD void operator()(std::int64_t y, std::int64_t z) const {
    const std::int64_t row = runs.row(y, z);
    UnknownsWord* of_row = words + row * words_per_row;
    for (std::int64_t w = 0; w < words_per_row; ++w) of_row[w] = {};
    for (std::int64_t i = runs.row_start[row]; i < runs.row_start[row + 1]; ++i) {
      if (!keep[number[i]]) continue;
      const Run run = runs.runs[i];
      for (std::int64_t w = run.begin / 32; 32 * w < run.end; ++w)
        of_row[w].mask |= below(run.end - 32 * w) & ~below(run.begin > 32 * w ? run.begin - 32 * w : 0);
    }
  }
};

/// Of 64 bits, for the voxels of each cluster and the 32 bits of what it touches.
std::int64_t numbers_of_sizes(std::int64_t clusters) { return clusters + (clusters + 1) / 2; }

}  // namespace

std::int64_t Clusters::spanning_voxels(Axis axis) const {
  std::int64_t sum = 0;
  for (std::int64_t k = 0; k < count(); ++k)
    if (spans(k, axis)) sum += voxels[static_cast<std::size_t>(k)];
  return sum;
}

std::int64_t Clusters::largest() const {
  return voxels.empty() ? 0 : *std::max_element(voxels.begin(), voxels.end());
}

Clusters find_clusters(const Runs& runs, const std::array<bool, 3>& joined) {
  const Device& device = runs.device();
  const std::int64_t size = runs.count();
  Clusters clusters;
  clusters.number = Buffer<std::int64_t>(device, size);
  if (size == 0) return clusters;
  std::int64_t* parent = clusters.number.data();

  for_each_index(device, size, StartAlone{parent});
  for_each_row(device, runs.extent(), JoinRows{runs.view(), {parent}, joined});
  for_each_index(device, size, Flatten{parent});
  const std::int64_t rows = runs.extent().ny * runs.extent().nz;
  std::int64_t count = 0;
  {
    Buffer<std::int64_t> first(device, rows + 1);
    for_each_row(device, runs.extent(), CountRoots{runs.view(), parent, first.data()});
    count = exclusive_scan(device, first.data(), rows);
    for_each_row(device, runs.extent(), NumberRoots{runs.view(), first.data(), parent});
    for_each_index(device, size, NumberOthers{parent});
  }
  Buffer<std::int64_t> sizes(device, numbers_of_sizes(count));  // voxels, then what they touch
  sizes.zero();
  auto* touches = reinterpret_cast<std::uint32_t*>(sizes.data() + count);
  for_each_row(device, runs.extent(), Measure{runs.view(), parent, sizes.data(), touches});
  const std::vector<std::int64_t> both = sizes.to_host();
  clusters.voxels.assign(both.begin(), both.begin() + count);
  clusters.touches.resize(static_cast<std::size_t>(count));
  std::memcpy(clusters.touches.data(), both.data() + count, clusters.touches.size() * sizeof(std::uint32_t));
  return clusters;
}

Clusters joined_at_corners(const Runs& runs, const Clusters& faces, const std::array<bool, 3>& joined) {
  const Device& device = runs.device();
  Clusters clusters;
  clusters.voxels = faces.voxels;
  clusters.touches = faces.touches;
  if (faces.count() == 0) return clusters;
  Buffer<std::int64_t> parent(device, faces.count());
  for_each_index(device, faces.count(), StartAlone{parent.data()});
  for_each_row(device, runs.extent(), JoinRows{runs.view(), {parent.data()}, joined, faces.number.data()});
  std::vector<std::int64_t> root = parent.to_host();
  for (std::size_t k = 0; k < root.size(); ++k) {  // a parent comes before its children
    const std::size_t to = static_cast<std::size_t>(root[k] = root[static_cast<std::size_t>(root[k])]);
    if (to == k) continue;
    clusters.voxels[to] += std::exchange(clusters.voxels[k], 0);
    clusters.touches[to] |= std::exchange(clusters.touches[k], 0);
  }
  return clusters;
}

Unknowns voxels_of(const Runs& runs, const Clusters& clusters, const std::vector<std::uint8_t>& keep) {
  const Device& device = runs.device();
  Buffer<std::uint8_t> table(device, static_cast<std::int64_t>(keep.size()));
  table.copy_from(keep);
  Buffer<UnknownsWord> words(device, Unknowns::words(runs.extent()));
  for_each_row(device, runs.extent(),
               MarkKept{runs.view(), clusters.number.data(), table.data(), words.data(),
                        Unknowns::words_per_row(runs.extent())});
  return {runs.extent(), std::move(words)};
}

std::vector<std::uint8_t> spanning(const Clusters& clusters, Axis axis) {
  std::vector<std::uint8_t> keep(static_cast<std::size_t>(clusters.count()));
  for (std::int64_t k = 0; k < clusters.count(); ++k)
    keep[static_cast<std::size_t>(k)] = clusters.spans(k, axis);
  return keep;
}

std::int64_t Clusters::bytes(std::int64_t runs) {
  return static_cast<std::int64_t>(Buffer<std::int64_t>::bytes(runs));
}

std::int64_t Clusters::bytes_to_find(const Extent& extent, std::int64_t runs, std::int64_t clusters) {
  const std::size_t rows = Buffer<std::int64_t>::bytes(extent.ny * extent.nz + 1);
  const std::size_t sizes = Buffer<std::int64_t>::bytes(numbers_of_sizes(clusters));
  return bytes(runs) + static_cast<std::int64_t>(std::max(rows, sizes));
}

}  // namespace tauvox
