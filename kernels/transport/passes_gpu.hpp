// The passes on GPUs: a block of threads walks a tile of columns (walk_gpu.hpp). The plain form of each pass
// (passes.hpp) is the reference. Without CUDA every call throws.
#pragma once

#include "kernels/transport/passes.hpp"

namespace tauvox::tiles {

template <class T>
Sums<1> run(const Device& device, const ApplyDot<T>& pass);
template <class T>
Sums<1> run(const Device& device, const SmoothRestrict<T>& pass);  // of nothing
template <class T>
Sums<1> run(const Device& device, const ProlongSmoothDot<T>& pass);
template <class T>
Sums<4> run(const Device& device, const Evaluate<T>& pass);

}  // namespace tauvox::tiles
