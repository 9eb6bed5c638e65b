#include "kernels/transport/passes_cpu.hpp"

#include <cstring>

#include "kernels/transport/dense_rows.hpp"

namespace tauvox::rows {

template <class T>
double apply_dot(const Device& device, const Medium<T>& m, const T* p, T* q) {
  return for_each_unit<1>(device, m.active.extent, [&](const Unit& unit, Lanes<1>& sums) {
    Rows<T> rows(m);
    const auto fill = [&](std::int64_t y, std::int64_t z, const Star<T>&, T* row) {
      expand(rows.words(y, z), rows.nx, p + rows.start(y, z), row);
    };
    const auto use = [&](std::int64_t y, std::int64_t z, const Star<T>& a, const Star<T>& u) {
      const std::int64_t start = rows.start(y, z), n = rows.count(y, z);
      rows.apply(a, u, rows.work(0));
      compress(rows.words(y, z), rows.nx, rows.work(0), rows.work(1));
      std::memcpy(q + start, rows.work(1), static_cast<std::size_t>(n) * sizeof(T));
      add_dot(n, p + start, rows.work(1), sums);
    };
    walk(m, unit, 1, {-1, 0}, fill, use);
  })[0];
}

template <class T>
void smooth_restrict(const Device& device, const Medium<float>& m, const BlockView& blocks, const T* r,
                     float* coarse_b) {
  for_each_unit<1>(device, m.active.extent, [&](const Unit& unit, Lanes<1>&) {
    Rows<float> rows(m);
    float *diagonal = rows.work(0), *dense_r = rows.work(1), *Ae = rows.work(2);
    const auto fill = [&](std::int64_t y, std::int64_t z, const Star<float>& a, float* row) {
      rows.diagonal(a, diagonal);
      expand(rows.words(y, z), rows.nx, r + rows.start(y, z), dense_r);
      jacobi_row(rows.nx, dense_r, diagonal, row);
    };
    const auto use = [&](std::int64_t y, std::int64_t z, const Star<float>& a, const Star<float>& e) {
      clear_aggregates(blocks, y, z, coarse_b);
      rows.apply(a, e, Ae);
      expand(rows.words(y, z), rows.nx, r + rows.start(y, z), dense_r);
      for_each_aggregate(blocks, rows.words(y, z), rows.nx, y, z,
                         [&](std::uint32_t node, std::int64_t x) { coarse_b[node] += dense_r[x] - Ae[x]; });
    };
    walk(m, unit, 2, {-1, 0}, fill, use);
  });
}

template <class T>
double prolong_smooth_dot(const Device& device, const Medium<float>& m, const BlockView& blocks, float factor,
                          const float* coarse_x, const T* r, T* z) {
  return for_each_unit<1>(device, m.active.extent, [&](const Unit& unit, Lanes<1>& sums) {
    Rows<float> rows(m);
    float *diagonal = rows.work(0), *dense_r = rows.work(1), *Ae = rows.work(2), *out = rows.work(3);
    const auto fill = [&](std::int64_t y, std::int64_t zz, const Star<float>& a, float* row) {
      rows.diagonal(a, diagonal);
      expand(rows.words(y, zz), rows.nx, r + rows.start(y, zz), dense_r);
      jacobi_row(rows.nx, dense_r, diagonal, row);
      for_each_aggregate(blocks, rows.words(y, zz), rows.nx, y, zz,
                         [&](std::uint32_t node, std::int64_t x) { row[x] += factor * coarse_x[node]; });
    };
    const auto use = [&](std::int64_t y, std::int64_t zz, const Star<float>& a, const Star<float>& e) {
      const std::int64_t start = rows.start(y, zz), n = rows.count(y, zz);
      rows.diagonal(a, diagonal);
      rows.apply(a, e, Ae);
      expand(rows.words(y, zz), rows.nx, r + start, dense_r);
      jacobi_again_row(rows.nx, dense_r, Ae, diagonal, e.c, out);
      compress(rows.words(y, zz), rows.nx, out, Ae);
      for (std::int64_t i = 0; i < n; ++i) z[start + i] = static_cast<T>(Ae[i]);
      add_dot(n, r + start, Ae, sums);
    };
    walk(m, unit, 2, {-1, 0}, fill, use);
  })[0];
}

template <class T>
Evaluation evaluate(const Device& device, const Medium<double>& m, const T* v, T* r, const BlockView& blocks,
                    double* rest) {
  const Extent& e = m.active.extent;
  const Sums<4> sums = for_each_unit<4>(device, e, [&](const Unit& unit, Lanes<4>& lane) {
    Rows<double> rows(m);
    const auto fill = [&](std::int64_t y, std::int64_t z, const Star<double>&, double* row) {
      potential_row(rows, v, y, z, row);
    };
    const auto use = [&](std::int64_t y, std::int64_t z, const Star<double>& a, const Star<double>& u) {
      double* energy = lane.value[0];
      const auto face = [&](int axis, std::int64_t begin, std::int64_t end, const double* b, const double* w,
                            double* flux) {
        if (m.one_class)
          add_energy(OneClass{}, begin, end, a.c, b, u.c, w, m.scale[axis], energy, flux);
        else
          add_energy(Series{}, begin, end, a.c, b, u.c, w, m.scale[axis], energy, flux);
      };
      // Faces ahead of every voxel; those behind it only at the plate before the first layer.
      const std::int64_t at[3] = {z, y, 0};
      double *in = lane.value[1], *out = lane.value[2];
      face(2, 0, e.nx - 1, a.c + 1, u.c + 1, nullptr);
      face(2, e.nx - 1, e.nx, a.c + 1, u.c + 1, m.flow == 2 ? out : nullptr);
      face(1, 0, e.nx, a.y1, u.y1, m.flow == 1 && y == e.ny - 1 ? out : nullptr);
      face(0, 0, e.nx, a.z1, u.z1, m.flow == 0 && z == e.nz - 1 ? out : nullptr);
      if (m.flow == 2) face(2, 0, 1, a.c - 1, u.c - 1, in);
      if (m.flow == 1 && at[1] == 0) face(1, 0, e.nx, a.y0, u.y0, in);
      if (m.flow == 0 && at[0] == 0) face(0, 0, e.nx, a.z0, u.z0, in);
      rows.apply(a, u, rows.work(0));
      compress(rows.words(y, z), e.nx, rows.work(0), rows.work(1));
      add_squares(rows.count(y, z), rows.work(1), lane.value[3]);
      if (r) negate(rows.count(y, z), rows.work(1), r + rows.start(y, z));
      if (!rest) return;
      clear_aggregates(blocks, y, z, rest);
      for_each_aggregate(blocks, rows.words(y, z), e.nx, y, z,
                         [&](std::uint32_t node, std::int64_t x) { rest[node] -= rows.work(0)[x]; });
    };
    walk(m, unit, 1, {m.flow, 1}, fill, use);
  });
  return {sums[0], -sums[1], sums[2], sums[3]};
}

template <class T>
double jacobi_dot(const Device& device, const Medium<float>& m, const T* r, T* z) {
  return for_each_unit<1>(device, m.active.extent, [&](const Unit& unit, Lanes<1>& sums) {
    Rows<float> rows(m);
    const auto fill = [](std::int64_t, std::int64_t, const Star<float>&, float*) {};
    const auto use = [&](std::int64_t y, std::int64_t plane, const Star<float>& a, const Star<float>&) {
      const std::int64_t start = rows.start(y, plane), n = rows.count(y, plane);
      float *diagonal = rows.work(0), *dense_r = rows.work(1), *step = rows.work(2);
      rows.diagonal(a, diagonal);
      expand(rows.words(y, plane), rows.nx, r + start, dense_r);
      jacobi_row(rows.nx, dense_r, diagonal, step);
      compress(rows.words(y, plane), rows.nx, step, diagonal);
      for (std::int64_t i = 0; i < n; ++i) z[start + i] = static_cast<T>(diagonal[i]);
      add_dot(n, r + start, diagonal, sums);
    };
    walk(m, unit, 1, {-1, 0}, fill, use);
  })[0];
}

#define TAUVOX_INSTANTIATE(T)                                                                             \
  template double apply_dot(const Device&, const Medium<T>&, const T*, T*);                               \
  template void smooth_restrict(const Device&, const Medium<float>&, const BlockView&, const T*, float*); \
  template double prolong_smooth_dot(const Device&, const Medium<float>&, const BlockView&, float,        \
                                     const float*, const T*, T*);                                         \
  template Evaluation evaluate(const Device&, const Medium<double>&, const T*, T*, const BlockView&,      \
                               double*);                                                                  \
  template double jacobi_dot(const Device&, const Medium<float>&, const T*, T*);
TAUVOX_INSTANTIATE(float)
TAUVOX_INSTANTIATE(double)

}  // namespace tauvox::rows
