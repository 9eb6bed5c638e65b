// Balls are painted four rows at a time. Compiled as C++ only, for the instructions that have_vectors() asks
// for.
#define TAUVOX_VECTORS
#include "kernels/geometry/paint_at.hpp"

namespace tauvox::vectors {

template void paint_balls(const Ball*, std::int64_t, BallRows&, Unpainted&, const Tile<std::uint16_t>&);
template void paint_balls(const Ball*, std::int64_t, BallRows&, Unpainted&, const Tile<std::uint32_t>&);
template void paint_balls(const Ball*, std::int64_t, BallRows&, Unpainted&, const Tile<float>&);

}  // namespace tauvox::vectors
