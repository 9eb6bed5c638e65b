#include "kernels/geometry/geodesic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tauvox {
namespace {

constexpr double finest = 65536, most_units = 1 << 20;  // of the shortest edge; of the longest step
constexpr std::uint32_t outside = 0, far_away = std::numeric_limits<std::uint32_t>::max();

struct Step {
  std::int64_t offset;
  std::uint32_t length;
};

/// Lengths of shortest ways, in an array with a layer around the volume that no way enters.
class Ways {
 public:
  Ways(const Extent& e, const std::array<double, 3>& spacing)
      : row_(e.nx + 2), plane_(row_ * (e.ny + 2)), shortest_(std::min({spacing[0], spacing[1], spacing[2]})) {
    units_ = best_units(spacing);
    // 0 is outside: ways begin with a length of 1.
    length_.assign(static_cast<std::size_t>(plane_ * (e.nz + 2)), outside);
    std::uint32_t longest = 0;
    for (int s = 0; s < 27; ++s) {
      const int dz = s / 9 - 1, dy = s / 3 % 3 - 1, dx = s % 3 - 1;
      if (s == 13) continue;
      const double squares = dz * dz * spacing[0] * spacing[0] + dy * dy * spacing[1] * spacing[1] +
                             dx * dx * spacing[2] * spacing[2];
      const auto length = static_cast<std::uint32_t>(std::lround(std::sqrt(squares) / shortest_ * units_));
      steps_.push_back({dz * plane_ + dy * row_ + dx, length});
      longest = std::max(longest, length);
    }
    waiting_.resize(longest + 1);
  }

  std::int64_t place(std::int64_t x, std::int64_t y, std::int64_t z) const {
    return x + 1 + row_ * (y + 1) + plane_ * (z + 1);
  }
  void add(std::int64_t place) { length_[static_cast<std::size_t>(place)] = far_away; }
  void begin(std::int64_t place) { reach(place, 1); }

  void walk() {
    for (std::uint32_t now = 1; left_ > 0; ++now) {
      std::vector<std::int64_t>& here = waiting_[now % waiting_.size()];
      for (const std::int64_t place : here) {  // no step is shorter than a unit: nothing is added here
        if (length_[static_cast<std::size_t>(place)] != now) continue;  // a shorter way was found
        if (now > far_away - static_cast<std::uint32_t>(waiting_.size()))
          throw Error(ExitCode::input_invalid, "a way is too long to be measured", "", "", "use --crop");
        for (const Step& step : steps_) reach(place + step.offset, now + step.length);
      }
      left_ -= static_cast<std::int64_t>(here.size());
      std::vector<std::int64_t>().swap(here);  // its room is of use to the next ones
    }
  }
  bool reached(std::int64_t place) const {
    const std::uint32_t length = length_[static_cast<std::size_t>(place)];
    return length != outside && length != far_away;
  }
  /// m
  double length(std::int64_t place) const {
    return (length_[static_cast<std::size_t>(place)] - 1) / units_ * shortest_;
  }

 private:
  /// Units of the shortest edge by which steps are nearest to whole numbers, of those above half of the
  /// finest.
  double best_units(const std::array<double, 3>& spacing) const {
    std::array<double, 7> lengths{};
    for (std::size_t s = 1; s < 8; ++s)
      lengths[s - 1] =
          std::hypot(s & 4 ? spacing[0] : 0, s & 2 ? spacing[1] : 0, s & 1 ? spacing[2] : 0) / shortest_;
    const double most = std::min(finest, std::floor(most_units / lengths.back()));
    double best = most, least = std::numeric_limits<double>::infinity();
    for (double units = most; units > most / 2; --units) {
      double worst = 0;
      for (const double length : lengths)
        worst = std::max(worst, std::abs(std::round(length * units) / (length * units) - 1));
      if (worst < least) {
        least = worst;
        best = units;
      }
    }
    return best;
  }
  void reach(std::int64_t place, std::uint32_t length) {
    std::uint32_t& known = length_[static_cast<std::size_t>(place)];
    if (known <= length) return;
    known = length;
    waiting_[length % waiting_.size()].push_back(place);
    ++left_;
  }
  std::int64_t row_, plane_;
  double shortest_, units_ = finest;
  std::vector<Step> steps_;
  std::vector<std::uint32_t> length_;
  std::vector<std::vector<std::int64_t>> waiting_;
  std::int64_t left_ = 0;
};

}  // namespace

ShortestWays shortest_ways(const Unknowns& set, Axis axis, bool from_low,
                           const std::array<double, 3>& spacing) {
  const Extent& e = set.extent();
  std::vector<UnknownsWord> words(static_cast<std::size_t>(Unknowns::words(e)));
  set.device().copy_out(words.data(), set.view().words, words.size() * sizeof(UnknownsWord));
  const UnknownsView view{words.data(), nullptr, Unknowns::words_per_row(e), e};
  Ways ways(e, spacing);
  for (std::int64_t z = 0; z < e.nz; ++z)
    for (std::int64_t y = 0; y < e.ny; ++y)
      for (std::int64_t x = 0; x < e.nx; ++x)
        if (view.conducts(x, y, z)) ways.add(ways.place(x, y, z));
  const auto for_each_in_layer = [&](std::int64_t along, const auto& f) {
    const Extent layer = e.layer(axis);
    for (std::int64_t b = 0; b < layer.ny; ++b)
      for (std::int64_t a = 0; a < layer.nx; ++a) {
        const Voxel v = Voxel::of_layer(static_cast<int>(axis), a, b, along);
        if (view.conducts(v.x(), v.y(), v.z())) f(ways.place(v.x(), v.y(), v.z()));
      }
  };
  const std::int64_t last = e.along(axis) - 1;
  for_each_in_layer(from_low ? 0 : last, [&](std::int64_t place) { ways.begin(place); });
  ways.walk();
  ShortestWays found;
  for_each_in_layer(from_low ? last : 0, [&](std::int64_t place) {
    if (!ways.reached(place)) return;
    const double length = ways.length(place);
    found.least = found.reached == 0 ? length : std::min(found.least, length);
    found.mean += length;
    ++found.reached;
  });
  if (found.reached > 0) found.mean /= static_cast<double>(found.reached);
  return found;
}

}  // namespace tauvox
