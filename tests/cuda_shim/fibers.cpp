// The threads of a block on one CPU thread. They run one after the other; one that comes to a barrier is put
// aside on its own stack while the others catch up. Kernels without a barrier need one stack and no switch at
// all.
#undef _FORTIFY_SOURCE  // its longjmp refuses to change stacks

#include <setjmp.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <memory>
#include <numeric>
#include <vector>

#include "cuda_runtime.h"

dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace cuda_shim {

unsigned shuffled(unsigned i, unsigned count);  // cuda_shim.cpp

namespace {

constexpr std::size_t stack_bytes = 256 << 10;

struct Fiber {
  jmp_buf here;
  unsigned thread = 0;
  ucontext_t begin;
  bool begun = false;
};

struct Block {
  jmp_buf scheduler;
  unsigned count = 0, next = 0;  // threads: of the block, not yet begun
  void (*call)(const void*) = nullptr;
  const void* context = nullptr;
  Fiber* running = nullptr;
  std::vector<Fiber*> idle, waiting;
  std::vector<std::unique_ptr<Fiber>> all;
} block;

// Not inlined: what a caller keeps in registers would not survive the jump.
__attribute__((noinline)) void switch_to_scheduler() {
  if (_setjmp(block.running->here) == 0) _longjmp(block.scheduler, 1);
}

/// Runs threads until none is left, for one block after the other.
void work() {
  for (;;) {
    while (block.next < block.count) {
      block.running->thread = threadIdx.x = shuffled(block.next++, block.count);
      block.call(block.context);
    }
    block.idle.push_back(block.running);
    switch_to_scheduler();
  }
}

__attribute__((noinline)) void resume(Fiber* fiber) {
  block.running = fiber;
  threadIdx.x = fiber->thread;
  if (_setjmp(block.scheduler) != 0) return;
  if (fiber->begun) _longjmp(fiber->here, 1);
  fiber->begun = true;
  setcontext(&fiber->begin);
}

__attribute__((noinline)) void begin_at_work(Fiber& fiber, void* stack) {
  getcontext(&fiber.begin);
  fiber.begin.uc_stack.ss_sp = stack;
  fiber.begin.uc_stack.ss_size = stack_bytes;
  makecontext(&fiber.begin, work, 0);
}

Fiber* idle_fiber() {
  if (block.idle.empty()) {
    void* stack = mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED) misuse("no memory for the stacks of threads");
    block.all.push_back(std::make_unique<Fiber>());
    begin_at_work(*block.all.back(), stack);
    return block.all.back().get();
  }
  Fiber* fiber = block.idle.back();
  block.idle.pop_back();
  return fiber;
}

}  // namespace

void run_block(unsigned threads, void (*call)(const void*), const void* context) {
  block.count = threads;
  block.next = 0;
  block.call = call;
  block.context = context;
  while (block.next < block.count) resume(idle_fiber());
  std::vector<Fiber*> batch;
  while (!block.waiting.empty()) {
    if (block.waiting.size() != block.count) misuse("a barrier that some threads of the block do not reach");
    batch.swap(block.waiting);
    for (Fiber* fiber : batch) resume(fiber);
    batch.clear();
  }
}

}  // namespace cuda_shim

void __syncthreads() {
  cuda_shim::block.waiting.push_back(cuda_shim::block.running);
  cuda_shim::switch_to_scheduler();
}
