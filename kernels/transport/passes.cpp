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
TAUVOX_INSTANTIATE(ApplyDot)
TAUVOX_INSTANTIATE(JacobiDot)
TAUVOX_INSTANTIATE(WriteDiagonal)
TAUVOX_INSTANTIATE(SmoothRestrict)
TAUVOX_INSTANTIATE(ProlongSmoothDot)
TAUVOX_INSTANTIATE(Evaluate)
TAUVOX_INSTANTIATE(AxisFlux)
TAUVOX_INSTANTIATE(WritePotential)
TAUVOX_INSTANTIATE(CountOutside)

}  // namespace tauvox
