// Disks that fill up in the middle of a file: every writer reports it, keeps the old file and removes its
// temporary. Two kinds: a limit on the size of files (any user), and a real file system of 8 MB (only root
// can mount one).
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <algorithm>

#include "tests/io/write_support.hpp"

namespace tauvox::test {

namespace {

constexpr Extent noise_extent{160, 150, 170};  // 16 MB of floats that do not compress

struct Writer {
  const char* name;
  void (*write)(const std::string& path);
};

[[maybe_unused]] void write_noise(const std::string& path) {
  const Volume volume = striped_volume(noise_extent, {0, 1});
  const std::vector<float> values = noise(noise_extent);
  io::write_field(path, {.volume = &volume, .values = values}, true);
}
void write_long_text(const std::string& path) { io::write_text(path, std::string(12 << 20, 'x'), true); }
void write_long_raw(const std::string& path) {
  io::write_volume(path, striped_volume({200, 200, 300}, {0, 1}), true);
}

/// Stops files of this process at `bytes`, with EFBIG instead of the signal.
void limit_file_size(rlim_t bytes) {
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{bytes, bytes};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
}

class FullDisk : public WriteTest, public ::testing::WithParamInterface<Writer> {};

}  // namespace

TEST_P(FullDisk, SizeLimitLeavesTheOldFileAndNoTemporary) {
  const std::string path = in(std::string("output") + GetParam().name);
  for (const rlim_t limit : {rlim_t{1000}, rlim_t{1} << 20, rlim_t{8} << 20}) {
    put(path, "old");
    const Outcome outcome = outcome_in_child([&] {
      limit_file_size(limit);
      GetParam().write(path);
    });
    EXPECT_EQ(outcome.code, output_code) << limit << ": " << outcome.message;
    EXPECT_EQ(contents(path), "old");
    EXPECT_EQ(files(), 1u);
    EXPECT_NE(outcome.message.find("(" + path + "); File too large"), std::string::npos) << outcome.message;
  }
}

TEST_P(FullDisk, SmallFileSystemLeavesTheOldFileAndNoTemporary) {
  constexpr int cannot_mount = 77, not_intact = 78;
  const std::string path = in(std::string("output") + GetParam().name);
  const Outcome outcome = outcome_in_child([&] {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=8m") != 0)
      std::_Exit(cannot_mount);
    put(path, "old");
    const Outcome written = outcome_of([&] { GetParam().write(path); });
    if (contents(path) != "old" || files() != 1) std::_Exit(not_intact);
    throw Error(static_cast<ExitCode>(written.code), written.message);
  });
  if (outcome.code == cannot_mount) GTEST_SKIP() << "needs the right to mount a small file system";
  EXPECT_EQ(outcome.code, output_code) << outcome.message;
  EXPECT_NE(outcome.message.find("No space left"), std::string::npos) << outcome.message;
}

INSTANTIATE_TEST_SUITE_P(Writers, FullDisk,
                         ::testing::Values(
#ifdef TAUVOX_HAVE_VTK
                             Writer{".vti", write_noise},
#endif
#ifdef TAUVOX_HAVE_HDF5
                             Writer{".h5", write_noise},
#endif
                             Writer{".raw", write_long_raw}, Writer{".json", write_long_text}),
                         [](const auto& tested) { return std::string(tested.param.name + 1); });

}  // namespace tauvox::test
