// The passes on a GPU, and in their plain form.
#include "kernels/transport/passes_at.hpp"

namespace tauvox {

template <class Pass>
Sums<Pass::sums> run_pass(const Device& device, const Pass& pass, KernelForm form) {
  return plain::run(device, pass, form);
}

template <class Pass>
std::int64_t run_pass(const Device& device, const Pass& pass, KernelForm form, double* parts) {
  return plain::run_parts(device, pass, form, parts);
}

std::int64_t parts_of_sum(const Extent& lattice) { return plain::most_parts(lattice); }

#define TAUVOX_INSTANTIATE(Pass)                                                            \
  template Sums<Pass<float>::sums> run_pass(const Device&, const Pass<float>&, KernelForm); \
  template Sums<Pass<double>::sums> run_pass(const Device&, const Pass<double>&, KernelForm);
TAUVOX_PASSES(TAUVOX_INSTANTIATE)
template std::int64_t run_pass(const Device&, const SmoothRestrict<float>&, KernelForm, double*);
template std::int64_t run_pass(const Device&, const SmoothRestrict<double>&, KernelForm, double*);

}  // namespace tauvox
