#include "kernels/transport/forms.hpp"

#include "kernels/transport/forms_at.hpp"

namespace tauvox {

template <class T>
std::array<double, 2> forms(const TransportOperator<T>& A, const Buffer<T>& v, const Buffer<T>& w,
                            KernelForm form) {
  const Sums<2> sums = plain::run(A.device(), Forms<T>{A.potential_of(v).m, v.data(), w.data()}, form);
  return {sums[0], sums[1]};
}

template std::array<double, 2> forms(const TransportOperator<float>&, const Buffer<float>&,
                                     const Buffer<float>&, KernelForm);
template std::array<double, 2> forms(const TransportOperator<double>&, const Buffer<double>&,
                                     const Buffer<double>&, KernelForm);

}  // namespace tauvox
