// The symmetric forms of a matrix between two vectors: of its faces, and of its shift.
#pragma once

#include "kernels/transport/operator.hpp"

namespace tauvox {

/// v.A w where all plates and imposed gradients are 0: without the shift, and of the shift alone.
template <class T>
std::array<double, 2> forms(const TransportOperator<T>& A, const Buffer<T>& v, const Buffer<T>& w,
                            KernelForm form = KernelForm::tuned);

}  // namespace tauvox
