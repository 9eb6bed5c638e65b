#include "kernels/geometry/basins.hpp"

#include <limits>
#include <utility>

#include "kernels/base/scan.hpp"

namespace tauvox {
namespace {

constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max();

template <class Value>
struct Climb;

/// Whether a neighbour is earlier than the earliest so far, which is `which` and has the distance `most`.
template <bool before, class Value, class Step>
inline __attribute__((always_inline)) void take_earlier(const Value* there, Step step,
                                                        Value (&most)[detail::pieces],
                                                        Step (&which)[detail::pieces]) {
  for (int i = 0; i < detail::pieces; ++i) {
    const bool first = before & (there[i] == most[i]) & (which[i] == 0), take = (there[i] > most[i]) | first;
    which[i] = take ? step : which[i];
    most[i] = take ? there[i] : most[i];
  }
}

template <class Value>
TAUVOX_CLONES void climb_row(const Climb<Value>& f, std::int64_t y, std::int64_t z) {
  using Step = std::conditional_t<sizeof(Value) == 2, std::uint16_t, std::uint32_t>;
  const Extent e = f.order.extent;
  const Value* const d = f.order.distance + f.order.place(0, y, z);
  for (std::int64_t x = 0; x < e.nx; x += detail::pieces) {
    const detail::Piece<Value> mine(d, x, e.nx);
    const std::int64_t width = std::min<std::int64_t>(detail::pieces, e.nx - x);
    if (detail::all_zero(mine.values())) {
      std::fill_n(f.above + f.order.place(x, y, z), width, nothing);
      continue;
    }
    Value most[detail::pieces];
    Step which[detail::pieces] = {};  // of the steps that are looked at; 0: none
    std::uint32_t steps[7] = {};
    Step count = 0;
    std::copy_n(mine.values(), detail::pieces, most);
    detail::for_steps(
        e, y, z, [&](auto before, std::int64_t step, std::int64_t along) __attribute__((always_inline)) {
          const detail::Piece<Value> there(d + (step - along), x + along, e.nx);
          steps[++count] = static_cast<std::uint32_t>(step);
          take_earlier<decltype(before)::value>(there.values(), count, most, which);
        });
    std::uint8_t is_peak[detail::pieces];
    std::uint32_t above[detail::pieces];
    const auto at = static_cast<std::uint32_t>(f.order.place(x, y, z));
    for (int i = 0; i < detail::pieces; ++i) above[i] = at + static_cast<std::uint32_t>(i);
    for (Step s = 1; s <= count; ++s) {
      const std::uint32_t step = steps[s];
      for (int i = 0; i < detail::pieces; ++i) above[i] += which[i] == s ? step : 0u;
    }
    for (int i = 0; i < detail::pieces; ++i) above[i] = mine.values()[i] > 0 ? above[i] : nothing;
    for (int i = 0; i < detail::pieces; ++i) is_peak[i] = (mine.values()[i] > 0) & (which[i] == 0);
    std::copy_n(above, width, f.above + at);
    for (std::uint32_t bits = detail::bits_of_bytes(is_peak); bits != 0; bits &= bits - 1)
      mark(f.peaks, at + lowest_bit(bits));
  }
}

/// To the earliest neighbour; peaks are marked.
template <class Value>
struct Climb {
  TakingOrder<Value> order;
  std::uint32_t *above, *peaks;
  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const std::int64_t at = order.place(x, y, z);
    if (order.distance[at] == 0) {
      above[at] = nothing;
      return;
    }
    std::int64_t earliest = at;
    Value most = 0;
    order.for_earlier(Voxel::of(x, y, z), [&](std::int64_t other) {
      if (order.distance[other] <= most) return;
      most = order.distance[other];
      earliest = other;
    });
    above[at] = static_cast<std::uint32_t>(earliest);
    if (earliest == at) mark(peaks, at);
  }
  void row(std::int64_t y, std::int64_t z, std::int64_t) const { climb_row(*this, y, z); }
};

struct CountBits {
  const std::uint32_t* bits;
  std::uint32_t* count;
  TAUVOX_HD void operator()(std::int64_t w) const {
    count[w] = static_cast<std::uint32_t>(bit_count(bits[w]));
  }
};

/// Basins by the number of their peak in memory order, and while they are being joined.
struct BasinsView {
  const std::uint32_t *peaks, *before;         // bits of voxels; how many are set before a word
  std::uint32_t *peak, *parent, *neck, *root;  // parent: which it was joined to; nothing where it was not
  std::int64_t* first;                         // key of its first neck

  TAUVOX_HD std::uint32_t number(std::uint32_t place) const {
    const std::uint32_t w = place >> 5, lower = (1u << (place & 31)) - 1u;
    return before[w] + static_cast<std::uint32_t>(bit_count(peaks[w] & lower));
  }
};

struct NumberPeaks {
  BasinsView basins;
  TAUVOX_HD void operator()(std::int64_t w) const {
    std::uint32_t number = basins.before[w];
    for (std::uint32_t bits = basins.peaks[w]; bits != 0; bits &= bits - 1, ++number) {
      basins.peak[number] = static_cast<std::uint32_t>(32 * w + lowest_bit(bits));
      basins.parent[number] = basins.neck[number] = nothing;
      basins.root[number] = number;
      basins.first[number] = latest;
    }
  }
};

template <class Value>
struct MarkOpenNeck {  // where it is open to any of its basins, and finds the first of these
  TakingOrder<Value> order;
  BasinsView basins;
  const std::uint32_t* peak;  // per voxel
  std::uint32_t* necks;
  TAUVOX_HD void operator()(std::int64_t at, const Voxel& v) const {
    const Value width = order.distance[at];
    const std::int64_t key = order.key(width, static_cast<std::uint32_t>(at));
    const auto find = [&](std::uint32_t at_peak) {
      if (!order.is_open(width, order.distance[at_peak])) return false;
      atomic_min(basins.first + basins.number(at_peak), key);
      return true;
    };
    bool open = find(peak[at]);
    order.for_earlier(v, [&](std::int64_t other) {
      if (peak[other] != peak[at] && find(peak[other])) open = true;
    });
    if (open) mark(necks, at);
  }
};

/// What is joined already of the basins around a voxel.
template <class Value>
struct Meeting {
  TakingOrder<Value> order;
  BasinsView basins;
  const std::uint32_t* peak;  // per voxel

  TAUVOX_HD Value height(std::uint32_t b) const { return order.distance[basins.peak[b]]; }
  TAUVOX_HD bool is_earlier(std::uint32_t a, std::uint32_t b) const {
    return order.key(height(a), a) < order.key(height(b), b);
  }
  /// f(root) for every earlier neighbour.
  template <class F>
  TAUVOX_HD void for_roots(const Voxel& v, const F& f) const {
    order.for_earlier(v, [&](std::int64_t other) { f(root_of(basins.root, basins.number(peak[other]))); });
  }
};

template <class Value>
struct FindFirstNecks {  // one call a word of necks
  Meeting<Value> meeting;
  std::uint32_t *necks, *left;
  TAUVOX_HD void operator()(std::int64_t w) const {
    const TakingOrder<Value>& order = meeting.order;
    std::uint32_t kept = 0;
    order.for_marked(w, necks[w], [&](std::int64_t at, const Voxel& v) {
      std::uint32_t roots[6] = {};
      int count = 0, open = 0;
      bool several = false;
      meeting.for_roots(v, [&](std::uint32_t root) {
        several |= count > 0 && root != roots[0];
        roots[count++] = root;
      });
      if (!several) return;
      const Value width = order.distance[at];
      const std::int64_t key = order.key(width, static_cast<std::uint32_t>(at));
      for (int r = 0; r < count; ++r)
        if (order.is_open(width, meeting.height(roots[r]))) {
          atomic_min(meeting.basins.first + roots[r], key);
          ++open;
        }
      if (open > 0) kept |= 1u << (at & 31);
    });
    necks[w] = kept;
    if (kept != 0) atomic_store(left, 1u);
  }
};

template <class Value>
struct ChooseParent {  // of a basin: the earliest at its first neck
  Meeting<Value> meeting;
  TAUVOX_HD void operator()(std::int64_t i) const {
    const BasinsView& basins = meeting.basins;
    if (basins.first[i] == latest) return;
    const auto mine = static_cast<std::uint32_t>(i), neck = static_cast<std::uint32_t>(basins.first[i]);
    std::uint32_t earliest = mine;
    meeting.for_roots(meeting.order.voxel(neck), [&](std::uint32_t root) {
      if (meeting.is_earlier(root, earliest)) earliest = root;
    });
    basins.first[i] = latest;
    if (earliest == mine) return;
    basins.parent[i] = earliest;
    basins.neck[i] = neck;
  }
};

struct JoinParent {
  BasinsView basins;
  TAUVOX_HD void operator()(std::int64_t i) const {
    if (basins.root[i] == i && basins.parent[i] != nothing) basins.root[i] = basins.parent[i];
  }
};

/// Roots from here on: basins of particles, and those that join between particles. `first` becomes the key of
/// the peak and of the neck.
template <class Value>
struct KeepRoot {
  Meeting<Value> meeting;
  TAUVOX_HD bool joins_between(std::uint32_t mine) const {
    const BasinsView& basins = meeting.basins;
    const std::uint32_t neck = basins.neck[mine];
    const Value width = meeting.order.distance[neck];
    for (std::uint32_t b = basins.parent[mine];; b = basins.parent[b]) {
      if (!meeting.order.is_open(width, meeting.height(b))) return true;
      if (basins.parent[b] == nothing) return false;
      const std::uint32_t next = basins.neck[b];  // up to this one: all that mine is joined to there
      if (meeting.order.key(meeting.order.distance[next], next) > meeting.order.key(width, neck))
        return false;
    }
  }
  TAUVOX_HD void operator()(std::int64_t i) const {
    const BasinsView& basins = meeting.basins;
    const auto mine = static_cast<std::uint32_t>(i);
    const std::uint32_t neck = basins.neck[i];
    if (neck == nothing) {
      basins.first[i] = meeting.order.key(meeting.height(mine), mine);
    } else {
      basins.first[i] = meeting.order.key(meeting.order.distance[neck], neck);
      basins.root[i] = joins_between(mine) ? mine : basins.parent[i];
    }
  }
};

struct TakeRoot {  // one call for 32 voxels: those of a basin lie together
  BasinsView basins;
  std::uint32_t* of_voxel;
  std::int64_t voxels;
  TAUVOX_HD void operator()(std::int64_t w) const {
    std::uint32_t peak = nothing, root = nothing;
    for (std::int64_t i = 32 * w; i < 32 * w + 32 && i < voxels; ++i) {
      if (of_voxel[i] == nothing) continue;
      if (of_voxel[i] != peak) {
        peak = of_voxel[i];
        root = basins.root[basins.number(peak)];
      }
      of_voxel[i] = root;
    }
  }
};

template <class Value>
class Joining {
 public:
  Joining(const Device& device, const TakingOrder<Value>& order)
      : device_(device),
        order_(order),
        of_voxel_(device, order.extent.voxels()),
        peaks_(device, words_of_bits(order.extent)),
        before_(device, peaks_.size() + 1) {}

  Basins run() {
    climb();
    join();
    for_each_index(device_, count_, KeepRoot<Value>{meeting()});
    for_each_index(device_, count_, ToRoot{root_.data()});
    for_each_index(device_, peaks_.size(), TakeRoot{view(), of_voxel_.data(), of_voxel_.size()});
    return numbered();
  }

 private:
  void climb() {
    peaks_.zero();
    for_each_cell(device_, order_.extent, Climb<Value>{order_, of_voxel_.data(), peaks_.data()});
    for_each_index(device_, of_voxel_.size(), ToRoot{of_voxel_.data()});
    for_each_index(device_, peaks_.size(), CountBits{peaks_.data(), before_.data()});
    count_ = exclusive_scan(device_, before_.data(), peaks_.size());
    for (Buffer<std::uint32_t>* numbers : {&peak_, &parent_, &neck_, &root_})
      *numbers = Buffer<std::uint32_t>(device_, count_ + 1);
    first_ = Buffer<std::int64_t>(device_, count_);
    for_each_index(device_, peaks_.size(), NumberPeaks{view()});
  }
  void join() {
    Buffer<std::uint32_t> necks(device_, peaks_.size()), left(device_, 1);
    necks.zero();
    for_each_cell(device_, order_.extent,
                  AtBorder<Value, MarkOpenNeck<Value>>{
                      order_, of_voxel_.data(), {order_, view(), of_voxel_.data(), necks.data()}});
    do {
      for_each_index(device_, count_, ChooseParent<Value>{meeting()});
      for_each_index(device_, count_, JoinParent{view()});
      left.zero();
      for_each_index(device_, necks.size(), FindFirstNecks<Value>{meeting(), necks.data(), left.data()});
    } while (left.to_host().front() != 0);
  }
  Basins numbered() {
    const std::vector<std::uint32_t> root = root_.to_host(), neck = neck_.to_host();
    const std::vector<std::int64_t> key = first_.to_host();
    std::vector<std::pair<std::int64_t, std::uint32_t>> particles, between;
    for (std::uint32_t b = 0; b < count_; ++b)
      if (root[b] == b) (neck[b] == nothing ? particles : between).emplace_back(key[b], b);
    std::sort(particles.begin(), particles.end());
    std::sort(between.begin(), between.end());
    Basins found{std::move(of_voxel_), std::move(root_), std::move(neck_),
                 Buffer<std::uint32_t>(device_, static_cast<std::int64_t>(between.size())),
                 static_cast<std::int64_t>(particles.size())};
    std::vector<std::uint32_t> numbers(root.size(), nothing);
    for (std::size_t p = 0; p < particles.size(); ++p)
      numbers[particles[p].second] = static_cast<std::uint32_t>(p);
    found.particle.copy_from(numbers);
    numbers.clear();
    for (const auto& [at, basin] : between) numbers.push_back(basin);
    found.between.copy_from(numbers);
    return found;
  }
  BasinsView view() const {
    return {peaks_.data(), before_.data(), peak_.data(), parent_.data(),
            neck_.data(),  root_.data(),   first_.data()};
  }
  Meeting<Value> meeting() const { return {order_, view(), of_voxel_.data()}; }

  const Device& device_;
  TakingOrder<Value> order_;
  Buffer<std::uint32_t> of_voxel_;  // what is above it; its peak; its basin
  Buffer<std::uint32_t> peaks_, before_, peak_, parent_, neck_, root_;
  Buffer<std::int64_t> first_;
  std::int64_t count_ = 0;
};

}  // namespace

template <class Value>
Basins find_basins(const Device& device, const TakingOrder<Value>& order) {
  return Joining<Value>(device, order).run();
}
template Basins find_basins(const Device&, const TakingOrder<std::uint16_t>&);
template Basins find_basins(const Device&, const TakingOrder<std::uint32_t>&);
template Basins find_basins(const Device&, const TakingOrder<float>&);

}  // namespace tauvox
