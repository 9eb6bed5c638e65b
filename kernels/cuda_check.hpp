// The CUDA runtime's errors as exceptions. Included by kernels/ only.
#pragma once

#include <string>

#include "kernels/error.hpp"

#ifdef TAUVOX_HAVE_CUDA
#include <cuda_runtime.h>

namespace tauvox {

inline void check_cuda(cudaError_t status, const std::string& doing) {
  if (status != cudaSuccess)
    throw Error(ExitCode::device, "the GPU failed while " + doing, cudaGetErrorName(status),
                cudaGetErrorString(status), "nothing more is run on it; see dmesg, or use --device cpu");
}

inline std::string cuda_version_text(int version) {
  return version == 0 ? "none" : std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

}  // namespace tauvox
#endif
