#include "kernels/base/vector.hpp"

#include "kernels/base/launch.hpp"

namespace tauvox {
namespace {

template <class T>
struct AddScaled {
  static constexpr std::int64_t bytes_per_element = 3 * sizeof(T);
  T* y;
  const T* x;
  T alpha;
  TAUVOX_HD void operator()(std::int64_t i) const { y[i] += alpha * x[i]; }
};

template <class T>
struct Advance {
  static constexpr std::int64_t bytes_per_element = 5 * sizeof(T);
  T *x, *p;
  const T* s;
  T alpha, factor, beta;
  TAUVOX_HD void operator()(std::int64_t i) const {
    x[i] += alpha * p[i];
    p[i] = factor * s[i] + beta * p[i];
  }
};

template <class T>
struct Copy {
  static constexpr std::int64_t bytes_per_element = 2 * sizeof(T);
  const T* z;
  T* p;
  TAUVOX_HD void operator()(std::int64_t i) const { p[i] = z[i]; }
};

template <class From, class To>
struct Convert {
  static constexpr std::int64_t bytes_per_element = sizeof(float) + sizeof(double);
  const From* from;
  To* to;
  TAUVOX_HD void operator()(std::int64_t i) const { to[i] = static_cast<To>(from[i]); }
};

}  // namespace

template <class T>
void add_scaled(Buffer<T>& y, double alpha, const Buffer<T>& x) {
  for_each_index(y.device(), y.size(), AddScaled<T>{y.data(), x.data(), static_cast<T>(alpha)});
}

template <class T>
void advance(Buffer<T>& x, double alpha, Buffer<T>& p, double factor, const Buffer<T>& s, double beta) {
  for_each_index(x.device(), x.size(),
                 Advance<T>{x.data(), p.data(), s.data(), static_cast<T>(alpha), static_cast<T>(factor),
                            static_cast<T>(beta)});
}

template <class T>
void copy(const Buffer<T>& z, Buffer<T>& p) {
  for_each_index(p.device(), p.size(), Copy<T>{z.data(), p.data()});
}

template <class From, class To>
void convert(const Buffer<From>& from, Buffer<To>& to) {
  for_each_index(to.device(), to.size(), Convert<From, To>{from.data(), to.data()});
}
template void convert(const Buffer<float>&, Buffer<double>&);
template void convert(const Buffer<double>&, Buffer<float>&);

#define TAUVOX_INSTANTIATE(T)                                                              \
  template void add_scaled(Buffer<T>&, double, const Buffer<T>&);                          \
  template void advance(Buffer<T>&, double, Buffer<T>&, double, const Buffer<T>&, double); \
  template void copy(const Buffer<T>&, Buffer<T>&);
TAUVOX_INSTANTIATE(float)
TAUVOX_INSTANTIATE(double)

}  // namespace tauvox
