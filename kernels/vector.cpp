#include "kernels/vector.hpp"

#include "kernels/launch.hpp"

namespace tauvox {
namespace {

template <class T>
struct AddScaled {
  T* y;
  const T* x;
  T alpha;
  TAUVOX_HD void operator()(std::int64_t i) const { y[i] += alpha * x[i]; }
};

template <class T>
struct Advance {
  T *x, *p;
  const T* z;
  T alpha, beta;
  TAUVOX_HD void operator()(std::int64_t i) const {
    x[i] += alpha * p[i];
    p[i] = z[i] + beta * p[i];
  }
};

template <class T>
struct Copy {
  const T* z;
  T* p;
  TAUVOX_HD void operator()(std::int64_t i) const { p[i] = z[i]; }
};

template <class T>
struct Triad {
  T* a;
  const T *b, *c;
  T s;
  TAUVOX_HD void operator()(std::int64_t i) const { a[i] = b[i] + s * c[i]; }
};

template <class T>
struct Product {
  FieldView<const T> a, b;
  TAUVOX_HD Sums<1> operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    return {{static_cast<double>(a(x, y, z)) * static_cast<double>(b(x, y, z))}};
  }
};

/// Counts `arrays` passes over a vector.
template <class T>
void count(const Buffer<T>& vector, int arrays) {
  vector.device().count_traffic(arrays * vector.size() * static_cast<std::int64_t>(sizeof(T)));
}

}  // namespace

template <class T>
void add_scaled(Buffer<T>& y, double alpha, const Buffer<T>& x) {
  count(y, 3);
  for_each_index(y.device(), y.size(), AddScaled<T>{y.data(), x.data(), static_cast<T>(alpha)});
}

template <class T>
void advance(Buffer<T>& x, double alpha, Buffer<T>& p, const Buffer<T>& z, double beta) {
  count(x, 5);
  for_each_index(x.device(), x.size(),
                 Advance<T>{x.data(), p.data(), z.data(), static_cast<T>(alpha), static_cast<T>(beta)});
}

template <class T>
void copy(const Buffer<T>& z, Buffer<T>& p) {
  count(p, 2);
  for_each_index(p.device(), p.size(), Copy<T>{z.data(), p.data()});
}

template <class T>
void triad(Buffer<T>& a, const Buffer<T>& b, double s, const Buffer<T>& c) {
  count(a, 3);
  for_each_index(a.device(), a.size(), Triad<T>{a.data(), b.data(), c.data(), static_cast<T>(s)});
}

template <class T>
double dot(const Field<T>& a, const Field<T>& b) {
  count(a.buffer(), 2);
  return sum_over_voxels<1>(a.device(), a.extent(), Product<T>{read_only(a), read_only(b)})[0];
}

#define TAUVOX_INSTANTIATE(T)                                                      \
  template void add_scaled(Buffer<T>&, double, const Buffer<T>&);                  \
  template void advance(Buffer<T>&, double, Buffer<T>&, const Buffer<T>&, double); \
  template void copy(const Buffer<T>&, Buffer<T>&);                                \
  template void triad(Buffer<T>&, const Buffer<T>&, double, const Buffer<T>&);     \
  template double dot(const Field<T>&, const Field<T>&);
TAUVOX_INSTANTIATE(float)
TAUVOX_INSTANTIATE(double)

}  // namespace tauvox
