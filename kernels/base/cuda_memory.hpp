// Memory of the current CUDA device, and large copies to it. Included by device.cpp only; nothing without
// CUDA.
//
// cudaMalloc and cudaFree stop the device, and a solve makes and frees hundreds of buffers. Where the driver
// has memory pools they come from the device's own pool, in the order of the stream that all kernels run on;
// the pool keeps what is returned until someone asks what is free.
#pragma once

#include "kernels/base/cuda_check.hpp"

#ifdef TAUVOX_HAVE_CUDA

#include <cstddef>
#include <cstdint>

namespace tauvox::cuda {

/// Sets up the pool of the current device; returns whether it has one.
bool use_pool(int index);
/// @return null where there is not so much
void* allocate(bool pooled, std::size_t bytes);
void release(bool pooled, void* pointer) noexcept;
/// Of the current device. Memory that the pool keeps and nobody uses is given back first.
std::int64_t free_bytes(bool pooled);

/// Copies to the device; the host's memory may change on return. Large copies go through two pinned buffers,
/// one of them filled by all threads while the other is on its way; where none can be had, as the driver does
/// it. They are made by the first copy of 64 MB and kept.
void copy_in(void* to, const void* from, std::size_t bytes, int threads);

}  // namespace tauvox::cuda
#endif
