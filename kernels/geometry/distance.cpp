#include "kernels/geometry/distance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/base/launch.hpp"

namespace tauvox {
namespace {

/// Steps to the nearest voxel outside the phase along z; the largest number where there is none or it is
/// further.
template <class Step>
struct SweepZ {  // one call a column
  PhaseBitsView bits;
  int phase;
  Step* steps;
  static constexpr Step most = std::numeric_limits<Step>::max();

  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t) const {
    const std::int64_t nz = bits.extent.nz, plane = bits.extent.nx * bits.extent.ny;
    Step* column = steps + x + bits.extent.nx * y;
    Step last = most;
    for (std::int64_t z = 0; z < nz; ++z) {
      last = bits.holds(phase, x, y, z) ? static_cast<Step>(last < most ? last + 1 : most) : Step{0};
      column[z * plane] = last;
    }
    for (std::int64_t z = nz; z-- > 0;) {
      const Step back = static_cast<Step>(last < most ? last + 1 : most), here = column[z * plane];
      last = here < back ? here : back;
      column[z * plane] = last;
    }
  }
  void row(std::int64_t y, std::int64_t, std::int64_t nx) const;
};

/// Steps of a row one layer on: one more than before where the phase goes on.
template <class Step>
TAUVOX_CLONES void sweep_forth(const std::uint64_t* words, std::int64_t nx, const Step* before, Step* here) {
  constexpr Step most = std::numeric_limits<Step>::max();
  for (std::int64_t x0 = 0; x0 < nx; x0 += 64) {
    const std::uint64_t word = words[x0 >> 6];
    const std::int64_t width = std::min<std::int64_t>(64, nx - x0);
#pragma GCC ivdep
    for (std::int64_t l = 0; l < width; ++l) {
      const Step last = before ? before[x0 + l] : most;
      const Step more = static_cast<Step>(last + (last < most ? 1 : 0));
      here[x0 + l] = static_cast<Step>(more & static_cast<Step>(-static_cast<Step>(word >> l & 1)));
    }
  }
}

template <class Step>
TAUVOX_CLONES void sweep_back(std::int64_t nx, const Step* behind, Step* here) {
  constexpr Step most = std::numeric_limits<Step>::max();
#pragma GCC ivdep
  for (std::int64_t x = 0; x < nx; ++x) {
    const Step more = static_cast<Step>(behind[x] + (behind[x] < most ? 1 : 0));
    here[x] = std::min(here[x], more);
  }
}

template <class Step>
void SweepZ<Step>::row(std::int64_t y, std::int64_t, std::int64_t nx) const {
  const std::int64_t nz = bits.extent.nz, plane = nx * bits.extent.ny;
  Step* first = steps + nx * y;
  for (std::int64_t z = 0; z < nz; ++z)
    sweep_forth<Step>(bits.row(phase, y, z), nx, z > 0 ? first + (z - 1) * plane : nullptr,
                      first + z * plane);
  for (std::int64_t z = nz - 1; z-- > 0;) sweep_back(nx, first + (z + 1) * plane, first + z * plane);
}

/// value + cost, never beyond what the type holds.
template <class Value>
TAUVOX_HD Value raised(Value value, Value cost) {
  if constexpr (std::is_floating_point_v<Value>) {
    return value + cost;
  } else {
    const Value room = static_cast<Value>(std::numeric_limits<Value>::max() - cost);
    return static_cast<Value>((value < room ? value : room) + cost);
  }
}

/// What a step along z is worth, and k steps along a line: weight k^2.
template <class Value>
struct Weight {
  Value weight;
  template <class Step>
  TAUVOX_HD Value operator()(Step steps) const {
    return static_cast<Value>(weight * static_cast<Value>(steps) * static_cast<Value>(steps));
  }
};

constexpr std::int64_t block = 64;  // voxels of a row that are looked at together

/// Cost of k steps where it can still pay, else nothing to be looked for any more.
template <class Value>
TAUVOX_HD bool pays(Weight<Value> along, std::int64_t k, Value most, Value& cost) {
  if constexpr (std::is_floating_point_v<Value>) {
    cost = along(k);
  } else {
    if (k * k >= static_cast<std::int64_t>(most)) return false;
    cost = static_cast<Value>(k * k);
  }
  return cost < most;
}

/// No whole number is larger before something is added to it: it is the square of steps along z, of one of
/// the two types.
template <class Value>
constexpr Value largest = sizeof(Value) == 2 ? Value{255 * 255} : static_cast<Value>(65535u * 65535u);
template <>
constexpr float largest<float> = std::numeric_limits<float>::max();

/// best = min(best, value_of(lane) + cost) for every voxel of a block.   @return the largest of them
template <bool fits, class Value, class ValueOf>
inline __attribute__((always_inline)) Value improved(Value* best, Value cost, const ValueOf& value_of) {
  Value most{};
#pragma GCC ivdep
  for (std::int64_t l = 0; l < block; ++l) {
    const Value value = value_of(l), other = fits ? static_cast<Value>(value + cost) : raised(value, cost);
    const Value better = best[l] < other ? best[l] : other;
    best[l] = better;
    most = most > better ? most : better;
  }
  return most;
}
template <class Value, class ValueOf>
inline __attribute__((always_inline)) Value improve(Value* best, Value cost, const ValueOf& value_of) {
  if constexpr (!std::is_floating_point_v<Value>)
    if (cost <= std::numeric_limits<Value>::max() - largest<Value>)  // whatever the value
      return improved<true>(best, cost, value_of);
  return improved<false>(best, cost, value_of);
}

/// Of two rows as far away the nearer voxel counts.
template <class Step, class Value>
struct NearerRow {
  const Step *above, *below;
  Weight<Value> z_cost;
  TAUVOX_HD Value operator()(std::int64_t l) const {
    return z_cost(above[l] < below[l] ? above[l] : below[l]);
  }
};
template <class Value>
struct NearerVoxel {
  const Value *before, *behind;
  TAUVOX_HD Value operator()(std::int64_t l) const { return before[l] < behind[l] ? before[l] : behind[l]; }
};

/// min over k of z_cost(steps in row y + k) + along(k), for a row; its neighbours lie `stride` apart.
template <class Step, class Value>
TAUVOX_CLONES void scan_rows(const Step* here, std::int64_t stride, std::int64_t before, std::int64_t behind,
                             std::int64_t nx, Weight<Value> z_cost, Weight<Value> along, Value* out) {
  for (std::int64_t x0 = 0; x0 < nx; x0 += block) {
    const std::int64_t width = std::min(block, nx - x0);
    Value best[block] = {}, most{}, cost;  // what lies behind a row's end stays 0
    for (std::int64_t l = 0; l < width; ++l) {
      best[l] = z_cost(here[x0 + l]);
      most = std::max(most, best[l]);
    }
    for (std::int64_t k = 1; k <= std::max(before, behind) && pays(along, k, most, cost); ++k) {
      // At the sides of the volume there is but one.
      const Step* above = here + (k <= before ? -k : k) * stride + x0;
      const Step* below = here + (k <= behind ? k : -k) * stride + x0;
      most = improve(best, cost, NearerRow<Step, Value>{above, below, z_cost});
    }
    std::copy(best, best + width, out + x0);
  }
}

template <class Step, class Value>
struct ScanY {
  const Step* steps;
  Extent extent;
  Weight<Value> z_cost, along;
  Value* out;

  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const std::int64_t i = x + extent.nx * (y + extent.ny * z), before = y, behind = extent.ny - 1 - y;
    Value best = z_cost(steps[i]), cost;
    for (std::int64_t k = 1; (k <= before || k <= behind) && pays(along, k, best, cost); ++k) {
      for (int side = -1; side <= 1; side += 2) {
        if (k > (side < 0 ? before : behind)) continue;
        const Value other = raised(z_cost(steps[i + side * k * extent.nx]), cost);
        best = other < best ? other : best;
      }
    }
    out[i] = best;
  }
  void row(std::int64_t y, std::int64_t z, std::int64_t nx) const {
    const std::int64_t first = nx * (y + extent.ny * z);
    scan_rows(steps + first, nx, y, extent.ny - 1 - y, nx, z_cost, along, out + first);
  }
};

/// min over k of line[x + k] + along(k), in place; `padded` holds the row between nx of the largest values on
/// each side.
template <class Value>
TAUVOX_CLONES void scan_line(const Value* padded, std::int64_t nx, Weight<Value> along, Value* out) {
  for (std::int64_t x0 = 0; x0 < nx; x0 += block) {
    const std::int64_t width = std::min(block, nx - x0);
    Value best[block] = {}, most{}, cost;
    for (std::int64_t l = 0; l < width; ++l) {
      best[l] = padded[x0 + l];
      most = std::max(most, best[l]);
    }
    for (std::int64_t k = 1; k < nx && pays(along, k, most, cost); ++k) {
      const Value *before = padded + x0 - k, *behind = padded + x0 + k;
      most = improve(best, cost, NearerVoxel<Value>{before, behind});
    }
    std::copy(best, best + width, out + x0);
  }
}

template <class Value>
struct ScanX {
  const Value* in;
  Extent extent;
  Weight<Value> along;
  Value* out;  // on a CPU the same array

  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const std::int64_t i = x + extent.nx * (y + extent.ny * z), before = x, behind = extent.nx - 1 - x;
    Value best = in[i], cost;
    for (std::int64_t k = 1; (k <= before || k <= behind) && pays(along, k, best, cost); ++k) {
      for (int side = -1; side <= 1; side += 2) {
        if (k > (side < 0 ? before : behind)) continue;
        const Value other = raised(in[i + side * k], cost);
        best = other < best ? other : best;
      }
    }
    out[i] = best;
  }
  void row(std::int64_t y, std::int64_t z, std::int64_t nx) const {
    thread_local std::vector<Value> padded;  // what stands around the row stays from one to the next
    if (const auto size = static_cast<std::size_t>(3 * nx + block); padded.size() != size)
      padded.assign(size, largest<Value>);
    Value* here = out + nx * (y + extent.ny * z);
    std::copy(here, here + nx, padded.data() + nx);
    scan_line(padded.data() + nx, nx, along, here);
  }
};

template <class Value>
struct ReachesCap {  // whether a distance may be cut off
  const Value* values;
  Value cap;
  TAUVOX_HD Sums<1> operator()(std::int64_t i) const { return {{values[i] >= cap ? 1.0 : 0.0}}; }
};

template <class Step, class Value>
struct Transform {
  Buffer<Value> values;
  bool cut_off;

  /// @param weights squares of the edges z, y, x
  Transform(const PhaseBits& bits, int phase, const std::array<Value, 3>& weights) {
    const Device& device = bits.device();
    const Extent& e = bits.extent();
    const Weight<Value> z{weights[0]}, y{weights[1]}, x{weights[2]};
    values = Buffer<Value>(device, e.voxels());
    {
      Buffer<Step> steps(device, e.voxels());
      for_each_cell(device, {e.nx, e.ny, 1}, SweepZ<Step>{bits.view(), phase, steps.data()});
      for_each_cell(device, e, ScanY<Step, Value>{steps.data(), e, z, y, values.data()});
    }
    if (device.is_cuda()) {
      Buffer<Value> there(device, e.voxels());
      for_each_cell(device, e, ScanX<Value>{values.data(), e, x, there.data()});
      values = std::move(there);
    } else {
      for_each_cell(device, e, ScanX<Value>{values.data(), e, x, values.data()});
    }
    const ReachesCap<Value> reaches{values.data(), z(std::numeric_limits<Step>::max())};
    cut_off = sum_over_indices<1>(device, e.voxels(), reaches)[0] > 0;
  }
};

template <class Code, class Value>
struct LeaveOut {
  const Code* codes;
  Code left_out;
  Value* values;
  TAUVOX_HD void operator()(std::int64_t i) const {
    if (codes[i] == left_out) values[i] = 0;
  }
};

}  // namespace

EdgeUnits edge_units(const std::array<double, 3>& spacing) {
  constexpr double nearly = 1e-6, most_square = 1 << 24;  // FP32 holds whole numbers up to there
  const double shortest = std::min({spacing[0], spacing[1], spacing[2]});
  for (int parts = 1; parts <= 32; ++parts) {
    EdgeUnits whole{{}, shortest / parts};
    bool fits = true;
    for (std::size_t a = 0; a < 3; ++a) {
      const double edge = spacing[a] / whole.unit;
      whole.edges[a] = std::round(edge);
      fits = fits && std::abs(edge - whole.edges[a]) <= nearly * edge && edge * edge < most_square;
    }
    if (fits) return whole;
  }
  // Rounded, so that it does not matter in which unit of length they were stated.
  constexpr double fine = 1 << 30;
  EdgeUnits others{{}, shortest};
  for (std::size_t a = 0; a < 3; ++a) others.edges[a] = std::round(spacing[a] / shortest * fine) / fine;
  return others;
}

void leave_out(SquaredDistance& distances, const Codes& codes, std::int64_t code) {
  std::visit(
      [&]<class Value>(Buffer<Value>& values) {
        codes.visit([&]<class Code>(const Code* c) {
          for_each_index(codes.device(), codes.extent().voxels(),
                         LeaveOut<Code, Value>{c, static_cast<Code>(code), values.data()});
        });
      },
      distances.values);
}

SquaredDistance squared_distance(const PhaseBits& bits, int phase, const std::array<double, 3>& spacing) {
  const Extent& e = bits.extent();
  if (std::max({e.nx, e.ny, e.nz}) > most_line)
    throw Error(ExitCode::input_invalid, "the volume is too long for distances", to_string(e), "",
                "at most " + std::to_string(most_line) + " voxels along an axis; use --crop");
  SquaredDistance found;
  found.extent = e;
  const EdgeUnits units = edge_units(spacing);
  found.unit = units.unit;
  const auto finish = [&](auto&& transform) {
    found.unbounded = transform.cut_off;
    found.values = std::move(transform.values);
  };
  if (units.cube()) {
    Transform<std::uint8_t, std::uint16_t> near(bits, phase, {1, 1, 1});
    if (!near.cut_off)
      finish(near);
    else {
      near.values = {};
      finish(Transform<std::uint16_t, std::uint32_t>(bits, phase, {1, 1, 1}));
    }
    return found;
  }
  std::array<float, 3> weights{};
  for (std::size_t a = 0; a < 3; ++a) weights[a] = static_cast<float>(units.weights()[a]);
  finish(Transform<std::uint16_t, float>(bits, phase, weights));
  return found;
}

}  // namespace tauvox
