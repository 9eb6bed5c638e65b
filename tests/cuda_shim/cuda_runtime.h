// A stand-in for the CUDA runtime, for tests on machines without a GPU: the calls that kernels/ makes,
// carried out on the CPU by g++. A build with TAUVOX_CUDA=SHIM finds this header where a real one finds the
// toolkit's.
//
// It finds what a GPU would find at once: host code that touches device memory (a fault: the memory is closed
// but for kernels and copies), kernels that are given host addresses, dangling ones or another device's,
// memory that is read before it is written (filled with NaN), writes behind the end of an allocation, copies
// that overrun it, barriers that not all threads reach, results that depend on the order of blocks or threads
// (shuffled), staging buffers that are reused too early (asynchronous copies are put off as long as the rules
// allow). It does not find races between blocks or threads that run at once, since nothing here does, and
// says nothing about speed.
//
// Environment. TAUVOX_SHIM, a list with commas: no-driver, old-driver, no-device, devices:N, memory:BYTES (of
// each device), taken-after:N (after N launches another process has taken what is left), lost-after:N (the
// device is lost after N launches), no-pools, no-pinning, no-recording, as-visible (of devices:N those that
// CUDA_VISIBLE_DEVICES names; else it does nothing). TAUVOX_SHIM_SEED: of the shuffling.
// TAUVOX_SHIM_REPORT=1: counts at exit, 2: of each kernel too. TAUVOX_SHIM_OPEN=1: does not close device
// memory (faster, finds less).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <tuple>
#include <utility>

#define __global__
#define __device__
#define __host__
#define __launch_bounds__(...)
#define __shared__ static  // one block runs at a time

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInsufficientDriver = 35,
  cudaErrorNoDevice = 100,
  cudaErrorInvalidDevice = 101,
  cudaErrorLaunchFailure = 719,
  cudaErrorNotSupported = 801,
};
enum cudaMemcpyKind { cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost = 2 };
enum cudaDeviceAttr {
  cudaDevAttrMultiProcessorCount = 16,
  cudaDevAttrMemoryClockRate = 36,
  cudaDevAttrGlobalMemoryBusWidth = 37,
  cudaDevAttrMemoryPoolsSupported = 115
};
enum cudaMemPoolAttr { cudaMemPoolAttrReleaseThreshold = 4 };
constexpr unsigned cudaEventDisableTiming = 2, cudaStreamNonBlocking = 1;
enum cudaStreamCaptureMode { cudaStreamCaptureModeRelaxed = 2 };

struct dim3 {
  unsigned x = 1, y = 1, z = 1;
  constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};
struct cudaDeviceProp {
  char name[256];
  struct {
    char bytes[16];
  } uuid;
  int major, minor, ECCEnabled;
  std::size_t totalGlobalMem;
};
using cudaStream_t = struct ShimStream*;  // null: the default stream; others only record
using cudaEvent_t = struct ShimEvent*;
using cudaMemPool_t = struct ShimPool*;
using cudaGraph_t = struct ShimGraph*;
using cudaGraphExec_t = struct ShimGraphExec*;

cudaError_t cudaRuntimeGetVersion(int* version);
cudaError_t cudaDriverGetVersion(int* version);
cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device);
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device);
cudaError_t cudaDeviceGetPCIBusId(char* id, int length, int device);
cudaError_t cudaGetDevice(int* device);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaMemGetInfo(std::size_t* free_bytes, std::size_t* total_bytes);
cudaError_t cudaGetLastError();
const char* cudaGetErrorName(cudaError_t error);
const char* cudaGetErrorString(cudaError_t error);
cudaError_t cudaMalloc(void** pointer, std::size_t bytes);
cudaError_t cudaFree(void* pointer);
cudaError_t cudaMallocAsync(void** pointer, std::size_t bytes, cudaStream_t stream);
cudaError_t cudaFreeAsync(void* pointer, cudaStream_t stream);
cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int device);
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t pool, cudaMemPoolAttr attribute, void* value);
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t pool, std::size_t bytes);
cudaError_t cudaMallocHost(void** pointer, std::size_t bytes);
cudaError_t cudaFreeHost(void* pointer);
cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind);
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t);
cudaError_t cudaMemset(void* pointer, int value, std::size_t bytes);
cudaError_t cudaDeviceSynchronize();
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventSynchronize(cudaEvent_t event);
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode);
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph);
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long flags);
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream);
cudaError_t cudaGraphDestroy(cudaGraph_t graph);
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec);

// What a kernel sees. One CPU thread runs all of them.
extern dim3 threadIdx, blockIdx, blockDim, gridDim;
void __syncthreads();

namespace cuda_shim {

/// Ends the process where a GPU would fault or go wrong in silence.
[[noreturn]] void misuse(const char* what);

/// Device memory can be touched while one of these lives.
struct Open {
  Open();
  ~Open();
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;
};

/// Complains of addresses in an argument of the kernel `name` that the current device cannot use. Padding
/// must be cleared.
void check_argument(const char* name, const void* argument, std::size_t bytes);
cudaError_t launch(const char* name, unsigned blocks, unsigned threads, void (*thread)(const void*),
                   const void*);
/// Keeps what starts a kernel where `stream` records; not recording, it has to be the default stream.
/// @return whether it was kept
bool keep(cudaStream_t stream, std::function<cudaError_t()> start);
/// Every thread of a block runs call(context); threads that wait at a barrier take turns. fibers.cpp
void run_block(unsigned threads, void (*call)(const void*), const void* context);

/// Runs f, a call of a library that works on device memory, as if it were a kernel.
template <class F>
cudaError_t run_library(const F& f) {
  return launch(
      "library", 1, 1, [](const void* context) { (*static_cast<const F*>(context))(); }, &f);
}

}  // namespace cuda_shim

template <class... P>
cudaError_t cudaLaunchKernel(void (*kernel)(P...), dim3 blocks, dim3 threads, void** arguments, std::size_t,
                             cudaStream_t stream) {
  struct Call {
    void (*kernel)(P...);
    std::tuple<P...> arguments;
  };
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    Call call{kernel, {*static_cast<P*>(arguments[I])...}};
    const char* const name = __PRETTY_FUNCTION__;
    const auto check = [name](auto argument) {
      __builtin_clear_padding(&argument);
      cuda_shim::check_argument(name, &argument, sizeof argument);
    };
    const auto thread = [](const void* context) {
      const Call& c = *static_cast<const Call*>(context);
      c.kernel(std::get<I>(c.arguments)...);
    };
    const auto start = [=] {
      (check(std::get<I>(call.arguments)), ...);
      return cuda_shim::launch(name, blocks.x, threads.x, thread, &call);
    };
    return cuda_shim::keep(stream, start) ? cudaSuccess : start();
  }
  (std::index_sequence_for<P...>{});
}
