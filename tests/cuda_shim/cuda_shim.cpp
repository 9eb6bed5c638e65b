#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "state.hpp"

using namespace cuda_shim;

struct ShimEvent {
  long after = 0;  // operations submitted before it
};

cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}
cudaError_t cudaDriverGetVersion(int* version) {
  *version = state().no_driver ? 0 : state().old_driver ? 11040 : 13000;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceCount(int* count) {
  const cudaError_t error = trouble();
  *count = error == cudaSuccess || state().lost ? state().devices : 0;
  return error == cudaSuccess ? error : failed(error);
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* p, int device) {
  if (const cudaError_t error = trouble()) return failed(error);
  if (device < 0 || device >= state().devices) return failed(cudaErrorInvalidDevice);
  *p = {};
  std::snprintf(p->name, sizeof p->name, "stand-in of the tests on the CPU, no GPU");
  p->uuid.bytes[15] = static_cast<char>(state().visible[static_cast<std::size_t>(device)]);
  p->major = 9;
  p->totalGlobalMem = state().memory;
  return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int) {
  if (const cudaError_t error = trouble()) return failed(error);
  if (attribute != cudaDevAttrMemoryPoolsSupported)
    return failed(cudaErrorNotSupported);  // it has no hardware
  *value = !state().no_pools;
  return cudaSuccess;
}
// The stand-in sits on no bus, so nothing is asked of the machine's real GPUs.
cudaError_t cudaDeviceGetPCIBusId(char*, int, int) { return failed(cudaErrorNotSupported); }
cudaError_t cudaGetDevice(int* device) {
  if (const cudaError_t error = trouble()) return failed(error);
  *device = state().current;
  return cudaSuccess;
}
cudaError_t cudaSetDevice(int device) {
  if (const cudaError_t error = trouble()) return failed(error);
  if (device < 0 || device >= state().devices) return failed(cudaErrorInvalidDevice);
  state().current = device;
  return cudaSuccess;
}
cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  if (const cudaError_t error = trouble()) return failed(error);
  *free = free_bytes();
  *total = state().memory;
  return cudaSuccess;
}
cudaError_t cudaGetLastError() {
  const cudaError_t error = state().lost ? cudaErrorLaunchFailure : state().last;
  state().last = cudaSuccess;
  return error;
}
const char* cudaGetErrorName(cudaError_t error) {
  switch (error) {
    case cudaSuccess:
      return "cudaSuccess";
    case cudaErrorMemoryAllocation:
      return "cudaErrorMemoryAllocation";
    case cudaErrorInsufficientDriver:
      return "cudaErrorInsufficientDriver";
    case cudaErrorNoDevice:
      return "cudaErrorNoDevice";
    case cudaErrorInvalidDevice:
      return "cudaErrorInvalidDevice";
    case cudaErrorLaunchFailure:
      return "cudaErrorLaunchFailure";
    case cudaErrorNotSupported:
      return "cudaErrorNotSupported";
    default:
      return "cudaErrorInvalidValue";
  }
}
const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaSuccess:
      return "no error";
    case cudaErrorMemoryAllocation:
      return "out of memory";
    case cudaErrorInsufficientDriver:
      return "CUDA driver version is insufficient for CUDA runtime version";
    case cudaErrorNoDevice:
      return "no CUDA-capable device is detected";
    case cudaErrorInvalidDevice:
      return "invalid device ordinal";
    case cudaErrorLaunchFailure:
      return "unspecified launch failure";
    case cudaErrorNotSupported:
      return "operation not supported";
    default:
      return "invalid argument";
  }
}
cudaError_t cudaMalloc(void** pointer, std::size_t bytes) {
  ++state().counts.mallocs;
  return allocate(pointer, bytes);
}
cudaError_t cudaFree(void* pointer) {
  ++state().counts.frees;
  return release(pointer);
}
cudaError_t cudaMallocAsync(void** pointer, std::size_t bytes, cudaStream_t) {
  ++state().counts.pool_mallocs;
  return allocate(pointer, bytes);
}
cudaError_t cudaFreeAsync(void* pointer, cudaStream_t) {
  ++state().counts.pool_frees;
  return release(pointer);
}
cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int) {
  if (const cudaError_t error = trouble()) return failed(error);
  *pool = nullptr;
  return state().no_pools ? failed(cudaErrorNotSupported) : cudaSuccess;
}
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) { return trouble(); }
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t, std::size_t) { return trouble(); }
cudaError_t cudaMallocHost(void** pointer, std::size_t bytes) {
  if (const cudaError_t error = trouble()) return failed(error);
  if (state().no_pinning) return failed(cudaErrorMemoryAllocation);
  *pointer = std::malloc(bytes);
  state().pinned[static_cast<char*>(*pointer)] = bytes;
  return cudaSuccess;
}
cudaError_t cudaFreeHost(void* pointer) {
  drain();  // as the runtime does
  state().pinned.erase(static_cast<char*>(pointer));
  std::free(pointer);
  return trouble();
}
cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  if (const cudaError_t error = trouble()) return failed(error);
  check_copy(to, from, bytes, kind);
  drain();
  copy(to, from, bytes);
  return cudaSuccess;
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t) {
  const void* host = kind == cudaMemcpyHostToDevice ? from : to;
  if (!is_pinned(host)) return cudaMemcpy(to, from, bytes, kind);  // as the runtime does
  if (const cudaError_t error = trouble()) return failed(error);
  check_copy(to, from, bytes, kind);
  ++state().counts.async_copies;
  ++state().submitted;
  state().pending.emplace_back([=] { copy(to, from, bytes); });
  return cudaSuccess;
}
cudaError_t cudaMemset(void* pointer, int value, std::size_t bytes) {
  if (const cudaError_t error = trouble()) return failed(error);
  ++state().counts.memsets;
  check_device_range(pointer, bytes);
  drain();
  const Open open;
  std::memset(pointer, value, bytes);
  return cudaSuccess;
}
cudaError_t cudaDeviceSynchronize() {
  if (const cudaError_t error = trouble()) return failed(error);
  ++state().counts.waits;
  drain();
  return cudaSuccess;
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  if (const cudaError_t error = trouble()) return failed(error);
  *event = new ShimEvent;
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return trouble();
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t) {
  if (const cudaError_t error = trouble()) return failed(error);
  event->after = state().submitted;
  return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  if (const cudaError_t error = trouble()) return failed(error);
  ++state().counts.waits;
  const long later = state().submitted - event->after;
  drain(static_cast<std::size_t>(later));
  return cudaSuccess;
}
