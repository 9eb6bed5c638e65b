// The order in which voxels are taken to part a phase into particles (particles.hpp): those farther from the
// surface are earlier, equal ones in memory order. Included by the sources of kernels/geometry only.
#pragma once

#include <algorithm>
#include <cstring>

#include "kernels/base/atomic.hpp"
#include "kernels/base/launch.hpp"
#include "kernels/geometry/watershed.hpp"
#include "kernels/volume/unknowns.hpp"

namespace tauvox {

/// Where there is no particle, no basin, no voxel.
inline constexpr std::uint32_t nothing = no_particle;

/// The root of i, in a forest that others shorten at the same time; shortens it.
TAUVOX_HD std::uint32_t root_of(std::uint32_t* parent, std::uint32_t i) {
  std::uint32_t root = i;
  for (std::uint32_t above = atomic_load(parent + i); above != root; above = atomic_load(parent + above))
    root = above;
  for (std::uint32_t above = atomic_load(parent + i); above != root; above = atomic_load(parent + i)) {
    atomic_store(parent + i, root);  // nobody stores anything else, so it does not matter who is last
    i = above;
  }
  return root;
}

struct ToRoot {
  std::uint32_t* parent;
  TAUVOX_HD void operator()(std::int64_t i) const {
    if (atomic_load(parent + i) != nothing) root_of(parent, static_cast<std::uint32_t>(i));
  }
};

/// Bits of voxels, 32 in a word, across the ends of rows.
TAUVOX_HD void mark(std::uint32_t* bits, std::int64_t place) {
  atomic_or(bits + (place >> 5), 1u << (place & 31));
}
inline std::int64_t words_of_bits(const Extent& extent) { return (extent.voxels() + 31) / 32; }

template <class Value>
struct TakingOrder {
  const Value* distance;  // squared, 0 outside the phase
  Extent extent;
  double neck;  // of the squared distance of a peak

  /// Smaller for what is earlier. Equal distances go by `number`, which is in the lower 32 bits.
  TAUVOX_HD static std::int64_t key(Value value, std::uint32_t number) {
    std::uint32_t bits = 0;  // floating-point numbers above 0 are ordered as their bits are
    if constexpr (sizeof value == sizeof bits)
      memcpy(&bits, &value, sizeof bits);
    else
      bits = value;
    return static_cast<std::int64_t>((std::uint64_t{~bits} << 32 | number) ^ std::uint64_t{1} << 63);
  }
  /// Whether a neck of this width joins a particle with this peak to an earlier one.
  TAUVOX_HD bool is_open(Value width, Value peak) const {
    return static_cast<double>(width) >= neck * static_cast<double>(peak);
  }
  TAUVOX_HD std::int64_t place(std::int64_t x, std::int64_t y, std::int64_t z) const {
    return x + extent.nx * (y + extent.ny * z);
  }
  TAUVOX_HD Voxel voxel(std::int64_t place) const {
    const auto at = static_cast<std::uint32_t>(place), nx = static_cast<std::uint32_t>(extent.nx),
               ny = static_cast<std::uint32_t>(extent.ny), row = at / nx;
    return Voxel::of(at - row * nx, row % ny, row / ny);
  }
  /// f(place, voxel) for the voxels marked in word w.
  template <class F>
  TAUVOX_HD void for_marked(std::int64_t w, std::uint32_t bits, const F& f) const {
    if (bits == 0) return;
    const Voxel first = voxel(32 * w);
    for (; bits != 0; bits &= bits - 1) {
      const int bit = lowest_bit(bits);
      std::int64_t x = first.x() + bit, y = first.y(), z = first.z();
      for (; x >= extent.nx; x -= extent.nx)
        if (++y == extent.ny) y = 0, ++z;
      f(32 * w + bit, Voxel::of(x, y, z));
    }
  }
  /// f(place) for the earlier neighbours of a voxel of the phase, in memory order.
  template <class F>
  TAUVOX_HD void for_earlier(const Voxel& v, const F& f) const {
    const std::int64_t row = extent.nx, plane = row * extent.ny, at = place(v.x(), v.y(), v.z());
    const Value here = distance[at];
    if (v.z() > 0 && distance[at - plane] >= here) f(at - plane);
    if (v.y() > 0 && distance[at - row] >= here) f(at - row);
    if (v.x() > 0 && distance[at - 1] >= here) f(at - 1);
    if (v.x() + 1 < extent.nx && distance[at + 1] > here) f(at + 1);
    if (v.y() + 1 < extent.ny && distance[at + row] > here) f(at + row);
    if (v.z() + 1 < extent.nz && distance[at + plane] > here) f(at + plane);
  }
  /// f(place) for the later neighbours that are of the phase.
  template <class F>
  TAUVOX_HD void for_later(const Voxel& v, const F& f) const {
    const std::int64_t row = extent.nx, plane = row * extent.ny, at = place(v.x(), v.y(), v.z());
    const Value here = distance[at];
    const auto is_lower = [&](std::int64_t other) { return distance[other] > 0 && distance[other] < here; };
    const auto is_no_higher = [&](std::int64_t other) {
      return distance[other] > 0 && distance[other] <= here;
    };
    if (v.z() > 0 && is_lower(at - plane)) f(at - plane);
    if (v.y() > 0 && is_lower(at - row)) f(at - row);
    if (v.x() > 0 && is_lower(at - 1)) f(at - 1);
    if (v.x() + 1 < extent.nx && is_no_higher(at + 1)) f(at + 1);
    if (v.y() + 1 < extent.ny && is_no_higher(at + row)) f(at + row);
    if (v.z() + 1 < extent.nz && is_no_higher(at + plane)) f(at + plane);
  }
};

namespace detail {

constexpr int pieces = 32;  // voxels of a row that a CPU looks at together

/// Bits of bytes that are 0 or 1.
inline std::uint32_t bits_of_bytes(const std::uint8_t (&bytes)[pieces]) {
  std::uint32_t bits = 0;
  for (int i = 0; i < pieces / 8; ++i) {
    std::uint64_t eight;
    std::memcpy(&eight, bytes + 8 * i, sizeof eight);
    bits |= static_cast<std::uint32_t>(eight * 0x0102040810204080u >> 56) << 8 * i;
  }
  return bits;
}

/// A piece of a row where it lies, or a copy with zeros where it is longer than the row.
template <class T>
class Piece {
 public:
  __attribute__((always_inline)) Piece(const T* row, std::int64_t begin, std::int64_t nx)
      : values_(row + begin) {
    if (begin >= 0 && begin + pieces <= nx) return;
    for (std::int64_t i = 0; i < pieces; ++i)
      copy_[i] = begin + i >= 0 && begin + i < nx ? row[begin + i] : T{};
    values_ = copy_;
  }
  Piece(const Piece&) = delete;
  const T* values() const { return values_; }

 private:
  const T* values_;
  T copy_[pieces];
};

template <class T>
inline __attribute__((always_inline)) bool all_zero(const T* values) {
  bool any = false;
  for (int i = 0; i < pieces; ++i) any |= values[i] > 0;
  return !any;
}

/// f(is_before, step, along) for those neighbours of a piece that lie in rows of the volume, in memory order.
/// along: the part of the step along the row, which the step does not tell where rows are one voxel long.
template <class F>
inline __attribute__((always_inline)) void for_steps(const Extent& e, std::int64_t y, std::int64_t z,
                                                     const F& f) {
  const std::int64_t row = e.nx, plane = row * e.ny;
  if (z > 0) f(std::true_type{}, -plane, 0);
  if (y > 0) f(std::true_type{}, -row, 0);
  f(std::true_type{}, -1, -1);
  f(std::false_type{}, 1, 1);
  if (y + 1 < e.ny) f(std::false_type{}, row, 0);
  if (z + 1 < e.nz) f(std::false_type{}, plane, 0);
}

template <bool before, class Value>
inline __attribute__((always_inline)) void flag_different(const Value* d, const Value* there,
                                                          const std::uint32_t* label,
                                                          const std::uint32_t* label_there,
                                                          std::uint8_t (&differs)[pieces]) {
  for (int i = 0; i < pieces; ++i)
    differs[i] |= static_cast<std::uint8_t>((before ? there[i] >= d[i] : there[i] > d[i]) &
                                            (label[i] != label_there[i]));
}

template <class Border>
TAUVOX_CLONES void border_row(const Border& f, std::int64_t y, std::int64_t z) {
  using Value = std::remove_const_t<std::remove_pointer_t<decltype(f.order.distance)>>;
  const Extent e = f.order.extent;
  const Value* const d = f.order.distance + f.order.place(0, y, z);
  const std::uint32_t* const label = f.label + f.order.place(0, y, z);
  for (std::int64_t x = 0; x < e.nx; x += pieces) {
    const Piece<Value> mine(d, x, e.nx);
    if (all_zero(mine.values())) continue;
    const Piece<std::uint32_t> my_label(label, x, e.nx);
    std::uint8_t differs[pieces] = {};
    for_steps(
        e, y, z, [&](auto before, std::int64_t step, std::int64_t along) __attribute__((always_inline)) {
          const Piece<Value> there(d + (step - along), x + along, e.nx);
          const Piece<std::uint32_t> label_there(label + (step - along), x + along, e.nx);
          flag_different<decltype(before)::value>(mine.values(), there.values(), my_label.values(),
                                                  label_there.values(), differs);
        });
    for (int i = 0; i < pieces; ++i) differs[i] &= mine.values()[i] > 0;
    for (std::uint32_t bits = bits_of_bytes(differs); bits != 0; bits &= bits - 1) {
      const int i = lowest_bit(bits);
      f.found(f.order.place(x + i, y, z), Voxel::of(x + i, y, z));
    }
  }
}

}  // namespace detail

/// found(place, voxel) for the voxels of the phase with an earlier neighbour of another label.
template <class Value, class Found>
struct AtBorder {
  TakingOrder<Value> order;
  const std::uint32_t* label;
  Found found;
  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const std::int64_t at = order.place(x, y, z);
    if (order.distance[at] == 0) return;
    bool differs = false;
    order.for_earlier(Voxel::of(x, y, z), [&](std::int64_t other) { differs |= label[other] != label[at]; });
    if (differs) found(at, Voxel::of(x, y, z));
  }
  void row(std::int64_t y, std::int64_t z, std::int64_t) const { detail::border_row(*this, y, z); }
};

}  // namespace tauvox
