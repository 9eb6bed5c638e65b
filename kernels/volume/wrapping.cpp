#include "kernels/volume/wrapping.hpp"

#include <algorithm>
#include <numeric>

#include "kernels/base/launch.hpp"

namespace tauvox {
namespace {

struct NumbersOfLayer {  // one call a voxel of a layer
  RunsView runs;
  const std::int64_t* number;
  int axis;
  std::int64_t along, width;
  std::int64_t* out;
  TAUVOX_HD void operator()(std::int64_t a, std::int64_t b, std::int64_t) const {
    const Voxel v = Voxel::of_layer(axis, a, b, along);
    const std::int64_t row = runs.row(v.y(), v.z());
    std::int64_t first = runs.row_start[row], end = runs.row_start[row + 1];
    while (first < end) {  // the first run that ends behind the voxel
      const std::int64_t middle = first + (end - first) / 2;
      if (runs.runs[middle].end <= v.x())
        first = middle + 1;
      else
        end = middle;
    }
    const bool inside = first < runs.row_start[row + 1] && runs.runs[first].begin <= v.x();
    out[a + width * b] = inside ? number[first] : -1;
  }
};

std::vector<std::int64_t> numbers_of_layer(const Runs& runs, const Clusters& clusters, Axis axis,
                                           std::int64_t along) {
  const Extent layer = runs.extent().layer(axis);
  Buffer<std::int64_t> numbers(runs.device(), layer.cells());
  for_each_cell(runs.device(), layer,
                NumbersOfLayer{runs.view(), clusters.number.data(), static_cast<int>(axis), along, layer.nx,
                               numbers.data()});
  return numbers.to_host();
}

Winding sum(const Winding& a, const Winding& b, std::int64_t sign) {
  return {a[0] + sign * b[0], a[1] + sign * b[1], a[2] + sign * b[2]};
}
Winding cross(const Winding& a, const Winding& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

/// The clusters of the open volume as they join across its sides.
class JoinedClusters {
 public:
  explicit JoinedClusters(std::int64_t count)
      : above_(static_cast<std::size_t>(count)), offset_(above_.size()), windings_(above_.size()) {
    std::iota(above_.begin(), above_.end(), std::size_t{0});
  }
  /// A copy of `to`, moved by `by`, lies beside `from`.
  void join(std::size_t from, std::size_t to, const Winding& by) {
    const std::size_t a = root(from), b = root(to);
    // Both are where their roots are, and their offsets away.
    const Winding apart = sum(sum(offset_[from], by, 1), offset_[to], -1);
    if (a == b) return windings_[a].add(apart);
    above_[b] = a;
    offset_[b] = apart;
    windings_[a].add(windings_[b]);
  }
  const Windings& of(std::size_t cluster) { return windings_[root(cluster)]; }

 private:
  /// Afterwards the cluster hangs on its root, at its offset from it.
  std::size_t root(std::size_t i) {
    std::vector<std::size_t>& way = way_;
    way.clear();
    for (; above_[i] != i; i = above_[i]) way.push_back(i);
    for (std::size_t k = way.size(); k-- > 1;) {
      offset_[way[k - 1]] = sum(offset_[way[k - 1]], offset_[way[k]], 1);
      above_[way[k - 1]] = i;
    }
    return i;
  }

  std::vector<std::size_t> above_, way_;
  std::vector<Winding> offset_;  // from the one above
  std::vector<Windings> windings_;
};

}  // namespace

void Windings::add(Winding w) {
  const std::int64_t divisor = std::gcd(std::gcd(w[0], w[1]), w[2]);
  if (divisor == 0 || rank() == 3) return;
  for (std::int64_t& part : w) part /= divisor;  // products of them must stay small
  if (rank() > 0) {
    const Winding normal = cross(independent_[0], rank() == 1 ? w : independent_[1]);
    const bool within =
        rank() == 1 ? normal == Winding{} : normal[0] * w[0] + normal[1] * w[1] + normal[2] * w[2] == 0;
    if (within) return;
  }
  independent_.push_back(w);
}

bool Windings::reach(Axis axis) const {
  return std::any_of(independent_.begin(), independent_.end(),
                     [&](const Winding& w) { return w[static_cast<std::size_t>(axis)] != 0; });
}

Wrapping find_wrapping(const Runs& runs, const Clusters& open) {
  Wrapping found;
  found.wraps.resize(static_cast<std::size_t>(open.count()));
  if (open.count() == 0) return found;
  JoinedClusters joined(open.count());
  for (const Axis axis : all_axes) {
    Winding step{};
    step[static_cast<std::size_t>(axis)] = 1;
    const std::vector<std::int64_t> last = numbers_of_layer(runs, open, axis, runs.extent().along(axis) - 1),
                                    first = numbers_of_layer(runs, open, axis, 0);
    std::int64_t from = -1, to = -1;  // neighbours in a layer often say the same
    for (std::size_t i = 0; i < last.size(); ++i) {
      if (last[i] < 0 || first[i] < 0 || (last[i] == from && first[i] == to)) continue;
      from = last[i], to = first[i];
      joined.join(static_cast<std::size_t>(from), static_cast<std::size_t>(to), step);
    }
  }
  for (std::size_t k = 0; k < found.wraps.size(); ++k) {
    found.wraps[k] = joined.of(k).rank() > 0;
    if (found.wraps[k]) found.windings.add(joined.of(k));
  }
  return found;
}

}  // namespace tauvox
