#include "kernels/geometry/intrusion.hpp"

#include <algorithm>
#include <map>

namespace tauvox {
namespace {

/// Voxels that wait, by their value; the largest first.
template <class Value>
class Waiting {
 public:
  explicit Waiting(Value largest) {
    if (std::is_integral_v<Value> && static_cast<double>(largest) < 65536)
      direct_.resize(static_cast<std::size_t>(largest) + 1);
  }
  std::vector<std::int64_t>& at(Value value) {
    return direct_.empty() ? sparse_[value] : direct_[static_cast<std::size_t>(value)];
  }
  /// Moves to the next value that somebody waits at.   @return whether there is one
  bool next(Value& value) {
    if (direct_.empty()) {
      const auto below = sparse_.upper_bound(value);
      if (below == sparse_.end()) return false;
      value = below->first;
      return true;
    }
    for (auto v = static_cast<std::size_t>(value); v-- > 1;)
      if (!direct_[v].empty()) {
        value = static_cast<Value>(v);
        return true;
      }
    return false;
  }

 private:
  std::vector<std::vector<std::int64_t>> direct_;
  std::map<Value, std::vector<std::int64_t>, std::greater<>> sparse_;
};

template <class F>
void for_each_in_layer(const Extent& e, Axis axis, std::int64_t along, const F& f) {
  const Extent layer = e.layer(axis);
  for (std::int64_t b = 0; b < layer.ny; ++b)
    for (std::int64_t a = 0; a < layer.nx; ++a) {
      const Voxel v = Voxel::of_layer(static_cast<int>(axis), a, b, along);
      f(v.x() + e.nx * (v.y() + e.ny * v.z()));
    }
}

template <class Value>
void flood(const Value* distance, const Extent& e, Axis axis, std::int64_t from, Value* access) {
  const std::int64_t row = e.nx, plane = e.nx * e.ny;
  const Value largest = *std::max_element(distance, distance + e.voxels());
  // Voxels that nobody has come to, as bits: distances are asked for once, for neighbours lie far apart in
  // memory.
  std::vector<std::uint64_t> untouched(static_cast<std::size_t>(e.voxels() / 64 + 1));
  for (std::int64_t i = 0; i < e.voxels(); ++i) {
    access[i] = Value{};
    untouched[static_cast<std::size_t>(i >> 6)] |= std::uint64_t{distance[i] > 0} << (i & 63);
  }
  Waiting<Value> waiting(largest);
  Value now = largest;
  const auto reach = [&](std::int64_t i, Value through) {
    std::uint64_t& word = untouched[static_cast<std::size_t>(i >> 6)];
    const std::uint64_t bit = std::uint64_t{1} << (i & 63);
    if (!(word & bit)) return;
    word ^= bit;
    access[i] = std::min(through, distance[i]);  // nobody comes later by a wider way
    waiting.at(access[i]).push_back(i);
  };
  for_each_in_layer(e, axis, from, [&](std::int64_t i) { reach(i, largest); });
  do {
    std::vector<std::int64_t>& here = waiting.at(now);
    while (!here.empty()) {
      const std::int64_t i = here.back();
      here.pop_back();
      const std::int64_t x = i % row, y = i / row % e.ny, z = i / plane;
      if (x > 0) reach(i - 1, now);
      if (x + 1 < e.nx) reach(i + 1, now);
      if (y > 0) reach(i - row, now);
      if (y + 1 < e.ny) reach(i + row, now);
      if (z > 0) reach(i - plane, now);
      if (z + 1 < e.nz) reach(i + plane, now);
    }
  } while (waiting.next(now));
}

}  // namespace

SquaredDistance widest_access(const SquaredDistance& distances, Axis axis, bool from_low) {
  const Extent& e = distances.extent;
  const std::int64_t from = from_low ? 0 : e.along(axis) - 1;
  SquaredDistance found;
  found.extent = e;
  found.unit = distances.unit;
  std::visit(
      [&]<class Value>(const Buffer<Value>& values) {
        Buffer<Value> access(values.device(), e.voxels());
        if (values.device().is_cuda()) {
          const std::vector<Value> host = values.to_host();
          std::vector<Value> there(host.size());
          flood(host.data(), e, axis, from, there.data());
          access.copy_from(there);
        } else {
          flood(values.data(), e, axis, from, access.data());
        }
        found.values = std::move(access);
      },
      distances.values);
  return found;
}

double largest_in_layer(const SquaredDistance& values, Axis axis, std::int64_t layer) {
  return std::visit(
      [&](const auto& buffer) {
        const bool copied = buffer.device().is_cuda();
        const auto host = copied ? buffer.to_host() : std::decay_t<decltype(buffer.to_host())>();
        const auto* from = copied ? host.data() : buffer.data();
        double largest = 0;
        for_each_in_layer(values.extent, axis, layer,
                          [&](std::int64_t i) { largest = std::max(largest, static_cast<double>(from[i])); });
        return largest;
      },
      values.values);
}

}  // namespace tauvox
