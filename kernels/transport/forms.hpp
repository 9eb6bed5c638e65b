// The symmetric forms of a matrix between two vectors: of its faces, and of its shift.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "kernels/transport/operator.hpp"

namespace tauvox {

/// v.A w of each w, where all plates and imposed gradients are 0: without the shift, and of the shift alone.
/// Four of them to a pass over v.
template <class T>
std::vector<std::array<double, 2>> forms(const TransportOperator<T>& A, const Buffer<T>& v,
                                         std::span<const Buffer<T>> with,
                                         KernelForm form = KernelForm::tuned);

}  // namespace tauvox
