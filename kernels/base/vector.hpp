// Vector operations of the Krylov loop, element by element. T: float, double. Scalars are FP64, rounded once
// to T.
#pragma once

#include "kernels/base/device.hpp"

namespace tauvox {

/// y += alpha x                      3 sizeof(T) bytes per element
template <class T>
void add_scaled(Buffer<T>& y, double alpha, const Buffer<T>& x);

/// x += alpha p, then p = factor s + beta p     5 sizeof(T)
template <class T>
void advance(Buffer<T>& x, double alpha, Buffer<T>& p, double factor, const Buffer<T>& s, double beta);

/// p = z                             2 sizeof(T)
template <class T>
void copy(const Buffer<T>& z, Buffer<T>& p);

/// to = from, rounded where it has to be           12 bytes
template <class From, class To>
void convert(const Buffer<From>& from, Buffer<To>& to);

}  // namespace tauvox
