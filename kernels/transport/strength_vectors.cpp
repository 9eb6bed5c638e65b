// The same on vector registers of a CPU. Compiled as C++ only.
#define TAUVOX_VECTORS
#include "kernels/transport/strength.hpp"

namespace tauvox::vectors {

template void run_on_cpu(const ByStrength&, int, double*);

}  // namespace tauvox::vectors
