// Runs a pass over all octets: on threads of a CPU, or on a GPU, which gives each octet a thread.
//
// Sums are gathered in units of rows that follow from the extent alone, and units are added in their order.
#pragma once

#include "kernels/base/launch.hpp"
#include "kernels/transport/octet_faces.hpp"

namespace tauvox::vectors {
template <class Pass>
void run_on_cpu(const Pass& pass, int threads, double* partial);
}

namespace tauvox::TAUVOX_FORM {

/// What a pass adds up.
template <int N>
struct Totals {
#ifdef TAUVOX_VECTORS
  Octet<double> value[N > 0 ? N : 1] = {};
  TAUVOX_OCTET void add(int n, const Octet<double>& octet) { value[n] += octet; }
  TAUVOX_OCTET double operator[](int n) const { return sum_of(value[n]); }
#else
  double value[N > 0 ? N : 1] = {};
  TAUVOX_OCTET void add(int n, const Octet<double>& octet) { value[n] += sum_of(octet); }
  TAUVOX_OCTET double operator[](int n) const { return value[n]; }
#endif
};

/// How the rows of a lattice are shared out: tiles of rows that stay in a cache while the walk goes from
/// plane to plane, and slabs of planes such that there are enough units.
struct Units {
  std::int64_t ny, nz, height, depth, tiles, slabs;

  TAUVOX_OCTET explicit Units(const Extent& lattice) : ny(lattice.ny), nz(lattice.nz) {
    constexpr std::int64_t cells = 4096, wanted = 32, least = 8;
    const std::int64_t fit = cells / lattice.nx;
    height = fit < least ? least : fit;
    tiles = (ny + height - 1) / height;
    const std::int64_t most = nz / least < 1 ? 1 : nz / least, asked = (wanted + tiles - 1) / tiles;
    depth = (nz + (asked < most ? asked : most) - 1) / (asked < most ? asked : most);
    slabs = (nz + depth - 1) / depth;
  }
  TAUVOX_OCTET std::int64_t count() const { return tiles * slabs; }
  /// f(by, bz) for the rows of a unit, plane by plane.
  template <class F>
  TAUVOX_OCTET void for_each_row(std::int64_t unit, const F& f) const {
    const std::int64_t y0 = unit % tiles * height, z0 = unit / tiles * depth;
    const std::int64_t y1 = y0 + height < ny ? y0 + height : ny, z1 = z0 + depth < nz ? z0 + depth : nz;
    for (std::int64_t bz = z0; bz < z1; ++bz)
      for (std::int64_t by = y0; by < y1; ++by) f(by, bz);
  }
};

/// i, or where joined sides lead from there.
TAUVOX_OCTET std::int64_t wrap(std::int64_t i, std::int64_t n, bool joined) {
  return !joined ? i : i < 0 ? n - 1 : i >= n ? 0 : i;
}

TAUVOX_OCTET Place place_at(std::uint32_t octet, std::int64_t bx, std::int64_t by, std::int64_t bz) {
  return {octet,
          {static_cast<std::int32_t>(bz), static_cast<std::int32_t>(by), static_cast<std::int32_t>(bx)},
          {}};
}

/// What is there to know of octet i.
template <class W>
TAUVOX_OCTET Place place_of(const Medium<W>& m, std::uint32_t i, std::int64_t bx, std::int64_t by,
                            std::int64_t bz) {
  Place p = place_at(i, bx, by, bz);
  for_axes([&](auto axis) TAUVOX_INLINE {
    constexpr int a = axis;
    const std::int64_t n = m.octets.length(a);
    for (int k = 0; k < 2; ++k) {
      std::int64_t there[3] = {bz, by, bx};
      there[a] = wrap(there[a] + 2 * k - 1, n, m.joined(a));
      p.around[2 * a + k] =
          there[a] < 0 || there[a] >= n ? m.octets.none() : m.octets.find(there[2], there[1], there[0]);
    }
    p.at_end = p.at_end || m.at_end(a, p.at[a]);
  });
  return p;
}

/// a where the bit is set, else b; without a branch, which a CPU would guess wrongly.
TAUVOX_OCTET std::uint32_t pick(std::uint32_t bit, std::uint32_t a, std::uint32_t b) {
  return b ^ ((a ^ b) & (0u - bit));
}

/// Calls body(place) for the octets of a row: neighbours are found by counting bits, word by word.
template <class W, class Body>
TAUVOX_OCTET void for_each_octet(const Medium<W>& m, std::int64_t by, std::int64_t bz, const Body& body) {
  const OctetsView& o = m.octets;
  const OctetWord *own = o.row(by, bz), *none = o.words + o.words_per_row * o.lattice.rows();
  const OctetWord* near[4];
  std::int64_t step[4];
  for (int k = 0; k < 4; ++k) {
    const std::int64_t z = k < 2 ? wrap(bz + 2 * k - 1, o.lattice.nz, m.joined(0)) : bz,
                       y = k < 2 ? by : wrap(by + 2 * k - 5, o.lattice.ny, m.joined(1));
    step[k] = z >= 0 && z < o.lattice.nz && y >= 0 && y < o.lattice.ny ? 1 : 0;
    near[k] = step[k] ? o.row(y, z) : none;
  }
  const bool row_at_end = m.at_end(0, bz) || m.at_end(1, by);
  const std::int64_t last = o.lattice.nx - 1;
  const std::uint32_t zeros = o.none();
  Place p = place_at(0, 0, by, bz);
  for (std::int64_t w = 0; w < o.words_per_row; ++w) {
    const std::uint32_t mask = own[w].mask;
    if (mask == 0) continue;
    const std::uint32_t before = mask << 1 | (w > 0 ? own[w - 1].mask >> 31 : 0),
                        behind = mask >> 1 | (w + 1 < o.words_per_row ? own[w + 1].mask << 31 : 0);
    std::uint32_t i = own[w].first;
    for (std::uint32_t left = mask; left != 0; left &= left - 1, ++i) {
      const int b = lowest_bit(left);
      const std::uint32_t below = (1u << b) - 1;
      p.octet = i;
      p.at[2] = static_cast<std::int32_t>(32 * w) + b;
      p.around[4] = pick((before >> b) & 1u, i - 1, zeros);
      p.around[5] = pick((behind >> b) & 1u, i + 1, zeros);
      for (int k = 0; k < 4; ++k) {
        const OctetWord word = near[k][w * step[k]];
        p.around[k] = pick((word.mask >> b) & 1u,
                           word.first + static_cast<std::uint32_t>(bit_count(word.mask & below)), zeros);
      }
      p.at_end = row_at_end;
      if (p.at[2] == 0 || p.at[2] == last) {
        if (p.at[2] == 0 && m.joined(2)) p.around[4] = o.find(last, by, bz);
        if (p.at[2] == last && m.joined(2)) p.around[5] = o.find(0, by, bz);
        p.at_end = p.at_end || m.at_end(2, p.at[2]);
      }
      body(p);
    }
  }
}

/// A pass may set octets aside, few of them, that take it long: a warp then does those of its row together,
/// after the others (visit_aside), and is not held up by one of them at every step.
template <class Kind, class Pass>
concept SetsAside = requires(const Pass& pass, const Place& p) {
  set_aside<Kind>(pass, p);
};

#ifdef TAUVOX_VECTORS
/// A pass over the octets of a problem, with the form of its faces. `partial`: room for its sums by units.
template <class Kind, class Pass>
void walk(const Pass& pass, int threads, double* partial) {
  constexpr int N = Pass::sums;
  const auto& m = pass.medium();
  const Units units(m.octets.lattice);
  const std::int64_t count = units.count();
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
  for (std::int64_t u = 0; u < count; ++u) {
    Totals<N> totals;
    units.for_each_row(u, [&](std::int64_t by, std::int64_t bz) TAUVOX_INLINE {
      for_each_octet(m, by, bz, [&](const Place& p) TAUVOX_INLINE { visit<Kind>(pass, p, totals); });
    });
    for (int n = 0; n < N; ++n) partial[n * count + u] = totals[n];
  }
}
#else
/// A GPU gives each row a warp, and two rows a block of threads. On a CPU the same, in the same order.
inline constexpr int warp = 32, warps = lanes / warp;
inline std::int64_t blocks_of_rows(const Extent& lattice) { return detail::chunks(lattice.rows(), warps); }

template <class Kind, class Pass>
void walk(const Pass& pass, int threads, double* partial) {
  constexpr int N = Pass::sums;
  const auto& m = pass.medium();
  const Extent& lattice = m.octets.lattice;
  const std::int64_t count = blocks_of_rows(lattice);
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::int64_t block = 0; block < count; ++block) {
    Totals<N> totals[lanes], of_aside[lanes];
    for (std::int64_t row = block * warps; row < lattice.rows() && row < (block + 1) * warps; ++row) {
      const auto lane = [&](int k) { return row % warps * warp + k % warp; };
      int next = 0, next_aside = 0;
      for_each_octet(m, row % lattice.ny, row / lattice.ny, [&](const Place& p) TAUVOX_INLINE {
        Totals<N>& own = totals[lane(next++)];
        if constexpr (SetsAside<Kind, Pass>) {
          if (set_aside<Kind>(pass, p)) return visit_aside<Kind>(pass, p, of_aside[lane(next_aside++)]);
        }
        visit<Kind>(pass, p, own);
      });
    }
    if constexpr (N > 0) {
      Lanes<N> sums;
      for (int lane = 0; lane < lanes; ++lane)
        for (int n = 0; n < N; ++n) sums.value[n][lane] = totals[lane][n] + of_aside[lane][n];
      sums.fold(partial + block, count);
    }
  }
}
#endif

#ifdef TAUVOX_DEVICE_CODE
/// Blocks of threads that a multiprocessor shall have room for: 128 registers a thread in FP32, all it can
/// have in FP64. With fewer the passes in FP32 spill.
template <class Pass>
inline constexpr int resident_blocks =
    std::is_same_v<decltype(std::declval<const Pass&>().medium().shift), float> ? 8 : 4;

/// The octets of a row, each with a thread of a warp.
struct RowOfOctets {
  std::uint32_t begin = 0, end = 0;
  std::int64_t by = 0, bz = 0;
  __device__ RowOfOctets(const OctetsView& o, std::int64_t row) {
    if (row >= o.lattice.rows()) return;
    begin = o.words[row * o.words_per_row].first, end = o.words[(row + 1) * o.words_per_row].first;
    bz = row / o.lattice.ny, by = row - bz * o.lattice.ny;
  }
  __device__ std::uint32_t steps() const { return (end - begin + warp - 1) / warp; }
};

/// Those that are set aside wait until they fill a warp, or the row ends.
template <class Kind, class Pass, class Sum>
__device__ void visit_common_first(const Pass& pass, const RowOfOctets& row, std::uint32_t steps, Sum& totals,
                                   Sum& of_aside) {
  __shared__ std::uint32_t waiting[warps][2 * warp];
  __shared__ bool aside[warps][warp];
  const int w = static_cast<int>(threadIdx.x) / warp, lane = static_cast<int>(threadIdx.x) % warp;
  const auto place = [&](std::uint32_t i) {
    return place_of(pass.medium(), i, pass.medium().octets.x[i], row.by, row.bz);
  };
  int count = 0;  // of those that wait
  for (std::uint32_t step = 0; step <= steps; ++step) {
    const std::uint32_t i = row.begin + step * warp + static_cast<std::uint32_t>(lane);
    aside[w][lane] = false;
    if (i < row.end) {
      const Place p = place(i);
      aside[w][lane] = set_aside<Kind>(pass, p);
      if (!aside[w][lane]) visit_common<Kind>(pass, p, totals);
    }
    __syncthreads();
    int before = count;
    for (int k = 0; k < warp; ++k) before += k < lane && aside[w][k], count += aside[w][k];
    if (aside[w][lane]) waiting[w][before] = i;
    __syncthreads();
    const bool full = count >= warp;
    if (lane < count && (full || step == steps)) visit_aside<Kind>(pass, place(waiting[w][lane]), of_aside);
    const std::uint32_t behind = waiting[w][warp + lane];
    __syncthreads();
    if (full) waiting[w][lane] = behind, count -= warp;
  }
}

template <class Kind, class Pass>
__global__ void __launch_bounds__(lanes, resident_blocks<Pass>) octet_kernel(Pass pass, double* partial) {
  constexpr int N = Pass::sums;
  const auto& m = pass.medium();
  const std::int64_t first_row = std::int64_t{blockIdx.x} * warps;
  const RowOfOctets row(m.octets, first_row + threadIdx.x / warp);
  Totals<N> totals, of_aside;
  if constexpr (SetsAside<Kind, Pass>) {
    std::uint32_t steps = 0;  // of the block
    for (int w = 0; w < warps; ++w) {
      const std::uint32_t own = RowOfOctets(m.octets, first_row + w).steps();
      steps = own > steps ? own : steps;
    }
    visit_common_first<Kind>(pass, row, steps, totals, of_aside);
  } else {
    for (std::uint32_t i = row.begin + threadIdx.x % warp; i < row.end; i += warp)
      visit<Kind>(pass, place_of(m, i, m.octets.x[i], row.by, row.bz), totals);
  }
  if constexpr (N > 0) {
    double mine[N];
    for (int n = 0; n < N; ++n) mine[n] = totals[n] + of_aside[n];
    detail::fold_block<N>(mine, partial + blockIdx.x, gridDim.x);
  }
}
#endif

/// f(Kind{}) with the kind of a problem's faces.
template <class W, class F>
void with_faces(const Medium<W>& m, const F& f) {
  if (m.one_class) return f(Alike{});
  with_law(m.law, [&](auto law) {
    if constexpr (!std::is_same_v<decltype(law), OneClass>) f(ByLaw<decltype(law)>{});
  });
}

/// Runs a pass on a CPU. `partial`: room for its sums, by units.
template <class Pass>
void run_on_cpu(const Pass& pass, int threads, double* partial) {
  with_faces(pass.medium(), [&](auto kind) { walk<decltype(kind)>(pass, threads, partial); });
}

#ifndef TAUVOX_VECTORS
/// Of one sum, at most.
inline std::int64_t most_parts(const Extent& lattice) {
  return std::max(blocks_of_rows(lattice), Units(lattice).count());
}

/// Runs a pass in the form of a device, or in this one. `partial`: room for the parts of its sums, which are
/// left there.   @return how many parts a sum has
template <class Pass>
std::int64_t run_parts(const Device& device, const Pass& pass, KernelForm form, double* partial) {
  const auto& m = pass.medium();
  const Extent& lattice = m.octets.lattice;
  count_pass(device, pass, 0);
#ifdef TAUVOX_DEVICE_CODE
  if (device.is_cuda()) {
    with_faces(m, [&](auto kind) {
      launch("starting a pass over octets", octet_kernel<decltype(kind), Pass>, blocks_of_rows(lattice),
             lanes, pass, partial);
    });
    return blocks_of_rows(lattice);
  }
#endif
  const bool tuned = form == KernelForm::tuned && have_vectors();
  const int threads = detail::team(device, {8 * lattice.nx, lattice.ny, lattice.nz});
  if (tuned)
    vectors::run_on_cpu(pass, threads, partial);
  else
    run_on_cpu(pass, threads, partial);
  return tuned ? Units(lattice).count() : blocks_of_rows(lattice);
}

/// The same, and adds its sums up.
template <class Pass>
Sums<Pass::sums> run(const Device& device, const Pass& pass, KernelForm form) {
  constexpr int N = Pass::sums;
  const std::int64_t most = most_parts(pass.medium().octets.lattice);
#ifdef TAUVOX_DEVICE_CODE
  if (device.is_cuda()) {
    double* partial = N > 0 ? detail::partial_sums<N>(device, most) : nullptr;
    const std::int64_t parts = run_parts(device, pass, form, partial);
    if constexpr (N > 0) return detail::fold_on_device<N>(device, partial, parts);
    return {};
  }
#endif
  double* partial = device.scratch(N * most + 1);
  const std::int64_t parts = run_parts(device, pass, form, partial);
  if constexpr (N > 0) return detail::fold_partials<N>(partial, parts);
  return {};
}
#endif

}  // namespace tauvox::TAUVOX_FORM
