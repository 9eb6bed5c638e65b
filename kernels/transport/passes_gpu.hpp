// The GPU form of the kernels on unknowns (walk_gpu.hpp); the functions are those of passes_cpu.hpp. The
// plain functors of operator.cpp are the reference.
//
// T is the type of the vectors. Without CUDA every call throws.
#pragma once

#include "kernels/transport/blocks.hpp"

namespace tauvox::tiles {

/// q = A p; returns p.q
template <class T>
double apply_dot(const Device& device, const Medium<T>& m, const T* p, T* q);

/// coarse_b = sum over each aggregate of r - A e, with e = damping r / diagonal(A)
template <class T>
void smooth_restrict(const Device& device, const Medium<float>& m, const BlockView& blocks, const T* r,
                     float* coarse_b);

/// z = e + damping (r - A e) / diagonal(A), e = damping r / diagonal(A) + factor coarse_x; returns r.z
template <class T>
double prolong_smooth_dot(const Device& device, const Medium<float>& m, const BlockView& blocks, float factor,
                          const float* coarse_x, const T* r, T* z);

/// For u = ramp + v. r = b - A u, and rest = its sums over the aggregates, where they are wanted (not null).
template <class T>
Evaluation evaluate(const Device& device, const Medium<double>& m, const T* v, T* r, const BlockView& blocks,
                    double* rest);

}  // namespace tauvox::tiles
