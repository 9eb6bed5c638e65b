// The passes on vector registers of a CPU. Compiled as C++ only, for the instructions that have_vectors()
// asks for.
#define TAUVOX_VECTORS
#include "kernels/transport/passes_at.hpp"

namespace tauvox::vectors {

#define TAUVOX_INSTANTIATE(Pass)                              \
  template void run_on_cpu(const Pass<float>&, int, double*); \
  template void run_on_cpu(const Pass<double>&, int, double*);
TAUVOX_INSTANTIATE(ApplyDot)
TAUVOX_INSTANTIATE(JacobiDot)
TAUVOX_INSTANTIATE(WriteDiagonal)
TAUVOX_INSTANTIATE(SmoothRestrict)
TAUVOX_INSTANTIATE(ProlongSmoothDot)
TAUVOX_INSTANTIATE(Evaluate)
TAUVOX_INSTANTIATE(AxisFlux)
TAUVOX_INSTANTIATE(WritePotential)
TAUVOX_INSTANTIATE(CountOutside)

}  // namespace tauvox::vectors
