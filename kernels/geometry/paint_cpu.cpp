// Paints balls, the largest first, tile by tile.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "kernels/base/launch.hpp"
#include "kernels/geometry/ridge_cpu.hpp"
#include "kernels/geometry/thickness.hpp"

namespace tauvox {
namespace {

constexpr std::int64_t edge = 64;  // of a tile; its rows are words of voxels that are still to be painted
constexpr std::int64_t band = 8;   // rows that are asked together whether anything is left there

/// Half lengths of the rows of a ball: row (dz, dy) holds the voxels -half .. half.
class BallRows {
 public:
  explicit BallRows(const std::array<double, 3>& weights) : w_(weights) {}

  void set(double value) {
    if (value == value_) return;
    value_ = value;
    half_z = half_below(value, w_[0]);
    start_.clear();
    half_y.clear();
    rows_.clear();
    for (std::int64_t dz = 0; dz <= half_z; ++dz) {
      const double rest = value - w_[0] * static_cast<double>(dz * dz);
      const std::int64_t most = half_below(rest, w_[1]);
      half_y.push_back(most);
      start_.push_back(static_cast<std::int64_t>(rows_.size()) + most);
      rows_.resize(rows_.size() + static_cast<std::size_t>(2 * most + 1));
      std::int16_t* middle = rows_.data() + start_.back();
      for (std::int64_t dy = 0; dy <= most; ++dy)
        middle[dy] = middle[-dy] =
            static_cast<std::int16_t>(half_below(rest - w_[1] * static_cast<double>(dy * dy), w_[2]));
    }
  }
  /// Of the row at dy = 0; the others lie beside it.
  const std::int16_t* middle(std::int64_t dz) const {
    return rows_.data() + start_[static_cast<std::size_t>(std::abs(dz))];
  }

  std::int64_t half_z = 0;
  std::vector<std::int64_t> half_y;  // by |dz|

 private:
  /// Largest whole h with weight h^2 < value.   @pre value > 0
  static std::int64_t half_below(double value, double weight) {
    auto h = static_cast<std::int64_t>(std::sqrt(value / weight));
    while (weight * static_cast<double>(h * h) >= value) --h;
    while (weight * static_cast<double>((h + 1) * (h + 1)) < value) ++h;
    return h;
  }
  std::array<double, 3> w_;
  double value_ = 0;
  std::vector<std::int64_t> start_;
  std::vector<std::int16_t> rows_;
};

struct Ball {
  std::uint32_t order;  // as its squared radius
  std::uint16_t x, y, z;
};

std::uint32_t order_of(std::uint16_t value) { return value; }
std::uint32_t order_of(std::uint32_t value) { return value; }
std::uint32_t order_of(float value) {  // positive numbers are ordered as their bits
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}
template <class Value>
Value value_of(std::uint32_t order) {
  if constexpr (std::is_integral_v<Value>) return static_cast<Value>(order);
  Value value{};
  std::memcpy(&value, &order, sizeof value);
  return value;
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

/// Bits x - half .. x + half, as far as a word has them.
std::uint64_t span(std::int64_t x, std::int64_t half) {
  constexpr std::uint64_t all = ~std::uint64_t{0};
  const std::int64_t low = x - half, high = x + half;
  const std::uint64_t from = low <= 0 ? all : low > 63 ? 0 : all << low;
  return from & (high >= 63 ? all : high < 0 ? 0 : all >> (63 - high));
}

/// Takes from the words of `count` rows what the spans x - half .. x + half hold; whether that is anything.
TAUVOX_CLONES bool take_spans(std::uint64_t* rows, const std::int16_t* half, std::int64_t count,
                              std::int64_t x, std::uint64_t* taken) {
  constexpr std::uint64_t all = ~std::uint64_t{0};
  std::uint64_t any = 0;
#pragma GCC ivdep
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t low = x - half[i], high = x + half[i];
    const std::uint64_t from = low <= 0 ? all : low > 63 ? 0 : all << (low & 63);
    const std::uint64_t to = high >= 63 ? all : high < 0 ? 0 : all >> ((63 - high) & 63);
    taken[i] = rows[i] & from & to;
    rows[i] ^= taken[i];
    any |= taken[i];
  }
  return any != 0;
}

template <class Value>
class TilePainter {
 public:
  TilePainter(const Value* radii, const Extent& e, const RidgeBits& ridge, double largest,
              const std::array<double, 3>& weights, Value* out)
      : radii_(radii), e_(e), ridge_(ridge), w_(weights), rows_(weights), out_(out) {
    for (std::size_t axis = 0; axis < 3; ++axis)
      reach_[axis] = static_cast<std::int64_t>(std::sqrt(largest / w_[axis])) + 1;
    words_.resize(edge * edge);
    bands_.resize(edge * edge / band);
    taken_.resize(edge);
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
    for (const Ball& ball : balls_) {
      paint_ball(ball);
      if (left_ == 0) return;
    }
  }

 private:
  std::int64_t place(std::int64_t x, std::int64_t y, std::int64_t z) const {
    return x + e_.nx * (y + e_.ny * z);
  }

  void gather_band(std::int64_t i) {
    std::uint64_t any = 0;
    for (std::int64_t row = i * band; row < (i + 1) * band; ++row)
      any |= words_[static_cast<std::size_t>(row)];
    bands_[static_cast<std::size_t>(i)] = any;
  }
  /// Whether voxels are left in the box of these rows of the tile and the span.
  bool any_left(std::int64_t first_row, std::int64_t last_row, std::uint64_t within) const {
    std::uint64_t any = 0;
    for (std::int64_t i = first_row / band; i <= last_row / band; ++i)
      any |= bands_[static_cast<std::size_t>(i)];
    return (any & within) != 0;
  }

  bool find_unpainted() {
    left_ = 0;
    std::fill(words_.begin(), words_.end(), 0);
    left_of_layer_.fill(0);
    for (std::int64_t z = low_[0]; z < high_[0]; ++z)
      for (std::int64_t y = low_[1]; y < high_[1]; ++y) {
        const std::int64_t first = place(low_[2], y, z);
        std::uint64_t word = 0;
        for (std::int64_t x = 0; x < high_[2] - low_[2]; ++x) {
          word |= std::uint64_t{radii_[first + x] > 0} << x;
          out_[first + x] = 0;
        }
        words_[static_cast<std::size_t>((z - low_[0]) * edge + y - low_[1])] = word;
        left_of_layer_[static_cast<std::size_t>(z - low_[0])] += __builtin_popcountll(word);
      }
    for (std::int64_t i = 0; i < edge * edge / band; ++i) gather_band(i);
    for (const std::int64_t layer : left_of_layer_) left_ += layer;
    return left_ > 0;
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
        const double aside = away(0, z) + away(1, y);
        for (std::int64_t w = first(2) / 64; w * 64 < end(2); ++w)
          for (std::uint64_t left = words[w]; left; left &= left - 1) {
            const std::int64_t x = 64 * w + __builtin_ctzll(left);
            const Value value = radii_[place(x, y, z)];
            if (aside + away(2, x) < static_cast<double>(value))
              balls_.push_back({order_of(value), static_cast<std::uint16_t>(x), static_cast<std::uint16_t>(y),
                                static_cast<std::uint16_t>(z)});
          }
      }
  }

  void paint_ball(const Ball& ball) {
    const Value value = value_of<Value>(ball.order);
    rows_.set(static_cast<double>(value));
    const std::int64_t z0 = std::max(low_[0], ball.z - rows_.half_z);
    const std::int64_t z1 = std::min(high_[0] - 1, ball.z + rows_.half_z);
    for (std::int64_t z = z0; z <= z1; ++z) {
      std::int64_t& left = left_of_layer_[static_cast<std::size_t>(z - low_[0])];
      if (left == 0) continue;
      const std::int64_t dz = z - ball.z, half_y = rows_.half_y[static_cast<std::size_t>(std::abs(dz))];
      const std::int64_t y0 = std::max(low_[1], ball.y - half_y);
      const std::int64_t count = std::min(high_[1] - 1, ball.y + half_y) - y0 + 1;
      if (count <= 0) continue;
      const std::int64_t first = (z - low_[0]) * edge + y0 - low_[1], x = ball.x - low_[2];
      const std::int16_t* half = rows_.middle(dz);
      if (!any_left(first, first + count - 1, span(x, *half))) continue;
      if (!take_spans(words_.data() + first, half + y0 - ball.y, count, x, taken_.data())) continue;
      for (std::int64_t i = first / band; i <= (first + count - 1) / band; ++i) gather_band(i);
      std::int64_t painted = 0;
      for (std::int64_t i = 0; i < count; ++i)
        painted += write(taken_[static_cast<std::size_t>(i)], y0 + i, z, value);
      left -= painted;
      left_ -= painted;
    }
  }
  std::int64_t write(std::uint64_t word, std::int64_t y, std::int64_t z, Value value) {
    const std::int64_t count = __builtin_popcountll(word);
    for (Value* row = out_ + place(low_[2], y, z); word; word &= word - 1) row[__builtin_ctzll(word)] = value;
    return count;
  }

  const Value* radii_;
  Extent e_;
  const RidgeBits& ridge_;
  std::array<double, 3> w_;
  BallRows rows_;
  Value* out_;
  std::array<std::int64_t, 3> reach_{}, low_{}, high_{};
  std::vector<std::uint64_t> words_, bands_, taken_;
  std::array<std::int64_t, edge> left_of_layer_{};
  std::int64_t left_ = 0;
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
  std::array<double, 3> weights{};
  for (std::size_t axis = 0; axis < 3; ++axis)
    weights[axis] = static_cast<float>(spacing[axis] / radii.unit * (spacing[axis] / radii.unit));
  SquaredDistance found;
  found.extent = radii.extent;
  found.unit = radii.unit;
  const Extent& e = radii.extent;
  std::visit(
      [&]<class Value>(const Buffer<Value>& values) {
        const Device& device = values.device();
        Buffer<Value> painted(device, e.voxels());
        if (device.is_cuda()) {
          const std::vector<Value> host = values.to_host();
          std::vector<Value> there(host.size());
          paint_all(device, host.data(), e, weights, there.data());
          painted.copy_from(there);
        } else {
          paint_all(device, values.data(), e, weights, painted.data());
        }
        found.values = std::move(painted);
      },
      radii.values);
  return found;
}

}  // namespace tauvox
