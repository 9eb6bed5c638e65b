// A library to be preloaded: the k-th call of a kind fails, as on a full disk, a broken one, or without
// memory.
//
//   TAUVOX_FAIL=KIND:K[:ERRNO[:on]]   KIND is open, write, sync, rename, folder or memory; K from 0; with
//   `on` all
//                                     later calls fail too
//   TAUVOX_FAIL_COUNTS=FILE           what each process has called goes there: a line KIND COUNT each, at its
//   end
//
// Counts only calls about regular files (a message on standard error always gets through), in programs named
// tauvox. Two processes of one run, such as the one that reads the input, count for themselves.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
}

namespace {

constexpr const char* kinds[] = {"open", "write", "sync", "rename", "folder", "memory"};
enum Kind { opens, writes, syncs, renames, folders, memory, kind_count };

std::atomic<long> counts[kind_count];
long failing_call[kind_count];  // -1: none
int failing_errno = EIO;
bool later_too = false, active = false;

__attribute__((constructor)) void begin() {
  for (long& call : failing_call) call = -1;
  if (std::strcmp(program_invocation_short_name, "tauvox") != 0) return;
  char text[64] = "";
  if (const char* given = std::getenv("TAUVOX_FAIL")) std::strncpy(text, given, sizeof text - 1);
  char* rest = text;
  const char* name = ::strsep(&rest, ":");
  for (int kind = 0; kind < kind_count; ++kind)
    if (rest && std::strcmp(name, kinds[kind]) == 0)
      failing_call[kind] = std::strtol(::strsep(&rest, ":"), nullptr, 10);
  if (rest) failing_errno = static_cast<int>(std::strtol(::strsep(&rest, ":"), nullptr, 10));
  later_too = rest && std::strcmp(rest, "on") == 0;
  active = true;
}

__attribute__((destructor)) void end() {
  const char* path = std::getenv("TAUVOX_FAIL_COUNTS");
  if (!active || !path) return;
  active = false;
  const int file = ::open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
  for (int kind = 0; kind < kind_count; ++kind) ::dprintf(file, "%s %ld\n", kinds[kind], counts[kind].load());
  ::close(file);
}

bool fails(Kind kind) {
  if (!active) return false;
  const long call = counts[kind]++;
  if (failing_call[kind] < 0 || !(later_too ? call >= failing_call[kind] : call == failing_call[kind]))
    return false;
  errno = kind == memory ? ENOMEM : failing_errno;
  return true;
}

bool is_file(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && descriptor > 2;
}

template <class F>
F* next(const char* name) {
  return reinterpret_cast<F*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

#define TAUVOX_FAILING(result, name, parameters, arguments, condition) \
  extern "C" result name parameters {                                  \
    static auto* const real = next<result parameters>(#name);          \
    return (condition) ? static_cast<result>(-1) : real arguments;     \
  }

TAUVOX_FAILING(ssize_t, write, (int file, const void* from, std::size_t size), (file, from, size),
               is_file(file) && fails(writes))
TAUVOX_FAILING(ssize_t, pwrite, (int file, const void* from, std::size_t size, off_t at),
               (file, from, size, at), is_file(file) && fails(writes))
TAUVOX_FAILING(ssize_t, pwrite64, (int file, const void* from, std::size_t size, off64_t at),
               (file, from, size, at), is_file(file) && fails(writes))
TAUVOX_FAILING(ssize_t, writev, (int file, const iovec* from, int count), (file, from, count),
               is_file(file) && fails(writes))
TAUVOX_FAILING(int, ftruncate, (int file, off_t size), (file, size), is_file(file) && fails(writes))
TAUVOX_FAILING(int, ftruncate64, (int file, off64_t size), (file, size), is_file(file) && fails(writes))
TAUVOX_FAILING(int, fsync, (int file), (file), fails(syncs))
TAUVOX_FAILING(int, fdatasync, (int file), (file), fails(syncs))
TAUVOX_FAILING(int, rename, (const char* from, const char* to), (from, to), fails(renames))
TAUVOX_FAILING(int, renameat2, (int a, const char* from, int b, const char* to, unsigned flags),
               (a, from, b, to, flags), fails(renames))
TAUVOX_FAILING(int, link, (const char* from, const char* to), (from, to), fails(renames))
TAUVOX_FAILING(int, mkdir, (const char* path, mode_t mode), (path, mode), fails(folders))

#define TAUVOX_FAILING_OPEN(name)                                                                          \
  extern "C" int name(const char* path, int flags, ...) {                                                  \
    static auto* const real = next<int(const char*, int, ...)>(#name);                                     \
    mode_t mode = 0;                                                                                       \
    if (flags & (O_CREAT | O_TMPFILE)) {                                                                   \
      va_list more;                                                                                        \
      va_start(more, flags);                                                                               \
      mode = va_arg(more, mode_t);                                                                         \
      va_end(more);                                                                                        \
    }                                                                                                      \
    const bool to_write = (flags & O_ACCMODE) != O_RDONLY;                                                 \
    return to_write && std::strncmp(path, "/dev/", 5) != 0 && fails(opens) ? -1 : real(path, flags, mode); \
  }
TAUVOX_FAILING_OPEN(open)
TAUVOX_FAILING_OPEN(open64)

static bool no_memory_for(std::size_t size) { return size >= 1024 && fails(memory); }

extern "C" void* malloc(std::size_t size) { return no_memory_for(size) ? nullptr : __libc_malloc(size); }
extern "C" void* calloc(std::size_t count, std::size_t size) {
  return no_memory_for(count * size) ? nullptr : __libc_calloc(count, size);
}
extern "C" void* realloc(void* old, std::size_t size) {
  return no_memory_for(size) ? nullptr : __libc_realloc(old, size);
}
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return no_memory_for(size) ? nullptr : __libc_memalign(alignment, size);
}
extern "C" int posix_memalign(void** at, std::size_t alignment, std::size_t size) {
  void* const memory_at = no_memory_for(size) ? nullptr : __libc_memalign(alignment, size);
  if (!memory_at) return ENOMEM;
  *at = memory_at;
  return 0;
}
