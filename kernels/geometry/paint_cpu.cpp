// Paints balls, the largest first, tile by tile.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "kernels/base/launch.hpp"
#include "kernels/geometry/paint_at.hpp"
#include "kernels/geometry/paint_at_once.hpp"
#include "kernels/geometry/ridge_cpu.hpp"
#include "kernels/geometry/thickness.hpp"

namespace tauvox {

void BallRows::set(double squared) {
  // Largest whole h with weight h^2 < rest; rest > 0.
  const auto half_below = [](double rest, double weight) {
    auto h = static_cast<std::int64_t>(std::sqrt(rest / weight));
    while (weight * static_cast<double>(h * h) >= rest) --h;
    while (weight * static_cast<double>((h + 1) * (h + 1)) < rest) ++h;
    return h;
  };
  value = squared;
  half_z = std::min(half_below(squared, w_[0]), most_[0]);
  half_y = std::min(half_below(squared, w_[1]), most_[1]);
  stride = 2 * (half_y + Unpainted::group) + 1;
  rows_.assign(static_cast<std::size_t>((2 * half_z + 1) * stride), empty);
  std::int32_t* const first = rows_.data() + half_z * stride + half_y + Unpainted::group;
  for (std::int64_t dz = 0; dz <= half_z; ++dz) {
    const double rest = squared - w_[0] * static_cast<double>(dz * dz);
    const std::int64_t most = std::min(half_below(rest, w_[1]), half_y);
    for (std::int64_t dy = 0; dy <= most; ++dy) {
      const auto half =
          static_cast<std::int32_t>(half_below(rest - w_[1] * static_cast<double>(dy * dy), w_[2]));
      for (const std::int64_t layer : {-dz, dz})
        first[layer * stride + dy] = first[layer * stride - dy] = half;
    }
  }
  middle = first;
}

namespace {

constexpr std::int64_t edge = Unpainted::edge;

std::uint32_t order_of(std::uint16_t value) { return value; }
std::uint32_t order_of(std::uint32_t value) { return value; }
std::uint32_t order_of(float value) {  // positive numbers are ordered as their bits
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// Largest first; three passes by 11 bits, those that would change nothing left out.
void sort_balls(std::vector<Ball>& balls, std::vector<Ball>& spare) {
  spare.resize(balls.size());
  for (int shift = 0; shift < 33; shift += 11) {
    std::array<std::uint32_t, 2048> start{};
    for (const Ball& ball : balls) ++start[~(ball.order >> shift) & 2047];
    if (std::find(start.begin(), start.end(), balls.size()) != start.end()) continue;
    std::uint32_t sum = 0;
    for (std::uint32_t& count : start) sum += std::exchange(count, sum);
    for (const Ball& ball : balls) spare[start[~(ball.order >> shift) & 2047]++] = ball;
    balls.swap(spare);
  }
}

template <class Value>
class TilePainter {
 public:
  TilePainter(const Value* radii, const Extent& e, const RidgeBits& ridge, double largest,
              const std::array<double, 3>& weights, Value* out)
      : radii_(radii),
        e_(e),
        ridge_(ridge),
        w_(weights),
        largest_(largest),
        rows_({weights[0], weights[1], weights[2]}, {e.nz - 1, e.ny - 1}),
        out_(out) {
    for (std::size_t axis = 0; axis < 3; ++axis)
      reach_[axis] = static_cast<std::int64_t>(std::sqrt(largest / w_[axis])) + 1;
  }

  static std::int64_t tiles(std::int64_t n) { return (n + edge - 1) / edge; }
  void paint(std::int64_t tile) {
    const std::int64_t nx = tiles(e_.nx), ny = tiles(e_.ny);
    low_ = {tile / (nx * ny) * edge, tile / nx % ny * edge, tile % nx * edge};
    const std::array<std::int64_t, 3> n = e_.zyx();
    for (std::size_t axis = 0; axis < 3; ++axis) high_[axis] = std::min(low_[axis] + edge, n[axis]);
    if (!find_unpainted()) return;
    find_balls();
    sort_balls(balls_, spare_);
    const Tile<Value> there{{low_[0], low_[1], low_[2]},
                            {high_[0], high_[1], high_[2]},
                            out_ + place(low_[2], low_[1], low_[0]),
                            e_.nx,
                            e_.nx * e_.ny};
    const auto paint_them = have_vectors() ? vectors::paint_balls<Value> : plain::paint_balls<Value>;
    paint_them(balls_.data(), static_cast<std::int64_t>(balls_.size()), rows_, left_, there);
  }

 private:
  std::int64_t place(std::int64_t x, std::int64_t y, std::int64_t z) const {
    return x + e_.nx * (y + e_.ny * z);
  }

  bool find_unpainted() {
    left_ = {};
    for (std::int64_t z = low_[0]; z < high_[0]; ++z)
      for (std::int64_t y = low_[1]; y < high_[1]; ++y) {
        const std::uint64_t word =
            ridge_.inside[static_cast<std::size_t>((y + e_.ny * z) * ridge_.row_words + low_[2] / edge)];
        std::fill_n(out_ + place(low_[2], y, z), high_[2] - low_[2], Value{0});
        const std::int64_t layer = z - low_[0], row = y - low_[1], in_layer = row / Unpainted::group;
        left_.rows[edge * layer + row] = word;
        left_.any[Unpainted::groups * layer + in_layer] |= word;
        left_.near[Unpainted::groups * (layer / Unpainted::group) + in_layer] |= word;
        left_.voxels += __builtin_popcountll(word);
      }
    return left_.voxels > 0;
  }

  /// Squared distance of a coordinate from the tile.
  double away(std::size_t axis, std::int64_t at) const {
    const std::int64_t gap = std::max({low_[axis] - at, at - high_[axis] + 1, std::int64_t{0}});
    return w_[axis] * static_cast<double>(gap * gap);
  }

  void find_balls() {
    balls_.clear();
    const auto first = [&](std::size_t axis) { return std::max<std::int64_t>(0, low_[axis] - reach_[axis]); };
    const auto end = [&](std::size_t axis) { return std::min(e_.zyx()[axis], high_[axis] + reach_[axis]); };
    for (std::int64_t z = first(0); z < end(0); ++z)
      for (std::int64_t y = first(1); y < end(1); ++y) {
        const std::uint64_t* words = ridge_.words.data() + (y + e_.ny * z) * ridge_.row_words;
        const Value* row = radii_ + place(0, y, z);
        const double aside = away(0, z) + away(1, y);
        if (aside >= largest_) continue;
        for (std::int64_t w = first(2) / edge; w * edge < end(2); ++w)
          for (std::uint64_t left = words[w]; left; left &= left - 1) {
            const std::int64_t x = edge * w + __builtin_ctzll(left);
            const double apart = w * edge == low_[2] ? aside : aside + away(2, x);
            if (apart < static_cast<double>(row[x]))
              balls_.push_back({order_of(row[x]), static_cast<std::uint16_t>(x),
                                static_cast<std::uint16_t>(y), static_cast<std::uint16_t>(z)});
          }
      }
  }

  const Value* radii_;
  Extent e_;
  const RidgeBits& ridge_;
  std::array<double, 3> w_;
  double largest_;
  BallRows rows_;
  Value* out_;
  std::array<std::int64_t, 3> reach_{}, low_{}, high_{};
  Unpainted left_{};
  std::vector<Ball> balls_, spare_;
};

template <class Value>
Value largest_of(const Device& device, const Value* values, std::int64_t count) {
  Value largest{};
#pragma omp parallel for schedule(static) num_threads(device.threads()) reduction(max : largest)
  for (std::int64_t i = 0; i < count; ++i) largest = std::max(largest, values[i]);
  return largest;
}

template <class Value>
void paint_all(const Device& device, const Value* radii, const Extent& e,
               const std::array<double, 3>& weights, Value* out) {
  const Value largest = largest_of(device, radii, e.voxels());
  const RidgeBits ridge = ridge_of(device, radii, e, largest, weights);
  using Painter = TilePainter<Value>;
  const std::int64_t count = Painter::tiles(e.nx) * Painter::tiles(e.ny) * Painter::tiles(e.nz);
#pragma omp parallel num_threads(device.threads())
  {
    Painter painter(radii, e, ridge, static_cast<double>(largest), weights, out);
#pragma omp for schedule(dynamic)
    for (std::int64_t tile = 0; tile < count; ++tile) painter.paint(tile);
  }
}

}  // namespace

SquaredDistance largest_covering_balls(const SquaredDistance& radii, const std::array<double, 3>& spacing) {
  std::array<double, 3> weights = edge_units(spacing).weights();
  for (double& weight : weights) weight = static_cast<float>(weight);  // as the distances have them
  SquaredDistance found;
  found.extent = radii.extent;
  found.unit = radii.unit;
  const Extent& e = radii.extent;
  std::visit(
      [&]<class Value>(const Buffer<Value>& values) {
        const Device& device = values.device();
        if (device.is_cuda()) {
          found.values = paint_at_once(values, e, weights);
          return;
        }
        Buffer<Value> painted(device, e.voxels());
        paint_all(device, values.data(), e, weights, painted.data());
        found.values = std::move(painted);
      },
      radii.values);
  return found;
}

}  // namespace tauvox
