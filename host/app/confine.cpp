#include "host/app/confine.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>

#include "kernels/base/host_memory.hpp"

#if __has_include(<linux/landlock.h>)
#include <linux/landlock.h>
#endif
#if __has_include(<linux/seccomp.h>) && __has_include(<linux/filter.h>) && __has_include(<linux/audit.h>)
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#endif

namespace tauvox {
namespace {

// A sanitizer's runtime reserves terabytes of addresses, and looks into /proc at the end.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool is_instrumented = true;
#else
constexpr bool is_instrumented = false;
#endif

void limit(int what, std::uint64_t most) {
  rlimit now{};
  if (::getrlimit(static_cast<__rlimit_resource_t>(what), &now) != 0) return;
  now.rlim_cur = std::min<rlim_t>(most, now.rlim_max);
  now.rlim_max = now.rlim_cur;
  ::setrlimit(static_cast<__rlimit_resource_t>(what), &now);
}

/// The soft limit alone.
void soften(int what, std::uint64_t most) {
  rlimit now{};
  if (::getrlimit(static_cast<__rlimit_resource_t>(what), &now) != 0) return;
  now.rlim_cur = std::min<rlim_t>(most, now.rlim_max);
  ::setrlimit(static_cast<__rlimit_resource_t>(what), &now);
}

/// Kernels before 5.13, or without Landlock: the file system stays as open as to the program itself.
void allow_only(const std::vector<std::string>& roots) {
#if defined(LANDLOCK_ACCESS_FS_MAKE_SYM) && defined(SYS_landlock_create_ruleset)
  landlock_ruleset_attr rules{};
  rules.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;  // all of the first version
  const auto ruleset = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0));
  if (ruleset < 0) return;
  for (const std::string& root : roots) {
    landlock_path_beneath_attr file{};
    file.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE;
    file.parent_fd = ::open(root.c_str(), O_PATH | O_CLOEXEC);
    if (file.parent_fd < 0) continue;
    struct stat status {};
    if (::fstat(file.parent_fd, &status) == 0 && S_ISDIR(status.st_mode))
      file.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
    ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &file, 0);
    ::close(file.parent_fd);
  }
  ::syscall(SYS_landlock_restrict_self, ruleset, 0);
  ::close(ruleset);
#else
  (void)roots;
#endif
}

#if defined(SECCOMP_MODE_FILTER) && defined(AUDIT_ARCH_X86_64) && \
    (defined(__x86_64__) || defined(__aarch64__))
#ifdef __x86_64__
constexpr std::uint32_t architecture = AUDIT_ARCH_X86_64;
#else
constexpr std::uint32_t architecture = AUDIT_ARCH_AARCH64;
#endif

/// What no reader of files has to do: reach other machines, programs and processes. It fails with EPERM.
constexpr std::array refused_calls{SYS_socket,
                                   SYS_connect,
                                   SYS_bind,
                                   SYS_listen,
                                   SYS_execve,
                                   SYS_execveat,
                                   SYS_ptrace,
                                   SYS_process_vm_readv,
                                   SYS_process_vm_writev,
                                   SYS_kill,
                                   SYS_mount,
                                   SYS_unshare,
                                   SYS_setns,
                                   SYS_bpf,
                                   SYS_perf_event_open,
                                   SYS_userfaultfd,
                                   SYS_keyctl,
                                   SYS_add_key,
                                   SYS_request_key,
                                   SYS_open_by_handle_at};

void refuse_calls() {
  constexpr std::uint32_t other_numbering = 0x40000000;  // x32
  std::array<sock_filter, refused_calls.size() + 6> program{};
  std::size_t at = 0;
  const auto left = [&] { return static_cast<std::uint8_t>(program.size() - 1 - at - 1); };  // to the refusal
  program[at++] = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch));
  program[at] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 0, left());
  ++at;
  program[at++] = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
  program[at] = BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, other_numbering, left(), 0);
  ++at;
  for (const auto call : refused_calls) {
    program[at] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), left(), 0);
    ++at;
  }
  program[at++] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  program[at++] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1);  // EPERM
  const sock_fprog filter{static_cast<unsigned short>(at), program.data()};
  ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}
#else
void refuse_calls() {}  // headers or processor without it
#endif

}  // namespace

void confine(const std::string& root, std::uint64_t cpu_seconds, const std::vector<std::string>& besides) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, besides.empty() ? 64 : 16384);
  limit(RLIMIT_CPU, cpu_seconds + 5);  // the signal of the soft limit comes first, and says what it was
  soften(RLIMIT_CPU, cpu_seconds);
  if (is_instrumented) return;
  constexpr std::uint64_t program = std::uint64_t{4} << 30;  // addresses of libraries, stacks and arenas
  limit(RLIMIT_AS, program + static_cast<std::uint64_t>(host_memory().available));
  std::vector<std::string> roots{root};
  roots.insert(roots.end(), besides.begin(), besides.end());
  allow_only(roots);
  refuse_calls();
}

}  // namespace tauvox
