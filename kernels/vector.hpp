// Vector operations of the Krylov loop, element by element. T: float, double. Scalars are FP64, rounded once
// to T. On a Field they take the halo along: zero stays zero, and copies of joined sides stay copies or are
// renewed by the operator's update_halo.
#pragma once

#include "kernels/field.hpp"

namespace tauvox {

/// y += alpha x                      3 sizeof(T) bytes per element
template <class T>
void add_scaled(Buffer<T>& y, double alpha, const Buffer<T>& x);

/// x += alpha p, then p = z + beta p     5 sizeof(T)
template <class T>
void advance(Buffer<T>& x, double alpha, Buffer<T>& p, const Buffer<T>& z, double beta);

/// p = z                             2 sizeof(T)
template <class T>
void copy(const Buffer<T>& z, Buffer<T>& p);

/// a = b + s c                       3 sizeof(T); the triad of STREAM, by which benchmarks know the machine
template <class T>
void triad(Buffer<T>& a, const Buffer<T>& b, double s, const Buffer<T>& c);

template <class T>
void add_scaled(Field<T>& y, double alpha, const Field<T>& x) {
  add_scaled(y.buffer(), alpha, x.buffer());
}
template <class T>
void advance(Field<T>& x, double alpha, Field<T>& p, const Field<T>& z, double beta) {
  advance(x.buffer(), alpha, p.buffer(), z.buffer(), beta);
}
template <class T>
void copy(const Field<T>& z, Field<T>& p) {
  copy(z.buffer(), p.buffer());
}

/// a.b over the voxels in FP64, in the fixed order   2 sizeof(T)
template <class T>
double dot(const Field<T>& a, const Field<T>& b);

}  // namespace tauvox
