#include "kernels/geometry/ridge_cpu.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "kernels/base/launch.hpp"

namespace tauvox {
namespace {

constexpr int classes = 8;  // of neighbours: bit 0: one step along z, bit 1: y, bit 2: x; 0 is none

/// How far the voxels of a ball are from a neighbour of its centre, by the ball's squared radius: a neighbour
/// whose ball reaches further holds it.
class Reach {
 public:
  /// Beyond this many squared units balls are all painted: the tables would take longer.
  static constexpr double most = 65535;

  Reach(double largest, const std::array<double, 3>& weights, bool whole_numbers)
      : bins_(static_cast<std::size_t>(std::min(largest, most)) + 2), whole_(whole_numbers) {
    scale_ = whole_ ? 1 : 65536 / std::min(largest, most);
    if (!whole_) bins_ = 65538;
    for (auto& table : tables_) table.assign(bins_, 0);
    fill(std::min(largest, most), weights);
    for (auto& table : tables_)
      for (std::size_t i = 1; i < bins_; ++i) table[i] = std::max(table[i], table[i - 1]);
  }

  bool known(double value) const { return value <= most; }
  /// Largest squared distance from the neighbour of a voxel of a ball, or more.
  float beyond(int of, double value) const {
    return tables_[static_cast<std::size_t>(of)][index_below(value)];
  }

 private:
  /// Bin that has all voxels of a ball, and, where values are no whole numbers, perhaps some more.
  std::size_t index_below(double value) const {
    return static_cast<std::size_t>(whole_ ? value - 1 : value * scale_);
  }
  void fill(double largest, const std::array<double, 3>& w) {
    for (std::int64_t a = 0; a * a * w[0] < largest; ++a)
      for (std::int64_t b = 0; a * a * w[0] + b * b * w[1] < largest; ++b)
        for (std::int64_t c = 0;; ++c) {
          const double from_centre = static_cast<double>(a * a) * w[0] + static_cast<double>(b * b) * w[1] +
                                     static_cast<double>(c * c) * w[2];
          if (from_centre >= largest) break;
          const std::array<double, 3> more{w[0] * static_cast<double>(2 * a + 1),
                                           w[1] * static_cast<double>(2 * b + 1),
                                           w[2] * static_cast<double>(2 * c + 1)};
          const auto bin = static_cast<std::size_t>(from_centre * scale_);
          for (int of = 1; of < classes; ++of) {
            double far = from_centre;
            for (int axis = 0; axis < 3; ++axis)
              if (of >> axis & 1) far += more[static_cast<std::size_t>(axis)];
            if (!whole_) far *= 1 + 1e-5;  // distances in FP32 are rounded
            float& entry = tables_[static_cast<std::size_t>(of)][bin];
            entry = std::max(entry, static_cast<float>(far));
          }
        }
  }
  std::size_t bins_;
  bool whole_;
  double scale_ = 1;
  std::array<std::vector<float>, classes> tables_;
};

template <class Value>
TAUVOX_CLONES void largest_of(std::int64_t nx, const Value* a, const Value* b, Value* out) {
#pragma GCC ivdep
  for (std::int64_t x = 0; x < nx; ++x) out[x] = std::max(a[x], b[x]);
}
/// Of the neighbours before and behind, in a row with one more on both sides.
template <class Value>
TAUVOX_CLONES void largest_beside(std::int64_t nx, const Value* padded, Value* out) {
#pragma GCC ivdep
  for (std::int64_t x = 0; x < nx; ++x) out[x] = std::max(padded[x - 1], padded[x + 1]);
}

/// Largest values around the voxels of a row, by the class of the neighbour.
template <class Value>
class Around {
 public:
  Around(const Value* values, const Extent& e)
      : values_(values), e_(e), zeros_(static_cast<std::size_t>(e.nx)) {
    for (auto& row : rows_) row.assign(static_cast<std::size_t>(e.nx + 2), Value{0});
    both_.resize(static_cast<std::size_t>(e.nx));
    for (auto& row : of_) row.resize(static_cast<std::size_t>(e.nx));
  }
  void look(std::int64_t y, std::int64_t z) {
    std::copy(row(y, z), row(y, z) + e_.nx, rows_[0].data() + 1);
    largest_of(e_.nx, row(y, z - 1), row(y, z + 1), rows_[1].data() + 1);
    largest_of(e_.nx, row(y - 1, z), row(y + 1, z), rows_[2].data() + 1);
    largest_of(e_.nx, row(y - 1, z - 1), row(y + 1, z - 1), rows_[3].data() + 1);
    largest_of(e_.nx, row(y - 1, z + 1), row(y + 1, z + 1), both_.data());
    largest_of(e_.nx, rows_[3].data() + 1, both_.data(), rows_[3].data() + 1);
    for (std::size_t of = 0; of < 4; ++of) largest_beside(e_.nx, rows_[of].data() + 1, of_[of].data());
  }
  Value at(std::int64_t x) const { return rows_[0][static_cast<std::size_t>(x + 1)]; }
  /// @param of 1 to 7
  Value neighbour(int of, std::int64_t x) const {
    const auto i = static_cast<std::size_t>(of & 3);
    return of & 4 ? of_[i][static_cast<std::size_t>(x)] : rows_[i][static_cast<std::size_t>(x + 1)];
  }

 private:
  const Value* row(std::int64_t y, std::int64_t z) const {
    if (y < 0 || y >= e_.ny || z < 0 || z >= e_.nz) return zeros_.data();
    return values_ + e_.nx * (y + e_.ny * z);
  }
  const Value* values_;
  Extent e_;
  std::vector<Value> zeros_, both_;
  std::array<std::vector<Value>, 4> rows_, of_;  // the class without x, and the same with it
};

}  // namespace

template <class Value>
RidgeBits ridge_of(const Device& device, const Value* values, const Extent& e, Value largest,
                   const std::array<double, 3>& weights) {
  const Reach reach(static_cast<double>(largest), weights, std::is_integral_v<Value>);
  RidgeBits ridge;
  ridge.row_words = (e.nx + 63) / 64;
  ridge.words.assign(static_cast<std::size_t>(e.rows() * ridge.row_words), 0);
#pragma omp parallel num_threads(device.threads())
  {
    Around<Value> around(values, e);
#pragma omp for schedule(static)
    for (std::int64_t row = 0; row < e.rows(); ++row) {
      around.look(row % e.ny, row / e.ny);
      std::uint64_t* words = ridge.words.data() + row * ridge.row_words;
      for (std::int64_t x = 0; x < e.nx; ++x) {
        const Value value = around.at(x);
        if (!(value > 0)) continue;
        bool held = false;
        if (reach.known(static_cast<double>(value)))
          for (int of = 1; of < classes && !held; ++of)
            held = static_cast<float>(around.neighbour(of, x)) > reach.beyond(of, static_cast<double>(value));
        if (!held) words[x >> 6] |= std::uint64_t{1} << (x & 63);
      }
    }
  }
  return ridge;
}

template RidgeBits ridge_of(const Device&, const std::uint16_t*, const Extent&, std::uint16_t,
                            const std::array<double, 3>&);
template RidgeBits ridge_of(const Device&, const std::uint32_t*, const Extent&, std::uint32_t,
                            const std::array<double, 3>&);
template RidgeBits ridge_of(const Device&, const float*, const Extent&, float, const std::array<double, 3>&);

}  // namespace tauvox
