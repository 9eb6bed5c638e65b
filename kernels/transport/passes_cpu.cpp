#include "kernels/transport/passes_cpu.hpp"

#include <cstring>

#include "kernels/transport/dense_rows.hpp"

namespace tauvox::rows {

template <class T>
Sums<1> run(const Device& device, const ApplyDot<T>& pass) {
  const Medium<T>& m = pass.m;
  return for_each_unit<1>(device, m.active.extent, [&](const Unit& unit, Lanes<1>& sums) {
    Rows<T> rows(m);
    const auto fill = [&](std::int64_t y, std::int64_t z, const Star<T>&, T* row) {
      expand(rows.words(y, z), rows.nx, pass.p + rows.start(y, z), row);
    };
    const auto use = [&](std::int64_t y, std::int64_t z, const Star<T>& a, const Star<T>& u) {
      const std::int64_t start = rows.start(y, z), n = rows.count(y, z);
      rows.apply(a, u, rows.work(0));
      compress(rows.words(y, z), rows.nx, rows.work(0), rows.work(1));
      std::memcpy(pass.q + start, rows.work(1), static_cast<std::size_t>(n) * sizeof(T));
      add_dot(n, pass.p + start, rows.work(1), sums);
    };
    walk(m, unit, 1, {}, fill, use);
  });
}

template <class T>
Sums<1> run(const Device& device, const JacobiDot<T>& pass) {
  const Medium<float>& m = pass.m;
  return for_each_unit<1>(device, m.active.extent, [&](const Unit& unit, Lanes<1>& sums) {
    Rows<float> rows(m);
    float *diagonal = rows.work(0), *dense_r = rows.work(1), *step = rows.work(2);
    const auto fill = [](std::int64_t, std::int64_t, const Star<float>&, float*) {};
    const auto use = [&](std::int64_t y, std::int64_t z, const Star<float>& a, const Star<float>&) {
      const std::int64_t start = rows.start(y, z), n = rows.count(y, z);
      rows.diagonal(a, diagonal);
      expand(rows.words(y, z), rows.nx, pass.r + start, dense_r);
      jacobi_row(rows.nx, dense_r, diagonal, step);
      compress(rows.words(y, z), rows.nx, step, diagonal);
      for (std::int64_t i = 0; i < n; ++i) pass.z[start + i] = static_cast<T>(diagonal[i]);
      add_dot(n, pass.r + start, diagonal, sums);
    };
    walk(m, unit, 1, {}, fill, use);
  });
}

template <class T>
Sums<1> run(const Device& device, const SmoothRestrict<T>& pass) {
  const Medium<float>& m = pass.m;
  return for_each_unit<1>(device, m.active.extent, [&](const Unit& unit, Lanes<1>&) {
    Rows<float> rows(m);
    float *diagonal = rows.work(0), *dense_r = rows.work(1), *Ae = rows.work(2);
    const auto fill = [&](std::int64_t y, std::int64_t z, const Star<float>& a, float* row) {
      rows.diagonal(a, diagonal);
      expand(rows.words(y, z), rows.nx, pass.r + rows.start(y, z), dense_r);
      jacobi_row(rows.nx, dense_r, diagonal, row);
    };
    const auto use = [&](std::int64_t y, std::int64_t z, const Star<float>& a, const Star<float>& e) {
      clear_aggregates(pass.blocks, y, z, pass.coarse_b);
      rows.apply(a, e, Ae);
      expand(rows.words(y, z), rows.nx, pass.r + rows.start(y, z), dense_r);
      for_each_aggregate(
          pass.blocks, rows.words(y, z), rows.nx, y, z,
          [&](std::uint32_t node, std::int64_t x) { pass.coarse_b[node] += dense_r[x] - Ae[x]; });
    };
    walk(m, unit, 2, {}, fill, use);
  });
}

template <class T>
Sums<1> run(const Device& device, const ProlongSmoothDot<T>& pass) {
  const Medium<float>& m = pass.m;
  return for_each_unit<1>(device, m.active.extent, [&](const Unit& unit, Lanes<1>& sums) {
    Rows<float> rows(m);
    float *diagonal = rows.work(0), *dense_r = rows.work(1), *Ae = rows.work(2), *out = rows.work(3);
    const auto fill = [&](std::int64_t y, std::int64_t z, const Star<float>& a, float* row) {
      rows.diagonal(a, diagonal);
      expand(rows.words(y, z), rows.nx, pass.r + rows.start(y, z), dense_r);
      jacobi_row(rows.nx, dense_r, diagonal, row);
      for_each_aggregate(
          pass.blocks, rows.words(y, z), rows.nx, y, z,
          [&](std::uint32_t node, std::int64_t x) { row[x] += pass.factor * pass.coarse_x[node]; });
    };
    const auto use = [&](std::int64_t y, std::int64_t z, const Star<float>& a, const Star<float>& e) {
      const std::int64_t start = rows.start(y, z), n = rows.count(y, z);
      rows.diagonal(a, diagonal);
      rows.apply(a, e, Ae);
      expand(rows.words(y, z), rows.nx, pass.r + start, dense_r);
      jacobi_again_row(rows.nx, dense_r, Ae, diagonal, e.c, out);
      compress(rows.words(y, z), rows.nx, out, Ae);
      for (std::int64_t i = 0; i < n; ++i) pass.z[start + i] = static_cast<T>(Ae[i]);
      add_dot(n, pass.r + start, Ae, sums);
    };
    walk(m, unit, 2, {}, fill, use);
  });
}

namespace {

/// Energies and fluxes of the faces of a row: those ahead of every voxel, and those of plates behind it.
struct FaceSums {
  const Medium<double>& m;
  Lanes<4>& lane;
  void faces(int axis, std::int64_t begin, std::int64_t end, const double* a, const double* b,
             const double* u, const double* w, double* flux) const {
    with_law(m.law,
             [&](auto law) { add_energy(law, begin, end, a, b, u, w, m.scale[axis], lane.value[0], flux); });
  }
  void add(std::int64_t y, std::int64_t z, const Star<double>& a, const Star<double>& u) const {
    const Extent& e = m.active.extent;
    double *in = lane.value[1], *out = lane.value[2];
    const auto leaving = [&](int axis, bool last) { return last && m.plate(axis, 1) ? out : nullptr; };
    faces(2, 0, e.nx - 1, a.c, a.c + 1, u.c, u.c + 1, nullptr);
    faces(2, e.nx - 1, e.nx, a.c, a.c + 1, u.c, u.c + 1, leaving(2, true));
    faces(1, 0, e.nx, a.c, a.y1, u.c, u.y1, leaving(1, y == e.ny - 1));
    faces(0, 0, e.nx, a.c, a.z1, u.c, u.z1, leaving(0, z == e.nz - 1));
    if (m.plate(2, -1)) faces(2, 0, 1, a.c, a.c - 1, u.c, u.c - 1, in);
    if (m.plate(1, -1) && y == 0) faces(1, 0, e.nx, a.c, a.y0, u.c, u.y0, in);
    if (m.plate(0, -1) && z == 0) faces(0, 0, e.nx, a.c, a.z0, u.c, u.z0, in);
  }
};

}  // namespace

template <class T>
Sums<4> run(const Device& device, const Evaluate<T>& pass) {
  const Medium<double>& m = pass.u.m;
  const double* load = pass.u.drive.load;
  Sums<4> sums = for_each_unit<4>(device, m.active.extent, [&](const Unit& unit, Lanes<4>& lane) {
    Rows<double> rows(m);
    const auto fill = [&](std::int64_t y, std::int64_t z, const Star<double>&, double* row) {
      potential_row(rows, pass.u.drive, pass.u.v, y, z, row);
    };
    const auto use = [&](std::int64_t y, std::int64_t z, const Star<double>& a, const Star<double>& u) {
      const std::int64_t start = rows.start(y, z), n = rows.count(y, z);
      double* left = rows.work(1);
      FaceSums{m, lane}.add(y, z, a, u);
      rows.apply(a, u, rows.work(0));
      compress(rows.words(y, z), rows.nx, rows.work(0), left);
      if (m.shift != 0 || load) {
        compress(rows.words(y, z), rows.nx, u.c, rows.work(2));
        add_drive(n, m.shift, load ? load + start : nullptr, rows.work(2), left, lane.value[0]);
      }
      add_squares(n, left, lane.value[3]);
      if (pass.r) negate(n, left, pass.r + start);
      if (!pass.rest) return;
      clear_aggregates(pass.blocks, y, z, pass.rest);
      std::int64_t i = 0;
      for_each_aggregate(pass.blocks, rows.words(y, z), rows.nx, y, z,
                         [&](std::uint32_t node, std::int64_t) { pass.rest[node] -= left[i++]; });
    };
    walk(m, unit, 1, Outside(pass.u.drive), fill, use);
  });
  sums.value[1] = -sums.value[1];
  return sums;
}

#define TAUVOX_INSTANTIATE(T)                                      \
  template Sums<1> run(const Device&, const ApplyDot<T>&);         \
  template Sums<1> run(const Device&, const JacobiDot<T>&);        \
  template Sums<1> run(const Device&, const SmoothRestrict<T>&);   \
  template Sums<1> run(const Device&, const ProlongSmoothDot<T>&); \
  template Sums<4> run(const Device&, const Evaluate<T>&);
TAUVOX_INSTANTIATE(float)
TAUVOX_INSTANTIATE(double)

}  // namespace tauvox::rows
