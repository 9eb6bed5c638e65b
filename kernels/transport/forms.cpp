#include "kernels/transport/forms.hpp"

#include "kernels/transport/forms_at.hpp"

namespace tauvox {

template <class T>
std::vector<std::array<double, 2>> forms(const TransportOperator<T>& A, const Buffer<T>& v,
                                         std::span<const Buffer<T>> with, KernelForm form) {
  std::vector<std::array<double, 2>> found;
  while (found.size() < with.size()) {
    Forms<T> pass{A.potential_of(v).m, v.data(), {}, 0};
    for (; pass.count < Forms<T>::others && found.size() + static_cast<std::size_t>(pass.count) < with.size();
         ++pass.count)
      pass.w[pass.count] = with[found.size() + static_cast<std::size_t>(pass.count)].data();
    const auto sums = plain::run(A.device(), pass, form);
    for (int k = 0; k < pass.count; ++k) found.push_back({sums[2 * k], sums[2 * k + 1]});
  }
  return found;
}

#define TAUVOX_INSTANTIATE(T)                                                                      \
  template std::vector<std::array<double, 2>> forms(const TransportOperator<T>&, const Buffer<T>&, \
                                                    std::span<const Buffer<T>>, KernelForm);
TAUVOX_INSTANTIATE(float)
TAUVOX_INSTANTIATE(double)

}  // namespace tauvox
