// How far a ball reaches, by its radius: what tells whether a neighbour's ball holds it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "kernels/base/extent.hpp"

namespace tauvox {

/// Of neighbours: bit 0: one step along z, bit 1: y, bit 2: x; 0 is none.
inline constexpr std::size_t neighbour_classes = 8;

/// Bins of squared radii.
template <class Value>
struct ReachBins {
  static constexpr bool whole = std::is_integral_v<Value>;
  /// Beyond this many squared units balls are all painted: the tables would take longer.
  static constexpr double most = 65535;
  double scale = 1;
  std::int64_t last = 0;  // that of balls that are too large for the tables

  /// That has all voxels of a ball, and, where values are no whole numbers, perhaps some more.
  TAUVOX_HD std::int64_t of(Value value) const {
    if (static_cast<double>(value) > most) return last;
    return whole ? static_cast<std::int64_t>(value) - 1
                 : static_cast<std::int64_t>(static_cast<double>(value) * scale);
  }
};

/// How far the voxels of a ball are from a neighbour of its centre, by the ball's squared radius: a neighbour
/// whose ball reaches further holds it. Classes of the same distances, such as all faces of a cube, are one
/// kind.
template <class Value>
class Reach {
 public:
  Reach(double largest, const std::array<double, 3>& weights)
      : bins_{whole ? 1 : 65536 / std::min(largest, most),
              whole ? static_cast<std::int64_t>(std::min(largest, most)) + 1 : 65537} {
    std::array<std::vector<float>, neighbour_classes> far;
    for (auto& table : far) table.assign(static_cast<std::size_t>(bins_.last), 0);
    fill(far, std::min(largest, most), weights);
    for (std::size_t of = 1; of < neighbour_classes; ++of) {
      std::vector<Value> table;
      for (std::size_t i = 0; i < far[of].size(); ++i) {
        if (i > 0) far[of][i] = std::max(far[of][i], far[of][i - 1]);
        table.push_back(static_cast<Value>(std::min(static_cast<double>(far[of][i]),
                                                    static_cast<double>(std::numeric_limits<Value>::max()))));
      }
      table.push_back(std::numeric_limits<Value>::max());
      const auto same = std::find(tables_.begin(), tables_.end(), table);
      kind_of_[of] = static_cast<std::size_t>(same - tables_.begin());
      if (same == tables_.end()) tables_.push_back(std::move(table));
    }
  }

  std::size_t kinds() const { return tables_.size(); }
  std::size_t kind_of(std::size_t neighbour) const { return kind_of_[neighbour]; }
  /// By bins: the largest value of a neighbour whose ball need not hold that of the voxel.
  const Value* table(std::size_t kind) const { return tables_[kind].data(); }
  const ReachBins<Value>& bins() const { return bins_; }

 private:
  static constexpr bool whole = ReachBins<Value>::whole;
  static constexpr double most = ReachBins<Value>::most;

  void fill(std::array<std::vector<float>, neighbour_classes>& tables, double largest,
            const std::array<double, 3>& w) const {
    for (std::int64_t a = 0; a * a * w[0] < largest; ++a)
      for (std::int64_t b = 0; a * a * w[0] + b * b * w[1] < largest; ++b)
        for (std::int64_t c = 0;; ++c) {
          const double from_centre = static_cast<double>(a * a) * w[0] + static_cast<double>(b * b) * w[1] +
                                     static_cast<double>(c * c) * w[2];
          if (from_centre >= largest) break;
          const std::array<double, 3> more{w[0] * static_cast<double>(2 * a + 1),
                                           w[1] * static_cast<double>(2 * b + 1),
                                           w[2] * static_cast<double>(2 * c + 1)};
          const auto bin = static_cast<std::size_t>(from_centre * bins_.scale);
          for (std::size_t of = 1; of < neighbour_classes; ++of) {
            double far = from_centre;
            for (std::size_t axis = 0; axis < 3; ++axis)
              if (of >> axis & 1) far += more[axis];
            if (!whole) far *= 1 + 1e-5;  // distances in FP32 are rounded
            tables[of][bin] = std::max(tables[of][bin], static_cast<float>(far));
          }
        }
  }
  ReachBins<Value> bins_;
  std::vector<std::vector<Value>> tables_;
  std::array<std::size_t, neighbour_classes> kind_of_{};
};

}  // namespace tauvox
