// The CUDA runtime's errors as exceptions, and how a kernel is started. Included by kernels/ only.
//
// Device code is compiled by nvcc, or by a plain C++ compiler for the stand-in runtime of the tests
// (tests/cuda_shim), which has the same calls; so there is no <<< >>> here.
#pragma once

#include <cstdint>
#include <new>
#include <string>
#include <type_traits>

#include "kernels/base/error.hpp"

#if defined(__CUDACC__) || defined(TAUVOX_CUDA_SHIM)
#define TAUVOX_DEVICE_CODE
#endif

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

/// Where kernels are started: the default stream, or one that records them (recording.hpp).
inline thread_local cudaStream_t stream_of_launches = nullptr;

#ifdef TAUVOX_DEVICE_CODE
/// Starts kernel(arguments...) on the current device; returns before it has run.
template <class... Parameters>
void launch(const char* doing, void (*kernel)(Parameters...), std::int64_t blocks, int threads,
            std::type_identity_t<Parameters>... arguments) {
  if (blocks > 0x7fffffff)
    throw Error(ExitCode::device, "volume needs more blocks than a launch can have", "", "",
                "use --crop or --device cpu");
  void* pointers[] = {&arguments...};
  check_cuda(cudaLaunchKernel(kernel, dim3(static_cast<unsigned>(blocks)),
                              dim3(static_cast<unsigned>(threads)), pointers, 0, stream_of_launches),
             doing);
}

/// Runs f, which calls Thrust on device memory, and turns Thrust's exceptions into ours.
template <class F>
void run_thrust(const char* doing, const F& f) {
  try {
#ifdef TAUVOX_CUDA_SHIM
    check_cuda(cuda_shim::run_library(f), doing);
#else
    f();
#endif
  } catch (const std::bad_alloc& error) {
    (void)cudaGetLastError();
    throw Error(ExitCode::device, std::string("out of GPU memory while ") + doing, "", error.what(),
                "use --crop or --device cpu");
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(ExitCode::device, std::string("the GPU failed while ") + doing, "", error.what(),
                "nothing more is run on it; see dmesg, or use --device cpu");
  }
}
#endif

}  // namespace tauvox
#endif
