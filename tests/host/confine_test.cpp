// A process that confined itself: what it may still do.
#include "host/app/confine.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "io/input_file.hpp"

namespace tauvox {
namespace {

/// What `look` finds in a process that has confined itself to `input`: 0..255.
int seen_by_a_confined_process(const std::string& input, const std::function<int()>& look) {
  const pid_t process = ::fork();
  if (process == 0) {
    confine(input, 60);
    ::_exit(look());
  }
  int status = 0;
  EXPECT_EQ(::waitpid(process, &status, 0), process);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int error_of_opening(const std::string& path) { return ::open(path.c_str(), O_RDONLY) >= 0 ? 0 : errno; }

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool is_instrumented = true;
#else
constexpr bool is_instrumented = false;
#endif

/// Of opening what is not left to the process.
int error_elsewhere() {
#ifdef SYS_landlock_create_ruleset
  constexpr int version = 1;  // asks for that of the kernel
  if (!is_instrumented && ::syscall(SYS_landlock_create_ruleset, nullptr, 0, version) > 0) return EACCES;
#endif
  return 0;  // the file system stays open
}

TEST(Confine, LeavesTheOneFile) {
  const std::string input = ::testing::TempDir() + "tauvox_confine_input", other = input + "_other";
  std::ofstream(input) << "in";
  std::ofstream(other) << "out";
  EXPECT_EQ(seen_by_a_confined_process(input, [&] { return error_of_opening(input); }), 0);
  EXPECT_EQ(seen_by_a_confined_process(input, [&] { return error_of_opening(other); }), error_elsewhere());
  ::unlink(input.c_str());
  ::unlink(other.c_str());
}

TEST(Confine, LeavesTheFolderOfAHeader) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(::testing::TempDir()) / "tauvox_confine_header";
  fs::create_directories(folder / "in");
  std::ofstream(folder / "in/a.nhdr") << "NRRD0004\ndata file: a.raw\n";
  std::ofstream(folder / "in/a.raw") << "in";
  std::ofstream(folder / "out") << "out";
  fs::create_symlink("../out", folder / "in/link");
  fs::create_symlink("in/a.nhdr", folder / "a.nhdr");
  for (const char* header : {"in/a.nhdr", "a.nhdr"}) {
    const std::string root = io::root_of_reading((folder / header).string());
    const auto error_of = [&](const char* name) {
      return seen_by_a_confined_process(root, [&] { return error_of_opening((folder / name).string()); });
    };
    EXPECT_EQ(error_of("in/a.raw"), 0);
    EXPECT_EQ(error_of(header), 0);
    EXPECT_EQ(error_of("in/link"), error_elsewhere());
    EXPECT_EQ(error_of("out"), error_elsewhere());
  }
  fs::remove_all(folder);
}

TEST(Confine, LeavesNoCoreFileAndFewDescriptors) {
  EXPECT_EQ(seen_by_a_confined_process("/dev/null",
                                       [] {
                                         rlimit core{}, files{};
                                         ::getrlimit(RLIMIT_CORE, &core);
                                         ::getrlimit(RLIMIT_NOFILE, &files);
                                         return core.rlim_cur == 0 && files.rlim_max <= 64 ? 1 : 0;
                                       }),
            1);
}

TEST(Confine, ReachesNoNetworkAndNoOtherProgram) {
  if (is_instrumented) GTEST_SKIP() << "a sanitizer's runtime is not confined";
  const int network = seen_by_a_confined_process(
      "/dev/null", [] { return ::socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 0 : errno; });
  EXPECT_TRUE(network == EPERM || network == 0 || network == EAFNOSUPPORT) << network;  // 0: no seccomp
  const int program = seen_by_a_confined_process("/dev/null", [] {
    ::execl("/bin/true", "true", nullptr);
    return errno;
  });
  EXPECT_TRUE(program == EPERM || program == EACCES || program == 0) << program;
}

}  // namespace
}  // namespace tauvox
