// The same on vector registers of a CPU. Compiled as C++ only.
#define TAUVOX_VECTORS
#include "kernels/bound/repair_at.hpp"

namespace tauvox::vectors {

template void run_on_cpu(const RepairVoxels<float>&, int, double*);
template void run_on_cpu(const RepairVoxels<double>&, int, double*);

}  // namespace tauvox::vectors
