// Rows of the volume made dense, and what is done to one of them: the vector code of passes_cpu.cpp and
// repair_cpu.cpp. CPU only.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "kernels/transport/blocks.hpp"
#include "kernels/transport/walk_cpu.hpp"

namespace tauvox::rows {

#if defined(__x86_64__)
#define TAUVOX_AVX2 __attribute__((target("avx2")))

/// For each mask of 8 voxels: where a voxel's unknown is among those before it, negative where it has none.
/// The other way round: which voxel the k-th unknown belongs to.
struct Places {
  alignas(32) std::int32_t of_voxel[256][8], of_unknown[256][8];
  Places() {
    for (int mask = 0; mask < 256; ++mask) {
      int k = 0;
      for (int b = 0; b < 8; ++b) of_unknown[mask][b] = 0;
      for (int b = 0; b < 8; ++b) {
        of_voxel[mask][b] = (mask >> b) & 1 ? k : -1;
        if ((mask >> b) & 1) of_unknown[mask][k++] = b;
      }
    }
  }
};
inline const Places places;
inline const bool have_avx2 = __builtin_cpu_supports("avx2");

/// 32 voxels; reads 8 elements at a time, so up to 7 past the last unknown (buffers are padded).
TAUVOX_AVX2 inline void expand_word(std::uint32_t mask, const float* from, float* dense) {
  for (int b = 0; b < 32; b += 8, mask >>= 8) {
    const __m256i place = _mm256_load_si256(reinterpret_cast<const __m256i*>(places.of_voxel[mask & 255u]));
    const __m256 values = _mm256_permutevar8x32_ps(_mm256_loadu_ps(from), place);
    _mm256_storeu_ps(dense + b, _mm256_andnot_ps(_mm256_castsi256_ps(_mm256_srai_epi32(place, 31)), values));
    from += __builtin_popcount(mask & 255u);
  }
}
/// The reverse; writes up to 7 past the last unknown.
TAUVOX_AVX2 inline void compress_word(std::uint32_t mask, const float* dense, float* to) {
  for (int b = 0; b < 32; b += 8, mask >>= 8) {
    const __m256i place = _mm256_load_si256(reinterpret_cast<const __m256i*>(places.of_unknown[mask & 255u]));
    _mm256_storeu_ps(to, _mm256_permutevar8x32_ps(_mm256_loadu_ps(dense + b), place));
    to += __builtin_popcount(mask & 255u);
  }
}
#else
inline const bool have_avx2 = false;
inline void expand_word(std::uint32_t, const float*, float*) {}
inline void compress_word(std::uint32_t, const float*, float*) {}
#endif

/// dense = the row's unknowns where it conducts, 0 elsewhere. Writes up to 31 voxels past the row's last.
template <class T, class W>
TAUVOX_CLONES void expand(const UnknownsWord* words, std::int64_t nx, const T* unknowns, W* dense) {
  for (std::int64_t x = 0; x < nx; x += 32) {
    const UnknownsWord word = words[x / 32];
    const T* from = unknowns + word.rank;
    if constexpr (std::is_same_v<T, float> && std::is_same_v<W, float>)
      if (have_avx2) {
        expand_word(word.mask, from, dense + x);
        continue;
      }
    if constexpr (std::is_same_v<T, float> && std::is_same_v<W, double>)
      if (have_avx2) {
        alignas(64) float single[32];
        expand_word(word.mask, from, single);
        for (int b = 0; b < 32; ++b) dense[x + b] = single[b];
        continue;
      }
    std::uint32_t mask = word.mask;
    for (int b = 0; b < 32; ++b, mask >>= 1) {  // reads at most one element past the row's last
      dense[x + b] = (mask & 1u) ? static_cast<W>(*from) : W(0);
      from += mask & 1u;
    }
  }
}

/// unknowns = what the dense row has where the row conducts. Writes up to 8 past the last.
template <class W, class T>
TAUVOX_CLONES void compress(const UnknownsWord* words, std::int64_t nx, const W* dense, T* unknowns) {
  for (std::int64_t x = 0; x < nx; x += 32) {
    const UnknownsWord word = words[x / 32];
    T* to = unknowns + word.rank;
    if constexpr (std::is_same_v<T, float> && std::is_same_v<W, float>)
      if (have_avx2) {
        compress_word(word.mask, dense + x, to);
        continue;
      }
    std::uint32_t mask = word.mask;
    for (std::int64_t b = 0; mask != 0; ++b, mask >>= 1) {
      *to = static_cast<T>(dense[x + b]);
      to += mask & 1u;
    }
  }
}

template <class W, class Law>
TAUVOX_CLONES void apply_row(Law, std::int64_t nx, Star<W> a, Star<W> u, const W* scale, W shift, W* out) {
  const W sx = scale[2], sy = scale[1], sz = scale[0];
#pragma GCC ivdep
  for (std::int64_t x = 0; x < nx; ++x) {
    const W here = u.c[x], m = a.c[x];
    W sum = shift * here;
    sum += sx * Law::conductance(m, a.c[x - 1]) * (here - u.c[x - 1]);
    sum += sx * Law::conductance(m, a.c[x + 1]) * (here - u.c[x + 1]);
    sum += sy * Law::conductance(m, a.y0[x]) * (here - u.y0[x]);
    sum += sy * Law::conductance(m, a.y1[x]) * (here - u.y1[x]);
    sum += sz * Law::conductance(m, a.z0[x]) * (here - u.z0[x]);
    sum += sz * Law::conductance(m, a.z1[x]) * (here - u.z1[x]);
    out[x] = sum;
  }
}

template <class W, class Law>
TAUVOX_CLONES void diagonal_row(Law, std::int64_t nx, Star<W> a, const W* scale, W shift, W* out) {
  const W sx = scale[2], sy = scale[1], sz = scale[0];
#pragma GCC ivdep
  for (std::int64_t x = 0; x < nx; ++x) {
    const W m = a.c[x];
    W sum = shift;
    sum += sx * Law::conductance(m, a.c[x - 1]);
    sum += sx * Law::conductance(m, a.c[x + 1]);
    sum += sy * Law::conductance(m, a.y0[x]);
    sum += sy * Law::conductance(m, a.y1[x]);
    sum += sz * Law::conductance(m, a.z0[x]);
    sum += sz * Law::conductance(m, a.z1[x]);
    out[x] = sum;
  }
}

template <class W>
TAUVOX_CLONES void jacobi_row(std::int64_t nx, const W* r, const W* diagonal, W* e) {
#pragma GCC ivdep
  for (std::int64_t x = 0; x < nx; ++x) e[x] = diagonal[x] > 0 ? damping * r[x] / diagonal[x] : 0;
}

/// z = e + damping (r - A e) / diagonal
template <class W>
TAUVOX_CLONES void jacobi_again_row(std::int64_t nx, const W* r, const W* Ae, const W* diagonal, const W* e,
                                    W* z) {
#pragma GCC ivdep
  for (std::int64_t x = 0; x < nx; ++x)
    z[x] = e[x] + (diagonal[x] > 0 ? damping * (r[x] - Ae[x]) / diagonal[x] : 0);
}

template <class A, class B>
TAUVOX_CLONES void add_dot(std::int64_t n, const A* a, const B* b, Lanes<1>& sums) {
  for (std::int64_t i = 0; i < n; i += lanes) {
    const auto width = static_cast<int>(std::min<std::int64_t>(lanes, n - i));
    for (int l = 0; l < width; ++l)
      sums.value[0][l] += static_cast<double>(a[i + l]) * static_cast<double>(b[i + l]);
  }
}

template <class T>
TAUVOX_CLONES void negate(std::int64_t n, const double* a, T* b) {
  for (std::int64_t i = 0; i < n; ++i) b[i] = static_cast<T>(-a[i]);
}

template <class T>
TAUVOX_CLONES void add_squares(std::int64_t n, const T* a, double* sums) {
  for (std::int64_t i = 0; i < n; i += lanes) {
    const auto width = static_cast<int>(std::min<std::int64_t>(lanes, n - i));
    for (int l = 0; l < width; ++l) sums[l] += a[i + l] * a[i + l];
  }
}

/// What a shift and a load (null: none) add to the energy of a row's unknowns u, and take from what is left
/// of the load's part in `left` = A u - b.
inline void add_drive(std::int64_t n, double shift, const double* load, const double* u, double* left,
                      double* energy) {
  for (std::int64_t i = 0; i < n; ++i) {
    const double b = load ? load[i] : 0;
    left[i] -= b;
    energy[i % lanes] += shift * u[i] * u[i] - 2 * b * u[i];
  }
}

/// sum over x of g (u - other)^2; with `flux` also of g (u - other).
template <class Law>
TAUVOX_CLONES void add_energy(Law, std::int64_t begin, std::int64_t end, const double* a, const double* b,
                              const double* u, const double* v, double scale, double* energy, double* flux) {
  for (std::int64_t x = begin; x < end; x += lanes) {
    const auto width = static_cast<int>(std::min<std::int64_t>(lanes, end - x));
    for (int l = 0; l < width; ++l) {
      const double drop = u[x + l] - v[x + l];
      const double q = Law::conducts(a[x + l]) ? scale * Law::conductance(a[x + l], b[x + l]) * drop : 0.0;
      energy[l] += q * drop;
      if (flux) flux[l] += q;
    }
  }
}

template <class W>
struct Rows {  // work space and the medium's row operations
  const Medium<W>& m;
  std::int64_t nx;
  std::vector<W> space;
  explicit Rows(const Medium<W>& medium)
      : m(medium), nx(m.active.extent.nx), space(static_cast<std::size_t>(4 * (nx + 64))) {}
  W* work(int k) { return space.data() + k * (nx + 64) + 16; }

  const UnknownsWord* words(std::int64_t y, std::int64_t z) const { return &m.active.word(0, y, z); }
  std::int64_t start(std::int64_t y, std::int64_t z) const { return m.active.row_start[m.active.row(y, z)]; }
  std::int64_t count(std::int64_t y, std::int64_t z) const {
    return m.active.row_start[m.active.row(y, z) + 1] - start(y, z);
  }
  void apply(const Star<W>& a, const Star<W>& u, W* out) const {
    with_law(m.law, [&](auto law) { apply_row(law, nx, a, u, m.scale, m.shift, out); });
  }
  void diagonal(const Star<W>& a, W* out) const {
    with_law(m.law, [&](auto law) { diagonal_row(law, nx, a, m.scale, m.shift, out); });
  }
};

/// Calls f(node, x) for every unknown of the row, with its aggregate's number.
template <class F>
void for_each_aggregate(const BlockView& blocks, const UnknownsWord* words, std::int64_t nx, std::int64_t y,
                        std::int64_t z, const F& f) {
  const std::int64_t b = blocks.block(0, y >> 1, z >> 1);
  const std::uint32_t* first = blocks.first_node + b;
  const int position = BlockView::position(0, y, z);
  for (std::int64_t x = 0; x < nx; x += 32)
    for (std::uint32_t mask = words[x / 32].mask; mask != 0; mask &= mask - 1) {
      const std::int64_t at = x + __builtin_ctz(mask);
      const int s = position + static_cast<int>(at & 1);
      f(first[at >> 1] + static_cast<std::uint32_t>(BlockView::local(blocks.code(b + (at >> 1)), s)), at);
    }
}

/// Zeroes the values of the aggregates of a row of blocks before the first of its rows is added.
template <class W>
void clear_aggregates(const BlockView& blocks, std::int64_t y, std::int64_t z, W* values) {
  if (((y | z) & 1) != 0) return;
  const std::int64_t b = blocks.block(0, y >> 1, z >> 1);
  std::fill(values + blocks.first_node[b], values + blocks.first_node[b + blocks.lattice.nx], W(0));
}

/// Dense row of the potential: reference plus v.
template <class T>
void potential_row(const Rows<double>& rows, const Drive& drive, const T* v, std::int64_t y, std::int64_t z,
                   double* row) {
  const Medium<double>& m = rows.m;
  const auto share = [&](int axis, std::int64_t i) {
    return drive.reference(axis, static_cast<double>(m.length(axis)), i);
  };
  expand(rows.words(y, z), rows.nx, v + rows.start(y, z), row);
  const double here = share(0, z) + share(1, y);
  if (drive.first[2] == 0 && drive.last[2] == 0)
    for (std::int64_t x = 0; x < rows.nx; ++x) row[x] += here;
  else
    for (std::int64_t x = 0; x < rows.nx; ++x) row[x] += here + share(2, x);
}

}  // namespace tauvox::rows
