#include "kernels/geometry/ridge_cpu.hpp"

#include <algorithm>

#include "kernels/base/launch.hpp"
#include "kernels/geometry/reach.hpp"

namespace tauvox {
namespace {

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

/// Bits of the values above 0.
template <class Value>
TAUVOX_CLONES void mark_inside(std::int64_t nx, const Value* values, std::uint64_t* words) {
  for (std::int64_t x0 = 0; x0 < nx; x0 += 64) {
    std::uint64_t word = 0;
    for (std::int64_t x = x0; x < std::min(x0 + 64, nx); ++x)
      word |= std::uint64_t{values[x] > 0} << (x - x0);
    words[x0 / 64] = word;
  }
}

/// Largest values around the voxels of a row, by the kind of the neighbour.
template <class Value>
class Around {
 public:
  Around(const Value* values, const Extent& e, const Reach<Value>& reach)
      : values_(values), e_(e), reach_(reach), zeros_(static_cast<std::size_t>(e.nx)) {
    for (auto& row : across_) row.assign(static_cast<std::size_t>(e.nx + 2), Value{0});
    beside_.resize(static_cast<std::size_t>(e.nx));
    largest_.resize(reach.kinds());
  }
  void look(std::int64_t y, std::int64_t z) {
    for (auto& row : largest_) row.assign(static_cast<std::size_t>(e_.nx), Value{0});
    std::copy(row(y, z), row(y, z) + e_.nx, across_[0].data() + 1);
    largest_of(e_.nx, row(y, z - 1), row(y, z + 1), across_[1].data() + 1);
    largest_of(e_.nx, row(y - 1, z), row(y + 1, z), across_[2].data() + 1);
    largest_of(e_.nx, row(y - 1, z - 1), row(y + 1, z - 1), across_[3].data() + 1);
    largest_of(e_.nx, row(y - 1, z + 1), row(y + 1, z + 1), beside_.data());
    largest_of(e_.nx, across_[3].data() + 1, beside_.data(), across_[3].data() + 1);
    for (std::size_t of = 0; of < 4; ++of) {
      if (of > 0) count_in(of, across_[of].data() + 1);
      largest_beside(e_.nx, across_[of].data() + 1, beside_.data());
      count_in(of + 4, beside_.data());
    }
  }
  /// Of the voxels with a bit in `inside` keeps those of the row that was looked at whose ball none around
  /// holds.
  void keep_ridge(const Value* values, std::int64_t words, const std::uint64_t* inside,
                  std::uint64_t* ridge) const {
    const std::size_t kinds = largest_.size();
    std::array<const Value*, neighbour_classes> around{}, table{};
    for (std::size_t kind = 0; kind < kinds; ++kind) {
      around[kind] = largest_[kind].data();
      table[kind] = reach_.table(kind);
    }
    for (std::int64_t w = 0; w < words; ++w) {
      std::uint64_t held = 0;
      for (std::uint64_t left = inside[w]; left; left &= left - 1) {
        const std::int64_t x = 64 * w + __builtin_ctzll(left);
        const std::int64_t bin = reach_.bins().of(values[x]);
        bool here = false;
        for (std::size_t kind = 0; kind < kinds; ++kind) here |= around[kind][x] > table[kind][bin];
        held |= here ? left & -left : 0;
      }
      ridge[w] = inside[w] & ~held;
    }
  }

 private:
  const Value* row(std::int64_t y, std::int64_t z) const {
    if (y < 0 || y >= e_.ny || z < 0 || z >= e_.nz) return zeros_.data();
    return values_ + e_.nx * (y + e_.ny * z);
  }
  void count_in(std::size_t neighbour, const Value* values) {
    Value* of_kind = largest_[reach_.kind_of(neighbour)].data();
    largest_of(e_.nx, of_kind, values, of_kind);
  }
  const Value* values_;
  Extent e_;
  const Reach<Value>& reach_;
  std::vector<Value> zeros_, beside_;
  std::array<std::vector<Value>, 4> across_;  // neighbours along none, z, y, both; one more on both sides
  std::vector<std::vector<Value>> largest_;   // by kind
};

}  // namespace

template <class Value>
RidgeBits ridge_of(const Device& device, const Value* values, const Extent& e, Value largest,
                   const std::array<double, 3>& weights) {
  const Reach<Value> reach(static_cast<double>(largest), weights);
  RidgeBits ridge;
  ridge.row_words = (e.nx + 63) / 64;
  ridge.words.assign(static_cast<std::size_t>(e.rows() * ridge.row_words), 0);
  ridge.inside.assign(ridge.words.size(), 0);
#pragma omp parallel num_threads(device.threads())
  {
    Around<Value> around(values, e, reach);
#pragma omp for schedule(static)
    for (std::int64_t row = 0; row < e.rows(); ++row) {
      around.look(row % e.ny, row / e.ny);
      std::uint64_t *words = ridge.words.data() + row * ridge.row_words,
                    *inside = ridge.inside.data() + row * ridge.row_words;
      mark_inside(e.nx, values + row * e.nx, inside);
      around.keep_ridge(values + row * e.nx, ridge.row_words, inside, words);
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
