// The triad of STREAM, by which benchmarks know the memory bandwidth of a device.
#pragma once

#include "kernels/base/device.hpp"

namespace tauvox {

/// a = b + s c                       24 bytes per element
void triad(Buffer<double>& a, const Buffer<double>& b, double s, const Buffer<double>& c);

}  // namespace tauvox
