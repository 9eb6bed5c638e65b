// The passes on a GPU, and in their plain form.
#include "kernels/transport/passes_at.hpp"

namespace tauvox {

template <class Pass>
Sums<Pass::sums> run_pass(const Device& device, const Pass& pass, KernelForm form) {
  return plain::run(device, pass, form);
}

#define TAUVOX_INSTANTIATE(Pass)                                                            \
  template Sums<Pass<float>::sums> run_pass(const Device&, const Pass<float>&, KernelForm); \
  template Sums<Pass<double>::sums> run_pass(const Device&, const Pass<double>&, KernelForm);
TAUVOX_PASSES(TAUVOX_INSTANTIATE)

}  // namespace tauvox
