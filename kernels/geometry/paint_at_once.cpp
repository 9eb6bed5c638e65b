#include "kernels/geometry/paint_at_once.hpp"

#include <cmath>
#include <cstring>

#include "kernels/base/launch.hpp"
#include "kernels/base/scan.hpp"
#include "kernels/geometry/reach.hpp"

namespace tauvox {
namespace {

/// Positive numbers are ordered as their bits.
template <class Value>
TAUVOX_HD std::uint32_t bits_of(Value value) {
  if constexpr (std::is_integral_v<Value>) {
    return value;
  } else {
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
  }
}

TAUVOX_HD void raise_to(std::uint32_t* target, std::uint32_t value) {
#ifdef __CUDA_ARCH__
  if (*const_cast<const volatile std::uint32_t*>(target) < value) atomicMax(target, value);
#else
  std::uint32_t seen = __atomic_load_n(target, __ATOMIC_RELAXED);
  while (seen < value &&
         !__atomic_compare_exchange_n(target, &seen, value, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
#endif
}

template <class Value>
struct LargestBits {
  const Value* values;
  std::uint32_t* largest;
  TAUVOX_HD void operator()(std::int64_t i) const { raise_to(largest, bits_of(values[i])); }
};

/// 1 for the balls that none around holds.
template <class Value>
struct MarkRidge {
  const Value* values;
  Extent extent;
  ReachBins<Value> bins;
  const Value* table[neighbour_classes];
  std::uint32_t* marks;

  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const std::int64_t i = x + extent.nx * (y + extent.ny * z);
    const std::int64_t bin = values[i] > 0 ? bins.of(values[i]) : 0;
    bool held = !(values[i] > 0);
    for (int s = 0; s < 27 && !held; ++s) {
      const int dz = s / 9 - 1, dy = s / 3 % 3 - 1, dx = s % 3 - 1;
      const bool there = x + dx >= 0 && x + dx < extent.nx && y + dy >= 0 && y + dy < extent.ny &&
                         z + dz >= 0 && z + dz < extent.nz;
      if (s == 13 || !there) continue;
      const int of = (dz != 0 ? 1 : 0) + (dy != 0 ? 2 : 0) + (dx != 0 ? 4 : 0);
      held = values[i + dx + extent.nx * (dy + extent.ny * dz)] > table[of][bin];
    }
    marks[i] = held ? 0 : 1;
  }
};

/// Voxels with a mark, from running totals of the marks.
struct ListMarked {
  const std::uint32_t* before;
  std::int64_t* list;
  TAUVOX_HD void operator()(std::int64_t i) const {
    if (before[i + 1] != before[i]) list[before[i]] = i;
  }
};

template <class Value>
struct PaintBall {  // 32 indices a ball
  static constexpr std::int64_t lanes_each = 32;
  const std::int64_t* list;
  const Value* values;
  Extent extent;
  double wz, wy, wx;
  std::uint32_t* painted;

  /// Steps along an axis that a ball may reach, and perhaps one more.
  TAUVOX_HD std::int64_t reach(double squared, double weight) const {
    return static_cast<std::int64_t>(sqrt(squared / weight)) + 1;
  }
  TAUVOX_HD void operator()(std::int64_t index) const {
    const std::int64_t i = list[index / lanes_each];
    const std::int64_t x = i % extent.nx, y = i / extent.nx % extent.ny, z = i / (extent.nx * extent.ny);
    const double squared = values[i];
    const std::uint32_t order = bits_of(values[i]);
    const std::int64_t hz = reach(squared, wz), hy = reach(squared, wy), hx = reach(squared, wx);
    const std::int64_t x0 = x > hx ? x - hx : 0, y0 = y > hy ? y - hy : 0, z0 = z > hz ? z - hz : 0;
    const std::int64_t x1 = x + hx < extent.nx ? x + hx + 1 : extent.nx;
    const std::int64_t y1 = y + hy < extent.ny ? y + hy + 1 : extent.ny;
    const std::int64_t z1 = z + hz < extent.nz ? z + hz + 1 : extent.nz;
    const auto width = static_cast<std::uint32_t>(x1 - x0),
               layer = width * static_cast<std::uint32_t>(y1 - y0);
    for (std::int64_t pz = z0; pz < z1; ++pz) {
      const double in_layer = squared - wz * static_cast<double>((pz - z) * (pz - z));
      if (!(in_layer > 0)) continue;
      for (auto p = static_cast<std::uint32_t>(index % lanes_each); p < layer; p += lanes_each) {
        const std::int64_t py = y0 + p / width, px = x0 + p % width;
        const double rest = in_layer - wy * static_cast<double>((py - y) * (py - y));
        if (wx * static_cast<double>((px - x) * (px - x)) < rest)
          raise_to(painted + px + extent.nx * (py + extent.ny * pz), order);
      }
    }
  }
};

template <class Value>
struct ValueOfBits {
  const std::uint32_t* bits;
  Value* values;
  TAUVOX_HD void operator()(std::int64_t i) const {
    if constexpr (std::is_integral_v<Value>)
      values[i] = static_cast<Value>(bits[i]);
    else
      std::memcpy(values + i, bits + i, sizeof(Value));
  }
};

}  // namespace

template <class Value>
Buffer<Value> paint_at_once(const Buffer<Value>& radii, const Extent& e,
                            const std::array<double, 3>& weights) {
  const Device& device = radii.device();
  Buffer<std::uint32_t> largest_bits(device, 1);
  Buffer<Value> one(device, 1);
  largest_bits.zero();
  for_each_index(device, e.voxels(), LargestBits<Value>{radii.data(), largest_bits.data()});
  for_each_index(device, 1, ValueOfBits<Value>{largest_bits.data(), one.data()});
  const Value largest = one.to_host().front();
  const Reach<Value> reach(static_cast<double>(largest), weights);
  std::vector<Buffer<Value>> tables;
  for (std::size_t kind = 0; kind < reach.kinds(); ++kind) {
    tables.emplace_back(device, reach.bins().last + 1);
    tables.back().copy_from(std::vector<Value>(reach.table(kind), reach.table(kind) + reach.bins().last + 1));
  }
  // Marks of the ridge, then running totals of them, then what is painted.
  Buffer<std::uint32_t> room(device, e.voxels() + 1);
  MarkRidge<Value> mark{radii.data(), e, reach.bins(), {}, room.data()};
  for (std::size_t of = 1; of < neighbour_classes; ++of) mark.table[of] = tables[reach.kind_of(of)].data();
  for_each_cell(device, e, mark);
  const std::uint32_t balls = exclusive_scan(device, room.data(), e.voxels());
  Buffer<std::int64_t> list(device, balls);
  for_each_index(device, e.voxels(), ListMarked{room.data(), list.data()});
  room.zero();
  for_each_index(
      device, balls * PaintBall<Value>::lanes_each,
      PaintBall<Value>{list.data(), radii.data(), e, weights[0], weights[1], weights[2], room.data()});
  Buffer<Value> painted(device, e.voxels());
  for_each_index(device, e.voxels(), ValueOfBits<Value>{room.data(), painted.data()});
  return painted;
}

template Buffer<std::uint16_t> paint_at_once(const Buffer<std::uint16_t>&, const Extent&,
                                             const std::array<double, 3>&);
template Buffer<std::uint32_t> paint_at_once(const Buffer<std::uint32_t>&, const Extent&,
                                             const std::array<double, 3>&);
template Buffer<float> paint_at_once(const Buffer<float>&, const Extent&, const std::array<double, 3>&);

}  // namespace tauvox
