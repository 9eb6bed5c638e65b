// The launchers. A kernel is a functor with `operator()(x, y, z) const`; the CPU threads or a CUDA device
// run it over all cells. A functor may bring a tuned CPU form of a whole row, `row(y, z, nx)`; the plain
// form stays its reference.
// A cell is a point of an extent: a voxel, a node of a lattice, an index.
//
// A functor says what it must move, every array it reads and every array it writes once: `bytes()` for the
// whole pass, or `bytes_per_element`. The launchers count it (Device::traffic_bytes).
//
// Sums have one fixed order on every device and for every number of threads: rows are gathered in chunks of
// about 4096 cells; inside a chunk cell x adds to lane x % 64; the 64 lanes, and then the chunks, are added
// as a tree. Included by the sources of kernels/ and their tests only.
#pragma once

#include <algorithm>

#include "kernels/base/cuda_check.hpp"
#include "kernels/base/device.hpp"
#include "kernels/base/extent.hpp"

// One body for several instruction sets, chosen at run time. Sanitizers cannot see into the chooser.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__CUDACC__) && \
    !defined(__SANITIZE_ADDRESS__)
#define TAUVOX_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define TAUVOX_CLONES
#endif

namespace tauvox {

/// Whether this CPU can run what stands in *_vectors.cpp, as it was compiled.
inline bool have_vectors() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2");
#else
  return true;
#endif
}

inline constexpr int lanes = 64;
inline constexpr std::int64_t chunk_cells = 4096;
inline constexpr std::int64_t parallel_cells = 32768;  // below, waking threads costs more than they give

/// N sums gathered in one pass.
template <int N>
struct Sums {
  double value[N] = {};
  TAUVOX_HD double operator[](int i) const { return value[i]; }
};

/// Counts what a pass over `elements` says it must move; nothing where it does not say. For walkers of other
/// files, too: the launchers of this one count by themselves.
template <class Pass>
void count_pass(const Device& device, const Pass& pass, std::int64_t elements) {
  if constexpr (requires { pass.bytes(); })
    device.count_traffic(pass.bytes());
  else if constexpr (requires { Pass::bytes_per_element; })
    device.count_traffic(Pass::bytes_per_element * elements);
}

/// Lanes of one chunk, on the CPU.
template <int N>
struct Lanes {
  alignas(64) double value[N][lanes] = {};
  void fold(double* out, std::int64_t stride) {
    for (int n = 0; n < N; ++n) {
      for (int width = lanes / 2; width > 0; width /= 2)
        for (int l = 0; l < width; ++l) value[n][l] += value[n][l + width];
      out[n * stride] = value[n][0];
    }
  }
};

namespace detail {

/// Rows per chunk, from the extent alone.
inline std::int64_t chunk_rows(const Extent& e) { return std::max<std::int64_t>(1, chunk_cells / e.nx); }
inline std::int64_t chunks(std::int64_t count, std::int64_t per_chunk) {
  return (count + per_chunk - 1) / per_chunk;
}

/// Threads worth waking for this extent; what they compute does not depend on it.
inline int team(const Device& device, const Extent& e) {
  return e.cells() < parallel_cells ? 1 : device.threads();
}

template <class F>
TAUVOX_CLONES void run_row(const F& f, std::int64_t nx, std::int64_t y, std::int64_t z) {
#pragma GCC ivdep
  for (std::int64_t x = 0; x < nx; ++x) f(x, y, z);
}

template <class F>
TAUVOX_CLONES void run_whole_row(const F& f, std::int64_t y, std::int64_t z) {
  f(y, z);
}

template <int N, class F>
TAUVOX_CLONES void sum_row(const F& f, std::int64_t nx, std::int64_t y, std::int64_t z, Lanes<N>& sums) {
  std::int64_t x = 0;
  for (; x + lanes <= nx; x += lanes) {
#pragma GCC ivdep
    for (int l = 0; l < lanes; ++l) {
      const Sums<N> s = f(x + l, y, z);
      for (int n = 0; n < N; ++n) sums.value[n][l] += s[n];
    }
  }
  for (int l = 0; x + l < nx; ++l) {
    const Sums<N> s = f(x + l, y, z);
    for (int n = 0; n < N; ++n) sums.value[n][l] += s[n];
  }
}

/// Adds `count` partial sums (N interleaved arrays of that length) in the fixed order; ends with one value
/// each.
template <int N>
Sums<N> fold_partials(double* partial, std::int64_t count) {
  while (count > 1) {
    const std::int64_t next = chunks(count, chunk_cells);
    for (int n = 0; n < N; ++n)
      for (std::int64_t c = 0; c < next; ++c) {
        Lanes<1> sums;
        const std::int64_t end = std::min(count, (c + 1) * chunk_cells);
        for (std::int64_t i = c * chunk_cells; i < end; ++i)
          sums.value[0][i % lanes] += partial[n * count + i];
        sums.fold(partial + n * next + c, 1);  // never ahead of what is still to be read: next <= count
      }
    count = next;
  }
  Sums<N> total;
  for (int n = 0; n < N; ++n) total.value[n] = partial[n];
  return total;
}

#ifdef TAUVOX_DEVICE_CODE
inline constexpr int block_threads = 128;

/// f(y, z) for cell (y, z) of a plane.
template <class F>
struct RowAsCell {
  F f;
  TAUVOX_HD void operator()(std::int64_t y, std::int64_t z, std::int64_t) const { f(y, z); }
};

/// A launch has less than 2^31 blocks, so a row's number and coordinates are found with 32 bits: dividing 64
/// of them takes a GPU longer than most functors do.
template <class F>
__global__ void cell_kernel(F f, Extent e, unsigned blocks_per_row) {
  const unsigned row = blockIdx.x / blocks_per_row, ny = static_cast<unsigned>(e.ny);
  const std::int64_t x = std::int64_t{blockIdx.x - row * blocks_per_row} * block_threads + threadIdx.x;
  if (x < e.nx) f(x, row % ny, row / ny);
}

template <class F>
__global__ void index_kernel(F f, std::int64_t count) {
  const std::int64_t i = std::int64_t{blockIdx.x} * block_threads + threadIdx.x;
  if (i < count) f(i);
}

template <int N>
__device__ void fold_block(double (&mine)[N], double* out, std::int64_t stride) {
  __shared__ double shared[N][lanes];
  const int lane = static_cast<int>(threadIdx.x);
  for (int n = 0; n < N; ++n) shared[n][lane] = mine[n];
  for (int width = lanes / 2; width > 0; width /= 2) {
    __syncthreads();
    if (lane < width)
      for (int n = 0; n < N; ++n) shared[n][lane] += shared[n][lane + width];
  }
  if (lane == 0)
    for (int n = 0; n < N; ++n) out[n * stride] = shared[n][0];
}

template <int N, class F>
__global__ void sum_kernel(F f, Extent e, std::int64_t rows_per_chunk, double* partial) {
  const std::int64_t row_begin = blockIdx.x * rows_per_chunk;
  const std::int64_t rows = e.ny * e.nz;
  const std::int64_t row_end = row_begin + rows_per_chunk < rows ? row_begin + rows_per_chunk : rows;
  double mine[N] = {};
  std::int64_t y = row_begin % e.ny, z = row_begin / e.ny;
  for (std::int64_t row = row_begin; row < row_end; ++row) {
    for (std::int64_t x = threadIdx.x; x < e.nx; x += lanes) {
      const Sums<N> s = f(x, y, z);
      for (int n = 0; n < N; ++n) mine[n] += s[n];
    }
    if (++y == e.ny) y = 0, ++z;
  }
  fold_block<N>(mine, partial + blockIdx.x, gridDim.x);
}

template <int N>
__global__ void fold_kernel(const double* in, std::int64_t count, double* out) {
  const std::int64_t begin = blockIdx.x * chunk_cells;
  const std::int64_t end = begin + chunk_cells < count ? begin + chunk_cells : count;
  double mine[N] = {};
  for (std::int64_t i = begin + threadIdx.x; i < end; i += lanes)
    for (int n = 0; n < N; ++n) mine[n] += in[n * count + i];
  fold_block<N>(mine, out + blockIdx.x, gridDim.x);
}

/// Room for `count` partial sums (N arrays of that length), and for adding them.
template <int N>
double* partial_sums(const Device& device, std::int64_t count) {
  return device.scratch(N * (count + chunks(count, chunk_cells) + 1));
}

/// Adds them in the fixed order.
template <int N>
Sums<N> fold_on_device(const Device& device, double* in, std::int64_t count) {
  double* out = in + N * count;
  while (count > 1) {
    const std::int64_t next = chunks(count, chunk_cells);
    launch("starting a sum", fold_kernel<N>, next, lanes, in, count, out);
    std::swap(in, out);
    count = next;
  }
  Sums<N> total;
  device.copy_out(total.value, in, sizeof total.value);
  return total;
}
#endif

}  // namespace detail

namespace detail {
template <class F>
void cells_on_cpu(const Device& device, const Extent& extent, const F& f) {
  const std::int64_t rows = extent.ny * extent.nz;
#pragma omp parallel for schedule(static) num_threads(team(device, extent))
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t y = row % extent.ny, z = row / extent.ny;
    if constexpr (requires { f.row(y, z, extent.nx); })
      f.row(y, z, extent.nx);
    else
      run_row(f, extent.nx, y, z);
  }
}
}  // namespace detail

/// Runs f(x, y, z) once for every cell of `extent`, in any order.
template <class F>
void for_each_cell(const Device& device, const Extent& extent, const F& f) {
  count_pass(device, f, extent.cells());
#ifdef TAUVOX_DEVICE_CODE
  if (device.is_cuda()) {
    const std::int64_t per_row = detail::chunks(extent.nx, detail::block_threads),
                       blocks = extent.ny * extent.nz * per_row;
    if (blocks > 0)  // a launch of no blocks is an error
      launch("starting a kernel", detail::cell_kernel<F>, blocks, detail::block_threads, f, extent,
             static_cast<unsigned>(per_row));
    return;
  }
#endif
  detail::cells_on_cpu(device, extent, f);
}

/// Runs f(y, z) once for every row of `extent`, in any order: for what has to walk along a row.
template <class F>
void for_each_row(const Device& device, const Extent& extent, const F& f) {
  count_pass(device, f, extent.ny * extent.nz);
#ifdef TAUVOX_DEVICE_CODE
  if (device.is_cuda()) return for_each_cell(device, {extent.ny, extent.nz, 1}, detail::RowAsCell<F>{f});
#endif
  const std::int64_t rows = extent.ny * extent.nz;
#pragma omp parallel for schedule(static) num_threads(detail::team(device, extent))
  for (std::int64_t row = 0; row < rows; ++row) detail::run_whole_row(f, row % extent.ny, row / extent.ny);
}

/// Sums what f(x, y, z) returns, a Sums<N>, over all cells, in the fixed order; f may also write its cell.
template <int N, class F>
Sums<N> sum_over_cells(const Device& device, const Extent& extent, const F& f) {
  const std::int64_t rows = extent.ny * extent.nz, per_chunk = detail::chunk_rows(extent);
  const std::int64_t count = detail::chunks(rows, per_chunk);
  if (count == 0) return {};
  count_pass(device, f, extent.cells());
#ifdef TAUVOX_DEVICE_CODE
  if (device.is_cuda()) {
    double* partial = detail::partial_sums<N>(device, count);
    launch("starting a sum", detail::sum_kernel<N, F>, count, lanes, f, extent, per_chunk, partial);
    return detail::fold_on_device<N>(device, partial, count);
  }
#endif
  double* partial = device.scratch(N * count);
#pragma omp parallel for schedule(static) num_threads(detail::team(device, extent))
  for (std::int64_t c = 0; c < count; ++c) {
    Lanes<N> sums;
    const std::int64_t end = std::min(rows, (c + 1) * per_chunk);
    for (std::int64_t row = c * per_chunk; row < end; ++row) {
      const std::int64_t y = row % extent.ny, z = row / extent.ny;
      if constexpr (requires { f.row(y, z, extent.nx, sums); })
        f.row(y, z, extent.nx, sums);
      else
        detail::sum_row<N>(f, extent.nx, y, z, sums);
    }
    sums.fold(partial + c, count);
  }
  return detail::fold_partials<N>(partial, count);
}

namespace detail {
template <class F>
TAUVOX_CLONES void run_range(const F& f, std::int64_t begin, std::int64_t end) {
  const F local = f;  // what f(i) writes cannot change it
#pragma GCC ivdep
  for (std::int64_t i = begin; i < end; ++i) local(i);
}

template <int N, class F>
TAUVOX_CLONES void sum_range(const F& f, std::int64_t begin, std::int64_t end, Lanes<N>& sums) {
  const F local = f;
  for (std::int64_t i = begin; i < end; i += lanes) {
    const auto width = static_cast<int>(std::min<std::int64_t>(lanes, end - i));
#pragma GCC ivdep
    for (int l = 0; l < width; ++l) {
      const Sums<N> s = local(i + l);
      for (int n = 0; n < N; ++n) sums.value[n][l] += s[n];
    }
  }
}

/// f(i) for i in [0, count) as rows of chunk_cells.
template <class F>
struct Indexed {
  F f;
  std::int64_t count;
  void row(std::int64_t y, std::int64_t, std::int64_t nx) const {
    run_range(f, y * nx, std::min(count, (y + 1) * nx));
  }
};

template <int N, class F>
struct IndexedSum {
  F f;
  std::int64_t count;
  TAUVOX_HD Sums<N> operator()(std::int64_t x, std::int64_t y, std::int64_t) const {
    const std::int64_t i = x + chunk_cells * y;
    return i < count ? f(i) : Sums<N>{};
  }
  void row(std::int64_t y, std::int64_t, std::int64_t nx, Lanes<N>& sums) const {
    sum_range<N>(f, y * nx, std::min(count, (y + 1) * nx), sums);
  }
};

inline Extent index_extent(std::int64_t count) { return {chunk_cells, chunks(count, chunk_cells), 1}; }
}  // namespace detail

/// Runs f(i) once for every i in [0, count), in any order.
template <class F>
void for_each_index(const Device& device, std::int64_t count, const F& f) {
  count_pass(device, f, count);
#ifdef TAUVOX_DEVICE_CODE
  if (device.is_cuda()) {
    if (count > 0)
      launch("starting a kernel", detail::index_kernel<F>, detail::chunks(count, detail::block_threads),
             detail::block_threads, f, count);
    return;
  }
#endif
  detail::cells_on_cpu(device, detail::index_extent(count), detail::Indexed<F>{f, count});
}

/// Sums what f(i), a Sums<N>, returns over [0, count), in the fixed order; f may also write its element.
template <int N, class F>
Sums<N> sum_over_indices(const Device& device, std::int64_t count, const F& f) {
  count_pass(device, f, count);
  return sum_over_cells<N>(device, detail::index_extent(count), detail::IndexedSum<N, F>{f, count});
}

}  // namespace tauvox
