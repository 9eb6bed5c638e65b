// Vector operations of the Krylov loop, on voxels only (halos stay as they are). T: float, double.
// Scalars are FP64 and rounded once to T.
#pragma once

#include "kernels/field.hpp"

namespace tauvox {

/// r -= alpha q                      3 sizeof(T) bytes per voxel
template <class T>
void subtract_scaled(Field<T>& r, double alpha, const Field<T>& q);

/// x += alpha p, then p = z + beta p     5 sizeof(T)
template <class T>
void advance(Field<T>& x, double alpha, Field<T>& p, const Field<T>& z, double beta);

/// p = z                             2 sizeof(T)
template <class T>
void copy(const Field<T>& z, Field<T>& p);

/// a.b in FP64, in the fixed order   2 sizeof(T)
template <class T>
double dot(const Field<T>& a, const Field<T>& b);

}  // namespace tauvox
