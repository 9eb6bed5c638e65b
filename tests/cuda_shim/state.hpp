// What the stand-in knows: the faults it is to show, the device's memory, what it has counted.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cuda_runtime.h"

namespace cuda_shim {
constexpr std::size_t arena_bytes = std::size_t{256} << 30;  // of addresses
constexpr std::size_t gap = 256;                             // between allocations; holds `fence`
constexpr int unwritten = 0xff, fence = 0xfd;                // every float of 0xff bytes is a NaN

struct Allocation {
  std::size_t bytes, reserved;
  int device;
};

struct Counts {
  long launches = 0, blocks = 0, libraries = 0, mallocs = 0, frees = 0, pool_mallocs = 0, pool_frees = 0,
       memsets = 0, recordings = 0, recorded = 0;
  long copies_in = 0, copies_out = 0, async_copies = 0, waits = 0, bytes_in = 0, bytes_out = 0;
};

struct State {
  // What is asked for
  bool no_driver = false, old_driver = false, no_device = false, no_pools = false, no_pinning = false,
       no_recording = false, open = false, as_visible = false;
  int devices = 1;           // that the runtime counts
  std::vector<int> visible;  // which of the machine each of them is
  std::size_t memory = std::size_t{16} << 30;
  long taken_after = -1, lost_after = -1, seed = 1, report = 0;
  // What is
  int current = 0, depth = 0;
  cudaError_t last = cudaSuccess;
  bool lost = false;
  char *arena = nullptr, *top = nullptr;
  std::map<char*, Allocation> memory_map;
  std::map<char*, std::size_t> pinned;
  cudaStream_t recording = nullptr;
  std::deque<std::function<void()>> pending;  // asynchronous copies
  long submitted = 0;                         // of those, ever
  Counts counts;
  std::map<std::string, long> kernels;
  std::map<int, long> allocations_on;  // by device

  State();
  ~State();
};

State& state();
/// The error stays for cudaGetLastError.
cudaError_t failed(cudaError_t error);
/// What every call says first: no driver, no device, or a lost one.
cudaError_t trouble();
/// Ends the process where something is recorded: kernels can be, and nothing else.
void only_kernels();
/// Carries out what was put off, down to `left` operations.
void drain(std::size_t left = 0);
/// Of the current device.
std::size_t free_bytes();
cudaError_t allocate(void** pointer, std::size_t bytes);
cudaError_t release(void* pointer);
void copy(void* to, const void* from, std::size_t bytes);
void check_device_range(const void* pointer, std::size_t bytes);
void check_copy(const void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind);
bool is_pinned(const void* pointer);

}  // namespace cuda_shim
