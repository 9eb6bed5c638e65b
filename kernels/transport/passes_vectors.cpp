// The passes on vector registers of a CPU. Compiled as C++ only, for the instructions that have_vectors()
// asks for.
#define TAUVOX_VECTORS
#include "kernels/transport/passes_at.hpp"

namespace tauvox::vectors {

#define TAUVOX_INSTANTIATE(Pass)                              \
  template void run_on_cpu(const Pass<float>&, int, double*); \
  template void run_on_cpu(const Pass<double>&, int, double*);
TAUVOX_PASSES(TAUVOX_INSTANTIATE)

}  // namespace tauvox::vectors
