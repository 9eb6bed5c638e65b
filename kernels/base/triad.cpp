#include "kernels/base/triad.hpp"

#include "kernels/base/launch.hpp"

namespace tauvox {
namespace {

struct Triad {
  static constexpr std::int64_t bytes_per_element = 3 * sizeof(double);
  double* a;
  const double *b, *c;
  double s;
  TAUVOX_HD void operator()(std::int64_t i) const { a[i] = b[i] + s * c[i]; }
};

}  // namespace

void triad(Buffer<double>& a, const Buffer<double>& b, double s, const Buffer<double>& c) {
  for_each_index(a.device(), a.size(), Triad{a.data(), b.data(), c.data(), s});
}

}  // namespace tauvox
