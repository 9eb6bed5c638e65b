// Bands instead of single lengths: no step is shorter than a band is wide, so a way that ends in a band goes
// on from one of an earlier band, and all of a band are found at once. A voxel takes the best from those
// around it that became final in the band before, and only its own word of 32 voxels is written: nothing
// depends on an order.
#include "kernels/geometry/geodesic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "kernels/base/launch.hpp"

namespace tauvox {
namespace {

constexpr double finest = 65536, most_units = 1 << 20;  // of the shortest edge; of the longest step
constexpr std::uint32_t far_away = std::numeric_limits<std::uint32_t>::max();

/// To the neighbours, in the order of memory; the 14th, the voxel itself, is none.
struct Steps {
  std::int64_t offset[27] = {};
  std::uint32_t length[27] = {};
};

/// Units of the shortest edge by which steps are nearest to whole numbers, of those above half of the finest.
double best_units(const std::array<double, 7>& lengths) {
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

/// Lengths of ways, and bits as those of Unknowns: which voxels are not yet final, which of these a way has
/// reached, and which became final in the band before and in this one.
struct WaysView {
  std::uint32_t *length, *open, *reached, *before, *now,
      *left;  // left: whether any is reached and open, or new
  std::int64_t words_per_row;
  Extent extent;

  TAUVOX_HD std::int64_t word(std::int64_t w, std::int64_t y, std::int64_t z) const {
    return w + words_per_row * (y + extent.ny * z);
  }
  TAUVOX_HD std::int64_t place(std::int64_t x, std::int64_t y, std::int64_t z) const {
    return x + extent.nx * (y + extent.ny * z);
  }
};

struct FarAway {
  std::uint32_t* length;
  TAUVOX_HD void operator()(std::int64_t i) const { length[i] = far_away; }
};

struct TakeSet {
  WaysView ways;
  UnknownsView set;
  TAUVOX_HD void operator()(std::int64_t i) const { ways.open[i] = set.words[i].mask; }
};

/// Marks the first layer, of one word of a row.
struct Begin {
  WaysView ways;
  Axis axis;
  std::int64_t layer;
  TAUVOX_HD void operator()(std::int64_t w, std::int64_t y, std::int64_t z) const {
    std::uint32_t first = ~0u;
    if (axis == Axis::x)
      first = layer >> 5 == w ? 1u << (layer & 31) : 0u;
    else if ((axis == Axis::y ? y : z) != layer)
      first = 0;
    const std::int64_t i = ways.word(w, y, z);
    ways.reached[i] = first & ways.open[i];
    for (std::uint32_t bits = ways.reached[i]; bits != 0; bits &= bits - 1)
      ways.length[ways.place(32 * w + lowest_bit(bits), y, z)] = 0;
  }
};

/// Finds all whose ways end in a band, in one word of a row.
struct FindBand {
  WaysView ways;
  Steps steps;
  std::uint32_t end;

  /// Returns whether some became final (1) and some are reached and open (2).
  TAUVOX_HD int word(std::int64_t w, std::int64_t y, std::int64_t z) const {
    const std::int64_t i = ways.word(w, y, z);
    const std::uint32_t open = ways.open[i];
    std::uint32_t reached = ways.reached[i], done = 0;
    if (open != 0) {
      reached |= take(w, y, z, open);
      const std::uint32_t* length = ways.length + ways.place(32 * w, y, z);
      for (std::uint32_t bits = reached; bits != 0; bits &= bits - 1)
        if (const int bit = lowest_bit(bits); length[bit] < end) done |= 1u << bit;
      ways.open[i] = open & ~done;
      ways.reached[i] = reached & ~done;
    }
    ways.now[i] = done;
    return (done != 0) + 2 * (done != reached);
  }
  TAUVOX_HD void operator()(std::int64_t w, std::int64_t y, std::int64_t z) const {
    if (word(w, y, z) != 0) *ways.left = 1;
  }

 private:
  /// Those of the last band in a word of a row, from bit 1 on, and those beside it at both ends.
  TAUVOX_HD std::uint64_t last_band(std::int64_t w, std::int64_t y, std::int64_t z) const {
    if (y < 0 || y >= ways.extent.ny || z < 0 || z >= ways.extent.nz) return 0;
    const std::uint32_t* at = ways.before + ways.word(w, y, z);
    std::uint64_t bits = std::uint64_t{*at} << 1;
    if (w > 0) bits |= at[-1] >> 31;
    if (w + 1 < ways.words_per_row) bits |= std::uint64_t{at[1] & 1u} << 33;
    return bits;
  }
  /// Lengths over the neighbours of the last band, of those of `open` that have any; which these are.
  TAUVOX_HD std::uint32_t take(std::int64_t w, std::int64_t y, std::int64_t z, std::uint32_t open) const {
    std::uint64_t rows[9], all = 0;
    for (int r = 0; r < 9; ++r) all |= rows[r] = last_band(w, y + r % 3 - 1, z + r / 3 - 1);
    const auto touched = static_cast<std::uint32_t>(all | all >> 1 | all >> 2) & open;
    for (std::uint32_t bits = touched; bits != 0; bits &= bits - 1) {
      const int bit = lowest_bit(bits);
      std::uint32_t neighbours = 0;
      for (int r = 0; r < 9; ++r) neighbours |= static_cast<std::uint32_t>(rows[r] >> bit & 7u) << 3 * r;
      std::uint32_t* here = ways.length + ways.place(32 * w + bit, y, z);
      std::uint32_t best = *here;
      for (; neighbours != 0; neighbours &= neighbours - 1) {
        const int s = lowest_bit(neighbours);
        const std::uint32_t through = here[steps.offset[s]] + steps.length[s];
        best = through < best ? through : best;
      }
      *here = best;
    }
    return touched;
  }
};

struct TakeLayer {
  WaysView ways;
  std::uint32_t* layer;
  int axis;
  std::int64_t along, per_row;
  TAUVOX_HD void operator()(std::int64_t a, std::int64_t b, std::int64_t) const {
    const Voxel v = Voxel::of_layer(axis, a, b, along);
    layer[a + per_row * b] = ways.length[ways.place(v.x(), v.y(), v.z())];
  }
};

/// CPU threads go to the rows alone in which something can change, each to its own: what one core has
/// written another takes long to read.
class BusyRows {
 public:
  BusyRows(const Device& device, const Extent& e)
      : e_(e),
        parts_(static_cast<std::size_t>(detail::team(device, e))),
        listed_(static_cast<std::size_t>(e.rows())) {
    for (std::int64_t r = 0; r < e.rows(); ++r) add(r);
  }
  void find(const FindBand& band) {
    const auto threads = static_cast<int>(parts_.size());
#pragma omp parallel for schedule(static, 1) num_threads(threads)
    for (int t = 0; t < threads; ++t) find_in(parts_[static_cast<std::size_t>(t)], band);
  }
  /// Those beside what became final, and those in which some are reached; no bits stay of the band before.
  bool next(const WaysView& ways) {
    const std::vector<Part> last = std::exchange(parts_, std::vector<Part>(parts_.size()));
    for (const Part& part : last)
      for (const std::int64_t r : part.rows) {
        listed_[static_cast<std::size_t>(r)] = 0;
        std::fill_n(ways.before + ways.words_per_row * r, ways.words_per_row, 0u);
      }
    bool any = false;
    for (const Part& part : last)
      for (std::size_t i = 0; i < part.rows.size(); ++i) {
        any |= part.became[i] != 0;
        if (part.became[i] & 2) add(part.rows[i]);
        if (part.became[i] & 1) add_around(part.rows[i]);
      }
    return any;
  }

 private:
  struct Part {
    std::vector<std::int64_t> rows;
    std::vector<std::uint8_t> became;  // what FindBand::word says, of all words of the row
  };
  static void find_in(Part& part, const FindBand& band) {
    part.became.clear();
    for (const std::int64_t r : part.rows) {
      int all = 0;
      for (std::int64_t w = 0; w < band.ways.words_per_row; ++w)
        all |= band.word(w, r % band.ways.extent.ny, r / band.ways.extent.ny);
      part.became.push_back(static_cast<std::uint8_t>(all));
    }
  }
  void add_around(std::int64_t row) {
    const std::int64_t y = row % e_.ny, z = row / e_.ny;
    for (std::int64_t k = std::max<std::int64_t>(z - 1, 0); k <= std::min(z + 1, e_.nz - 1); ++k)
      for (std::int64_t j = std::max<std::int64_t>(y - 1, 0); j <= std::min(y + 1, e_.ny - 1); ++j)
        add(j + e_.ny * k);
  }
  void add(std::int64_t row) {
    if (std::exchange(listed_[static_cast<std::size_t>(row)], 1)) return;
    // Blocks in the order of a staircase: whichever way the ways go, all threads have some.
    const std::int64_t block = row % e_.ny / 8 + row / e_.ny / 8;
    parts_[static_cast<std::size_t>(block) % parts_.size()].rows.push_back(row);
  }
  Extent e_;
  std::vector<Part> parts_;
  std::vector<std::uint8_t> listed_;
};

class Ways {
 public:
  Ways(const Unknowns& set, const std::array<double, 3>& spacing)
      : device_(set.device()),
        e_(set.extent()),
        words_{Unknowns::words_per_row(e_), e_.ny, e_.nz},
        shortest_(std::min({spacing[0], spacing[1], spacing[2]})),
        length_(device_, e_.voxels()),
        open_(device_, words_.cells()),
        reached_(device_, words_.cells()),
        before_(device_, words_.cells()),
        now_(device_, words_.cells()),
        left_(device_, 1) {
    std::array<double, 7> lengths{};
    for (std::size_t s = 1; s < 8; ++s)
      lengths[s - 1] =
          std::hypot(s & 4 ? spacing[0] : 0, s & 2 ? spacing[1] : 0, s & 1 ? spacing[2] : 0) / shortest_;
    units_ = best_units(lengths);
    for (int s = 0; s < 27; ++s) {
      const int dz = s / 9 - 1, dy = s / 3 % 3 - 1, dx = s % 3 - 1;
      if (s == 13) continue;
      const auto kind = static_cast<std::size_t>((dz != 0) * 4 + (dy != 0) * 2 + (dx != 0));
      steps_.offset[s] = dx + e_.nx * (dy + e_.ny * dz);
      steps_.length[s] = static_cast<std::uint32_t>(std::lround(lengths[kind - 1] * units_));
    }
    for (Buffer<std::uint32_t>* zeros : {&before_, &now_, &left_}) zeros->zero();
    for_each_index(device_, length_.size(), FarAway{length_.data()});
    for_each_index(device_, open_.size(), TakeSet{view(), set.view()});
  }

  void walk(Axis axis, bool from_low) {
    for_each_cell(device_, words_, Begin{view(), axis, from_low ? 0 : e_.along(axis) - 1});
    const auto width = static_cast<std::uint32_t>(units_);  // that of the shortest step
    BusyRows busy(device_, e_);
    bool left = true;
    for (std::uint32_t end = width; left; end += width) {
      if (end > far_away - width - steps_.length[0])
        throw Error(ExitCode::input_invalid, "a way is too long to be measured", "", "", "use --crop");
      const FindBand band{view(), steps_, end};
      if (device_.is_cuda()) {
        left_.zero();
        for_each_cell(device_, words_, band);
        left = left_.to_host().front() != 0;
      } else {
        busy.find(band);
        left = busy.next(view());
      }
      std::swap(before_, now_);
    }
  }

  /// What the last layer holds; lengths in m.
  ShortestWays found(Axis axis, bool from_low) const {
    const Extent layer = e_.layer(axis);
    Buffer<std::uint32_t> ends(device_, layer.nx * layer.ny);
    for_each_cell(
        device_, layer,
        TakeLayer{view(), ends.data(), static_cast<int>(axis), from_low ? e_.along(axis) - 1 : 0, layer.nx});
    ShortestWays found;
    for (const std::uint32_t end : ends.to_host()) {
      if (end == far_away) continue;
      const double length = end / units_ * shortest_;
      found.least = found.reached == 0 ? length : std::min(found.least, length);
      found.mean += length;
      ++found.reached;
    }
    if (found.reached > 0) found.mean /= static_cast<double>(found.reached);
    return found;
  }

 private:
  WaysView view() const {
    return {length_.data(),
            open_.data(),
            reached_.data(),
            before_.data(),
            now_.data(),
            left_.data(),
            Unknowns::words_per_row(e_),
            e_};
  }

  const Device& device_;
  Extent e_, words_;
  double shortest_, units_ = finest;
  Steps steps_;
  Buffer<std::uint32_t> length_, open_, reached_, before_, now_, left_;
};

}  // namespace

ShortestWays shortest_ways(const Unknowns& set, Axis axis, bool from_low,
                           const std::array<double, 3>& spacing) {
  Ways ways(set, spacing);
  ways.walk(axis, from_low);
  return ways.found(axis, from_low);
}

}  // namespace tauvox
