// The stand-in finds what it says it finds.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

#include "cuda_runtime.h"
#include "kernels/geometry/directions.hpp"

namespace {

template <class T>
T* device_array(std::size_t count) {
  void* pointer = nullptr;
  EXPECT_EQ(cudaMalloc(&pointer, count * sizeof(T)), cudaSuccess);
  return static_cast<T*>(pointer);
}

template <class T>
std::vector<T> on_host(const T* device, std::size_t count) {
  std::vector<T> host(count);
  EXPECT_EQ(cudaMemcpy(host.data(), device, count * sizeof(T), cudaMemcpyDeviceToHost), cudaSuccess);
  return host;
}

template <class... P>
cudaError_t run(void (*kernel)(P...), unsigned blocks, unsigned threads,
                std::type_identity_t<P>... arguments) {
  void* pointers[] = {&arguments...};
  return cudaLaunchKernel(kernel, dim3(blocks), dim3(threads), pointers, 0, nullptr);
}

struct Padded {  // a host address in its padding must not count as an argument
  int* values;
  bool flag;
};

struct PaddedTable {  // as kernels that look in all directions have
  tauvox::Directions directions;
  int* values;
};

void number_threads(int* out) {
  out[blockIdx.x * blockDim.x + threadIdx.x] = static_cast<int>(blockIdx.x * 1000 + threadIdx.x);
}
void shift_by_one(const int* in, int* out) {  // through shared memory: needs the barrier
  __shared__ int shared[1024];
  shared[threadIdx.x] = in[threadIdx.x];
  __syncthreads();
  out[threadIdx.x] = shared[(threadIdx.x + 1) % blockDim.x];
  __syncthreads();
  shared[threadIdx.x] = 0;
}
void add_in_order(int* sum) { *sum = 10 * *sum % 1000003 + static_cast<int>(blockIdx.x); }
void half_a_barrier(int* out) {
  if (threadIdx.x < blockDim.x / 2) __syncthreads();
  out[threadIdx.x] = 1;
}
void write_at(float* out, std::int64_t i) { out[i] = 1; }
void take(Padded p) { p.values[0] = p.flag; }
void take_table(PaddedTable p) { p.values[0] = p.directions[0].x; }

TEST(CudaShim, RunsEveryThreadOfEveryBlockOnce) {
  int* out = device_array<int>(7 * 33);
  ASSERT_EQ(run(number_threads, 7, 33, out), cudaSuccess);
  const std::vector<int> seen = on_host(out, 7 * 33);
  for (int i = 0; i < 7 * 33; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i / 33 * 1000 + i % 33);
  EXPECT_EQ(cudaFree(out), cudaSuccess);
}

TEST(CudaShim, ThreadsMeetAtBarriers) {
  for (const unsigned threads : {1u, 64u, 1024u}) {
    int *in = device_array<int>(threads), *out = device_array<int>(threads);
    ASSERT_EQ(run(number_threads, 1, threads, in), cudaSuccess);
    for (int repeat = 0; repeat < 2; ++repeat) ASSERT_EQ(run(shift_by_one, 1, threads, in, out), cudaSuccess);
    const std::vector<int> seen = on_host(out, threads);
    for (unsigned i = 0; i < threads; ++i) EXPECT_EQ(seen[i], static_cast<int>((i + 1) % threads));
    cudaFree(in);
    cudaFree(out);
  }
}

TEST(CudaShim, BlocksRunInAnOrderOfTheirOwn) {
  int* sum = device_array<int>(1);
  cudaMemset(sum, 0, sizeof(int));
  ASSERT_EQ(run(add_in_order, 9, 1, sum), cudaSuccess);
  int in_order = 0;
  for (int b = 0; b < 9; ++b) in_order = 10 * in_order % 1000003 + b;
  EXPECT_NE(on_host(sum, 1)[0], in_order);
  cudaFree(sum);
}

TEST(CudaShim, MemoryIsNoNumberBeforeItIsWritten) {
  float* values = device_array<float>(3);
  ASSERT_EQ(run(write_at, 1, 1, values, 1), cudaSuccess);
  const std::vector<float> seen = on_host(values, 3);
  EXPECT_TRUE(std::isnan(seen[0]) && seen[1] == 1 && std::isnan(seen[2]));
  cudaFree(values);
}

TEST(CudaShim, AsynchronousCopiesTakeWhatIsThereWhenTheyRun) {
  void* pinned = nullptr;
  ASSERT_EQ(cudaMallocHost(&pinned, 4), cudaSuccess);
  int* device = device_array<int>(2);
  int* host = static_cast<int*>(pinned);
  cudaEvent_t event;
  ASSERT_EQ(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), cudaSuccess);
  *host = 1;
  cudaMemcpyAsync(device, host, 4, cudaMemcpyHostToDevice, nullptr);
  *host = 2;  // too early
  cudaEventRecord(event, nullptr);
  cudaMemcpyAsync(device + 1, host, 4, cudaMemcpyHostToDevice, nullptr);
  cudaEventSynchronize(event);
  *host = 3;  // too early for the second only
  EXPECT_EQ(on_host(device, 2), (std::vector<int>{2, 3}));
  cudaEventDestroy(event);
  cudaFreeHost(pinned);
  cudaFree(device);
}

using CudaShimDeathTest = ::testing::Test;

TEST(CudaShimDeathTest, HostCodeCannotTouchDeviceMemory) {
  int* values = device_array<int>(1);
  EXPECT_DEATH(*static_cast<volatile int*>(values) = 1, "");
  cudaFree(values);
}

TEST(CudaShimDeathTest, KernelsTakeLivingDeviceMemoryOnly) {
  int* values = device_array<int>(4);
  std::vector<int> host(1);
  EXPECT_DEATH(run(number_threads, 1, 1, host.data()), "host address");
  Padded padded;
  std::memset(static_cast<void*>(&padded), 0x11, sizeof padded);
  int* const address = host.data();
  std::memcpy(reinterpret_cast<char*>(&padded) + 8, &address, 8);
  padded.values = values;
  padded.flag = true;
  EXPECT_EQ(run(take, 1, 1, padded), cudaSuccess);
  cudaFree(values);
  EXPECT_DEATH(run(number_threads, 1, 1, values), "freed");
  EXPECT_DEATH(cudaFree(values), "twice");
}

TEST(CudaShim, WhatLiesBehindATableIsNoAddress) {
  constexpr std::uintptr_t upper = std::uintptr_t{0x2000} << 32;  // with the last number it is an address
  void* const page = mmap(reinterpret_cast<void*>(upper), 1, PROT_READ,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  ASSERT_EQ(page, reinterpret_cast<void*>(upper));
  PaddedTable table;
  constexpr std::size_t behind = offsetof(PaddedTable, directions) + sizeof(tauvox::Directions);
  static_assert(behind + 4 == offsetof(PaddedTable, values));
  table.directions = tauvox::Directions::all();
  table.values = device_array<int>(1);
  std::memcpy(reinterpret_cast<char*>(&table) + behind, reinterpret_cast<const char*>(&upper) + 4, 4);
  EXPECT_EQ(run(take_table, 1, 1, table), cudaSuccess);
  cudaFree(table.values);
  munmap(page, 1);
}

TEST(CudaShimDeathTest, WritesBehindTheEndAreFound) {
  float* values = device_array<float>(64);
  EXPECT_DEATH(
      {
        run(write_at, 1, 1, values, 64);
        cudaFree(values);
      },
      "behind the end");
  float host[2] = {};
  EXPECT_DEATH(cudaMemcpy(values + 63, host, 8, cudaMemcpyHostToDevice), "past the end");
  cudaFree(values);
}

TEST(CudaShimDeathTest, BarriersAreForAllThreads) {
  int* values = device_array<int>(8);
  EXPECT_DEATH(run(half_a_barrier, 1, 8, values), "barrier");
  cudaFree(values);
}

TEST(CudaShim, WhatIsRecordedRunsWhenItIsStarted) {
  int* sum = device_array<int>(1);
  cudaMemset(sum, 0, sizeof(int));
  cudaStream_t stream = nullptr;
  ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  ASSERT_EQ(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed), cudaSuccess);
  void* pointers[] = {&sum};
  for (int k = 0; k < 2; ++k)
    EXPECT_EQ(cudaLaunchKernel(add_in_order, dim3(3), dim3(1), pointers, 0, stream), cudaSuccess);
  EXPECT_DEATH(run(add_in_order, 1, 1, sum), "beside what is recorded");
  EXPECT_DEATH((void)cudaMemset(sum, 0, sizeof(int)), "else than a kernel");
  EXPECT_DEATH((void)cudaFree(sum), "else than a kernel");
  cudaGraph_t graph = nullptr;
  ASSERT_EQ(cudaStreamEndCapture(stream, &graph), cudaSuccess);
  cudaGraphExec_t exec = nullptr;
  ASSERT_EQ(cudaGraphInstantiate(&exec, graph, 0), cudaSuccess);
  EXPECT_EQ(on_host(sum, 1)[0], 0);
  ASSERT_EQ(cudaGraphLaunch(exec, nullptr), cudaSuccess);
  const int once = on_host(sum, 1)[0];
  cudaMemset(sum, 0, sizeof(int));
  for (int k = 0; k < 2; ++k) ASSERT_EQ(run(add_in_order, 3, 1, sum), cudaSuccess);
  EXPECT_NE(once, 0);
  EXPECT_EQ(once, on_host(sum, 1)[0]);
  cudaFree(sum);
  EXPECT_DEATH((void)cudaGraphLaunch(exec, nullptr), "freed");
  EXPECT_EQ(cudaGraphDestroy(graph), cudaSuccess);
  EXPECT_EQ(cudaGraphExecDestroy(exec), cudaSuccess);
  EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
}

TEST(CudaShim, ALaunchWithoutBlocksIsRefused) {
  int* values = device_array<int>(1);
  EXPECT_EQ(run(number_threads, 0, 32, values), cudaErrorInvalidValue);
  EXPECT_EQ(run(number_threads, 1, 1025, values), cudaErrorInvalidValue);
  cudaFree(values);
}

}  // namespace
