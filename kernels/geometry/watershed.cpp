#include "kernels/geometry/watershed.hpp"

#include "kernels/geometry/basins.hpp"
#include "kernels/geometry/flood_cpu.hpp"

namespace tauvox {
namespace {

/// Whether target was `seen`, and is `value` now; else `seen` becomes what it is.
TAUVOX_HD bool exchange_if(std::uint32_t* target, std::uint32_t& seen, std::uint32_t value) {
#ifdef __CUDA_ARCH__
  const std::uint32_t before = seen;
  return (seen = atomicCAS(target, before, value)) == before;
#else
  return __atomic_compare_exchange_n(target, &seen, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
#endif
}
/// Bits of voxels, and of words that have some: few are marked at a time.
struct Marks {
  std::uint32_t *voxels, *words;

  TAUVOX_HD static std::uint32_t set(std::uint32_t* word, std::uint32_t bits) {
#ifdef __CUDA_ARCH__
    __threadfence();
    return atomicOr(word, bits);
#else
    return __atomic_fetch_or(word, bits, __ATOMIC_ACQ_REL);
#endif
  }
  TAUVOX_HD static std::uint32_t take(std::uint32_t* word) {
    if (atomic_load(word) == 0) return 0;
#ifdef __CUDA_ARCH__
    const std::uint32_t bits = atomicExch(word, 0u);
    __threadfence();
    return bits;
#else
    return __atomic_exchange_n(word, 0u, __ATOMIC_ACQ_REL);
#endif
  }
  /// Who takes the marks sees what was written before.
  TAUVOX_HD void add(std::int64_t w, std::uint32_t bits) const {
    if (set(voxels + w, bits) == 0) set(words + (w >> 5), 1u << (w & 31));
  }
  TAUVOX_HD void add(std::int64_t at) const { add(at >> 5, 1u << (at & 31)); }
};

/// Marks the voxels of earlier particles beside a voxel.
template <class Value>
struct MarkEarlier {
  TakingOrder<Value> order;
  const std::uint32_t *particle, *basin;
  Marks marks;
  TAUVOX_HD void operator()(std::int64_t at, const Voxel& v) const {
    const std::uint32_t mine = basin[at];
    order.for_earlier(v, [&](std::int64_t other) {
      const std::uint32_t there = basin[other];
      if (there != mine && particle[there] < particle[mine]) marks.add(other);
    });
  }
};

/// Marks the voxels of basins that have another particle than before; one call a word.
struct MarkChanged {
  const std::uint32_t *basin, *changed;  // changed: 1 or 0 for every basin, and 0 behind the last
  std::uint32_t basins;
  std::int64_t voxels;
  Marks marks;
  TAUVOX_HD void operator()(std::int64_t w) const {
    const std::uint32_t* const here = basin + 32 * w;
    const std::int64_t count = voxels - 32 * w < 32 ? voxels - 32 * w : 32;
    std::uint32_t any = 0;
    for (std::int64_t i = 0; i < count; ++i) any |= changed[here[i] < basins ? here[i] : basins];
    if (any == 0) return;
    std::uint32_t bits = 0;
    for (std::int64_t i = 0; i < count; ++i) bits |= changed[here[i] < basins ? here[i] : basins] << i;
    marks.add(w, bits);
  }
};

/// Particles for the basins that join between some.
template <class Value>
struct TakeBetween {
  TakingOrder<Value> order;
  const std::uint32_t *between, *neck, *basin;
  std::uint32_t *particle, *changed, *left;  // changed: per basin
  TAUVOX_HD void operator()(std::int64_t i) const {
    const std::uint32_t mine = between[i], at = neck[mine];
    std::uint32_t found = nothing;
    bool any = false, is_after = false, done = false;
    order.for_earlier(order.voxel(at), [&](std::int64_t other) {
      const std::uint32_t there = atomic_load(basin + other);
      if (neck[there] == at) {  // another that joins here
        is_after |= there == mine;
        done |= is_after && any;
      } else if (!done) {
        const std::uint32_t its = atomic_load(particle + there);
        found = its < found ? its : found;
        any = true;
        done |= is_after;
      }
    });
    if (found >= atomic_load(particle + mine)) return;
    atomic_store(particle + mine, found);
    atomic_store(changed + mine, 1u);
    atomic_store(left, 1u);
  }
};

/// A marked voxel gives its particle to those of its later neighbours that have later ones, and these are
/// marked then. One call for 32 words.
template <class Value>
struct HandOn {
  TakingOrder<Value> order;
  const std::uint32_t* particle;
  std::uint32_t *basin, *left;
  Marks marks;

  TAUVOX_HD bool give(std::int64_t at, std::uint32_t given) const {
    std::uint32_t has = atomic_load(basin + at);
    while (has != given && particle[given] < particle[has])
      if (exchange_if(basin + at, has, given)) return true;
    return false;
  }
  TAUVOX_HD void operator()(std::int64_t i) const {
    for (std::uint32_t words = Marks::take(marks.words + i); words != 0; words &= words - 1) {
      const std::int64_t w = 32 * i + lowest_bit(words);
      order.for_marked(w, Marks::take(marks.voxels + w), [&](std::int64_t at, const Voxel& v) {
        const std::uint32_t mine = atomic_load(basin + at);
        order.for_later(v, [&](std::int64_t other) {
          if (!give(other, mine)) return;
          marks.add(other);
          atomic_store(left, 1u);
        });
      });
    }
  }
};

struct TakeNumber {
  const std::uint32_t* particle;  // of every basin, and nothing behind the last
  std::uint32_t basins;
  std::uint32_t* basin;
  TAUVOX_HD void operator()(std::int64_t i) const {
    basin[i] = particle[basin[i] < basins ? basin[i] : basins];
  }
};

template <class Value>
ParticleNumbers parted(const Device& device, const TakingOrder<Value>& order) {
  Basins basins = find_basins(device, order);
  std::uint32_t *const basin = basins.of_voxel.data(), *const particle = basins.particle.data();
  const auto count = static_cast<std::uint32_t>(basins.particle.size() - 1);
  const std::int64_t voxels = basins.of_voxel.size();
  Buffer<std::uint32_t> marked(device, words_of_bits(order.extent)), words(device, (marked.size() + 31) / 32),
      changed(device, basins.particle.size()), left(device, 1);
  const Marks marks{marked.data(), words.data()};
  const auto repeat = [&](std::int64_t calls, const auto& pass) {
    for (bool any = false;; any = true) {
      left.zero();
      for_each_index(device, calls, pass);
      if (left.to_host().front() == 0) return any;
    }
  };
  const auto take_between = [&] {
    changed.zero();
    return repeat(basins.between.size(), TakeBetween<Value>{order, basins.between.data(), basins.neck.data(),
                                                            basin, particle, changed.data(), left.data()});
  };
  marked.zero();
  words.zero();
  take_between();
  for_each_cell(device, order.extent,
                AtBorder<Value, MarkEarlier<Value>>{order, basin, {order, particle, basin, marks}});
  while (true) {
    repeat(words.size(), HandOn<Value>{order, particle, basin, left.data(), marks});
    if (!take_between()) break;
    for_each_index(device, marked.size(), MarkChanged{basin, changed.data(), count, voxels, marks});
  }
  for_each_index(device, voxels, TakeNumber{particle, count, basin});
  return {std::move(basins.of_voxel), basins.particles};
}

}  // namespace

ParticleNumbers part_at_once(const SquaredDistance& distances, double neck) {
  return distances.visit([&]<class Value>(const Value* distance) {
    return parted(distances.device(), TakingOrder<Value>{distance, distances.extent, neck * neck});
  });
}

ParticleNumbers part_at_necks(const SquaredDistance& distances, double neck) {
  const Device& device = distances.device();
  if (!device.is_cuda() && device.threads() < threads_at_once) return flood_particles(distances, neck);
  return part_at_once(distances, neck);
}

}  // namespace tauvox
