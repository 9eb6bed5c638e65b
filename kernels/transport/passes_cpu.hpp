// The CPU form of the kernels on unknowns: rows of the volume made dense in cache, and vector instructions.
//
// The volume is cut into units of whole planes' rows (a y range times a z range, fixed by the extent alone,
// so that sums have one order for every number of threads). A unit keeps a few planes of dense rows -
// materials and values, zero where nothing conducts - in rings that stay in cache. Each unknown is read once
// from memory and written once. The plain functors of operator.cpp are the reference and the form for
// GPUs.
//
// T is the type of the vectors, W that of the arithmetic. Included by operator.cpp; compiled as C++
// only.
#pragma once

#include "kernels/transport/blocks.hpp"

namespace tauvox::rows {

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

/// z = damping r / diagonal(A); returns r.z
template <class T>
double jacobi_dot(const Device& device, const Medium<float>& m, const T* r, T* z);

}  // namespace tauvox::rows
