#include "kernels/vector.hpp"

#include "kernels/launch.hpp"

namespace tauvox {
namespace {

template <class T>
struct SubtractScaled {
  FieldView<T> r;
  FieldView<T> q;
  T alpha;
  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const std::int64_t i = r.offset(x, y, z);
    r.origin[i] -= alpha * q.origin[i];
  }
};

template <class T>
struct Advance {
  FieldView<T> x, p, z;
  T alpha, beta;
  TAUVOX_HD void operator()(std::int64_t ix, std::int64_t iy, std::int64_t iz) const {
    const std::int64_t i = x.offset(ix, iy, iz);
    x.origin[i] += alpha * p.origin[i];
    p.origin[i] = z.origin[i] + beta * p.origin[i];
  }
};

template <class T>
struct Copy {
  FieldView<T> z, p;
  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t iz) const {
    p(x, y, iz) = z(x, y, iz);
  }
};

template <class T>
struct Product {
  FieldView<T> a, b;
  TAUVOX_HD Sums<1> operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    return {{static_cast<double>(a(x, y, z)) * static_cast<double>(b(x, y, z))}};
  }
};

}  // namespace

template <class T>
void subtract_scaled(Field<T>& r, double alpha, const Field<T>& q) {
  for_each_voxel(r.device(), r.extent(), SubtractScaled<T>{r.view(), q.view(), static_cast<T>(alpha)});
}

template <class T>
void advance(Field<T>& x, double alpha, Field<T>& p, const Field<T>& z, double beta) {
  for_each_voxel(x.device(), x.extent(),
                 Advance<T>{x.view(), p.view(), z.view(), static_cast<T>(alpha), static_cast<T>(beta)});
}

template <class T>
void copy(const Field<T>& z, Field<T>& p) {
  for_each_voxel(p.device(), p.extent(), Copy<T>{z.view(), p.view()});
}

template <class T>
double dot(const Field<T>& a, const Field<T>& b) {
  return sum_over_voxels<1>(a.device(), a.extent(), Product<T>{a.view(), b.view()})[0];
}

#define TAUVOX_INSTANTIATE(T)                                                   \
  template void subtract_scaled(Field<T>&, double, const Field<T>&);            \
  template void advance(Field<T>&, double, Field<T>&, const Field<T>&, double); \
  template void copy(const Field<T>&, Field<T>&);                               \
  template double dot(const Field<T>&, const Field<T>&);
TAUVOX_INSTANTIATE(float)
TAUVOX_INSTANTIATE(double)

}  // namespace tauvox
