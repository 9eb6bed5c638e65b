#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <sstream>

#include "state.hpp"

namespace cuda_shim {

State& state() {
  static State s;
  return s;
}

namespace {

long number(const char* name, long otherwise) {
  const char* text = std::getenv(name);
  return text ? std::atol(text) : otherwise;
}

/// As the runtime does: in that order, numbered anew, nothing from the first word on that names none.
std::vector<int> visible_of(int devices, const char* list) {
  std::vector<int> visible;
  std::istringstream words(list);
  for (std::string word; std::getline(words, word, ',');) {
    char* end = nullptr;
    const long index = std::strtol(word.c_str(), &end, 10);
    if (word.empty() || *end != '\0' || index < 0 || index >= devices) break;
    visible.push_back(static_cast<int>(index));
  }
  return visible;
}

}  // namespace

State::State() {
  const std::string list = std::getenv("TAUVOX_SHIM") ? std::getenv("TAUVOX_SHIM") : "";
  for (std::size_t begin = 0; begin < list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size()), colon = list.find(':', begin);
    const std::string word = list.substr(begin, std::min(end, colon) - begin);
    const long value = colon < end ? std::atol(list.c_str() + colon + 1) : 0;
    if (word == "no-driver")
      no_driver = true;
    else if (word == "old-driver")
      old_driver = true;
    else if (word == "no-device")
      no_device = true;
    else if (word == "no-pools")
      no_pools = true;
    else if (word == "no-pinning")
      no_pinning = true;
    else if (word == "no-recording")
      no_recording = true;
    else if (word == "devices")
      devices = static_cast<int>(value);
    else if (word == "as-visible")
      as_visible = true;
    else if (word == "memory")
      memory = static_cast<std::size_t>(value);
    else if (word == "taken-after")
      taken_after = value;
    else if (word == "lost-after")
      lost_after = value;
    else
      misuse(("TAUVOX_SHIM does not know " + word).c_str());
    begin = end + 1;
  }
  visible.resize(static_cast<std::size_t>(devices));
  std::iota(visible.begin(), visible.end(), 0);
  const char* visible_list = std::getenv("CUDA_VISIBLE_DEVICES");
  if (as_visible && visible_list != nullptr) visible = visible_of(devices, visible_list);
  devices = static_cast<int>(visible.size());
  seed = number("TAUVOX_SHIM_SEED", 1);
  report = number("TAUVOX_SHIM_REPORT", 0);
  open = number("TAUVOX_SHIM_OPEN", 0) != 0;
  void* addresses = mmap(nullptr, arena_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (addresses == MAP_FAILED) misuse("no addresses for device memory");
  madvise(addresses, arena_bytes, MADV_HUGEPAGE);  // opening and closing costs by the page
  arena = top = static_cast<char*>(addresses);
}

static std::size_t in_use(int device);

State::~State() {
  if (report == 0) return;
  std::fprintf(
      stderr,
      "shim: %ld launches (%ld of libraries), %ld blocks; %ld recordings, %ld launches more without\n"
      "shim: %ld cudaMalloc, %ld cudaFree, %ld and %ld of the pool, %ld cudaMemset\n"
      "shim: %ld copies in (%ld bytes; %ld asynchronous), %ld copies out (%ld bytes), %ld waits\n"
      "shim: still allocated: %zu bytes\n",
      counts.launches, counts.libraries, counts.blocks, counts.recordings, counts.recorded, counts.mallocs,
      counts.frees, counts.pool_mallocs, counts.pool_frees, counts.memsets, counts.copies_in, counts.bytes_in,
      counts.async_copies, counts.copies_out, counts.bytes_out, counts.waits, in_use(current));
  for (const auto& [device, allocations] : allocations_on)
    std::fprintf(stderr, "shim: %ld allocations on device %d\n", allocations, device);
  if (report < 2) return;
  for (const auto& [name, times] : kernels) std::fprintf(stderr, "shim: %8ld %s\n", times, name.c_str());
}

cudaError_t failed(cudaError_t error) { return state().last = error; }

cudaError_t trouble() {
  State& s = state();
  if (s.no_driver || s.old_driver) return cudaErrorInsufficientDriver;
  if (s.no_device || s.devices == 0) return cudaErrorNoDevice;
  return s.lost ? cudaErrorLaunchFailure : cudaSuccess;
}

namespace {

bool in_arena(const void* pointer) {
  return pointer >= state().arena && pointer < state().arena + arena_bytes;
}

/// The allocation that holds the address, or the end.
std::map<char*, Allocation>::iterator allocation_of(const void* address) {
  State& s = state();
  auto* p = const_cast<char*>(static_cast<const char*>(address));
  auto after = s.memory_map.upper_bound(p);
  if (after == s.memory_map.begin()) return s.memory_map.end();
  --after;
  return p < after->first + after->second.bytes ? after : s.memory_map.end();
}

bool mapped(std::uintptr_t address) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  return msync(reinterpret_cast<void*>(address & ~(page - 1)), 1, MS_ASYNC) == 0 || errno != ENOMEM;
}

}  // namespace

void check_device_range(const void* pointer, std::size_t bytes) {
  if (!in_arena(pointer)) misuse("a copy to or from the device names a host address");
  const auto found = allocation_of(pointer);
  if (found == state().memory_map.end()) misuse("a copy names device memory that is not allocated");
  if (found->second.device != state().current) misuse("a copy names memory of another device");
  if (static_cast<const char*>(pointer) + bytes > found->first + found->second.bytes)
    misuse("a copy runs past the end of device memory");
}

bool is_pinned(const void* pointer) {
  State& s = state();
  auto* p = const_cast<char*>(static_cast<const char*>(pointer));
  auto after = s.pinned.upper_bound(p);
  if (after == s.pinned.begin()) return false;
  --after;
  return p < after->first + after->second;
}

void drain(std::size_t left) {
  State& s = state();
  only_kernels();
  while (s.pending.size() > left) {
    s.pending.front()();
    s.pending.pop_front();
  }
}

static std::size_t in_use(int device) {
  std::size_t sum = 0;
  for (const auto& [begin, a] : state().memory_map)
    if (a.device == device) sum += a.bytes;
  return sum;
}

std::size_t free_bytes() {
  const State& s = state();
  if (s.taken_after >= 0 && s.counts.launches >= s.taken_after) return 0;
  const std::size_t used = in_use(s.current);
  return s.memory > used ? s.memory - used : 0;
}

static void open_all() {
  const auto bytes = static_cast<std::size_t>(state().top - state().arena);
  if (bytes > 0 && mprotect(state().arena, bytes, PROT_READ | PROT_WRITE) != 0)
    misuse("device memory cannot be opened");
}

cudaError_t allocate(void** pointer, std::size_t bytes) {
  State& s = state();
  only_kernels();
  if (const cudaError_t error = trouble()) return failed(error);
  if (bytes > free_bytes()) return failed(cudaErrorMemoryAllocation);
  const std::size_t reserved = (bytes + gap - 1) / gap * gap + gap;
  char* place = s.arena;
  for (const auto& [begin, a] : s.memory_map) {  // the first gap that is large enough
    if (static_cast<std::size_t>(begin - place) >= reserved) break;
    place = begin + a.reserved;
  }
  if (place + reserved > s.arena + arena_bytes) return failed(cudaErrorMemoryAllocation);
  ++s.allocations_on[s.current];
  s.memory_map[place] = {bytes, reserved, s.current};
  s.top = std::max(s.top, place + reserved);
  open_all();  // it may be a library that asks, with memory open
  const Open open;
  std::memset(place, unwritten, bytes);
  std::memset(place + bytes, fence, reserved - bytes);
  *pointer = place;
  return cudaSuccess;
}

cudaError_t release(void* pointer) {
  State& s = state();
  only_kernels();
  if (const cudaError_t error = trouble()) return failed(error);
  if (!pointer) return cudaSuccess;
  const auto found = s.memory_map.find(static_cast<char*>(pointer));
  if (found == s.memory_map.end()) misuse("device memory is freed that was not allocated, or twice");
  drain();
  {
    const Open open;
    const char* begin = found->first;
    for (std::size_t i = found->second.bytes; i < found->second.reserved; ++i)
      if (begin[i] != static_cast<char>(fence)) misuse("a kernel wrote behind the end of an allocation");
    std::memset(found->first, unwritten, found->second.bytes);
  }
  s.memory_map.erase(found);
  return cudaSuccess;
}

void copy(void* to, const void* from, std::size_t bytes) {
  const Open open;
  std::memcpy(to, from, bytes);
}

void check_copy(const void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  Counts& c = state().counts;
  const bool in = kind == cudaMemcpyHostToDevice;
  check_device_range(in ? to : from, bytes);
  if (in_arena(in ? from : to)) misuse("the host side of a copy is device memory");
  ++(in ? c.copies_in : c.copies_out);
  (in ? c.bytes_in : c.bytes_out) += static_cast<long>(bytes);
}

void misuse(const char* what) {
  std::fprintf(stderr, "shim: %s\n", what);
  std::abort();
}

/// A permutation of 0 .. count-1, by the seed.
unsigned shuffled(unsigned i, unsigned count) {
  const auto seed = static_cast<unsigned long>(state().seed);
  if (seed == 0) return i;
  unsigned long step = (2654435761ul * seed) % count | 1ul;
  while (std::gcd(step, static_cast<unsigned long>(count)) != 1) step += 2;
  return static_cast<unsigned>((step * i + 40503ul * seed) % count);
}

Open::Open() {
  if (state().depth++ == 0) open_all();
}

Open::~Open() {
  State& s = state();
  if (--s.depth == 0 && !s.open && s.top > s.arena)
    mprotect(s.arena, static_cast<std::size_t>(s.top - s.arena), PROT_NONE);
}

void check_argument(const char* name, const void* argument, std::size_t bytes) {
  const auto misused = [&](const char* what, std::size_t at, std::uintptr_t word) {
    std::fprintf(stderr, "shim: byte %zu of %zu, %#lx, of an argument in %s\n", at, bytes, word, name);
    misuse(what);
  };
  for (std::size_t at = 0; at + sizeof(std::uintptr_t) <= bytes; at += sizeof(std::uintptr_t)) {
    std::uintptr_t word;
    std::memcpy(&word, static_cast<const char*>(argument) + at, sizeof word);
    if (word < (std::uintptr_t{1} << 32) || word >> 47 != 0) continue;  // no address: a number, a double
    const auto* pointer = reinterpret_cast<const char*>(word);
    if (!in_arena(pointer)) {
      if (mapped(word)) misused("a kernel is given a host address", at, word);
      continue;
    }
    // Where an allocation ends is where an empty one may begin.
    auto found = allocation_of(pointer);
    if (found == state().memory_map.end()) found = allocation_of(pointer - 1);
    if (found == state().memory_map.end())
      misused("a kernel is given an address of memory that was freed", at, word);
    if (found->second.device != state().current)
      misused("a kernel is given memory of another device", at, word);
  }
}

cudaError_t launch(const char* name, unsigned blocks, unsigned threads, void (*thread)(const void*),
                   const void* context) {
  State& s = state();
  if (const cudaError_t error = trouble()) return failed(error);
  if (blocks == 0 || threads == 0 || threads > 1024) return failed(cudaErrorInvalidValue);
  const bool library = std::strcmp(name, "library") == 0;
  if (s.lost_after >= 0 && s.counts.launches >= s.lost_after) {
    s.lost = true;  // a launch does not say so; what waits for it will
    return cudaSuccess;
  }
  ++s.counts.launches;
  s.counts.libraries += library;
  s.counts.blocks += blocks;
  if (s.report >= 2) ++s.kernels[name];
  drain();
  const Open open;
  if (library) {
    thread(context);
    return cudaSuccess;
  }
  gridDim = {blocks, 1, 1};
  blockDim = {threads, 1, 1};
  for (unsigned b = 0; b < blocks; ++b) {
    blockIdx.x = shuffled(b, blocks);
    run_block(threads, thread, context);
  }
  return cudaSuccess;
}

}  // namespace cuda_shim
