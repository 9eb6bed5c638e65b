// The same on vector registers of a CPU. Compiled as C++ only.
#define TAUVOX_VECTORS
#include "kernels/transport/forms_at.hpp"

namespace tauvox::vectors {

template void run_on_cpu(const Forms<float>&, int, double*);
template void run_on_cpu(const Forms<double>&, int, double*);

}  // namespace tauvox::vectors
