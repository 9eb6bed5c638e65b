// What control groups leave of the memory, told by a folder made up for it.
#include "kernels/base/host_memory.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace tauvox {
namespace {

namespace fs = std::filesystem;

class Groups : public testing::Test {
 protected:
  Groups() : root_(fs::path(testing::TempDir()) / ("groups-" + std::to_string(getpid()))) {
    file("proc/meminfo", "MemTotal:       1000000 kB\nMemFree: 10 kB\nMemAvailable:    800000 kB\n");
  }
  ~Groups() override { fs::remove_all(root_); }
  void file(const std::string& name, const std::string& text) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  HostMemory memory() const { return host_memory(root_.string()); }
  fs::path root_;
};

TEST_F(Groups, WithoutThemTheMachineCounts) {
  EXPECT_EQ(memory().total, 1024000000);
  EXPECT_EQ(memory().available, 819200000);
  file("proc/self/cgroup", "0::/user.slice\n");
  file("sys/fs/cgroup/user.slice/memory.max", "max\n");
  EXPECT_EQ(memory().total, 1024000000);
}

TEST_F(Groups, WhatIsNotKnownRefusesNothing) {
  file("proc/meminfo", "MemTotal: 1000000 kB\n");  // kernels before 3.14
  EXPECT_EQ(memory().available, 1024000000);
  fs::remove_all(root_ / "proc");
  EXPECT_GT(memory().total, 0);
  EXPECT_EQ(memory().available, memory().total);
  file("sys/fs/cgroup/memory.max", "500000\n");
  EXPECT_EQ(memory().available, 500000);
}

TEST_F(Groups, OfEveryLevelTheTightestLimits) {
  file("proc/self/cgroup", "0::/slurm/job_7/step_0/task\n");
  file("sys/fs/cgroup/slurm/job_7/step_0/task/memory.max", "max\n");
  file("sys/fs/cgroup/slurm/job_7/step_0/memory.max", "700000000\n");
  file("sys/fs/cgroup/slurm/job_7/memory.max", "500000000\n");
  file("sys/fs/cgroup/slurm/memory.max", "900000000\n");
  EXPECT_EQ(memory().total, 500000000);
  EXPECT_EQ(memory().available, 500000000);
  file("sys/fs/cgroup/slurm/job_7/step_0/memory.high", "300000000\n");
  EXPECT_EQ(memory().total, 300000000);
}

TEST_F(Groups, WhatOthersOfTheGroupTakeIsNotFree) {
  file("proc/self/cgroup", "0::/job\n");
  file("sys/fs/cgroup/job/memory.max", "500000000\n");
  file("sys/fs/cgroup/job/memory.current", "300000000\n");
  file("sys/fs/cgroup/job/memory.stat", "anon 1\ninactive_file 100000000\nactive_file 7\n");
  EXPECT_EQ(memory().total, 500000000);
  EXPECT_EQ(memory().available, 300000000);
  file("sys/fs/cgroup/job/memory.current", "700000000\n");
  EXPECT_EQ(memory().available, 0);
}

TEST_F(Groups, OfTheFirstVersionCountAsWell) {
  file("proc/self/cgroup", "3:cpu,cpuacct:/elsewhere\n2:blkio,memory:/batch/job\n1:name=systemd:/x\n");
  file("sys/fs/cgroup/memory/batch/memory.limit_in_bytes", "400000000\n");
  file("sys/fs/cgroup/memory/batch/job/memory.limit_in_bytes", "9223372036854771712\n");
  file("sys/fs/cgroup/memory/batch/memory.usage_in_bytes", "150000000\n");
  EXPECT_EQ(memory().total, 400000000);
  EXPECT_EQ(memory().available, 250000000);
}

TEST_F(Groups, AContainerSeesItsOwnAtTheTop) {
  file("proc/self/cgroup", "0::/not/to/be/seen/from/here\n");
  file("sys/fs/cgroup/memory.max", "600000000\n");
  EXPECT_EQ(memory().total, 600000000);
  fs::remove(root_ / "proc/self/cgroup");
  EXPECT_EQ(memory().total, 600000000);
}

TEST(HostMemory, OfThisMachineIsSomething) {
  EXPECT_GT(host_memory().total, 0);
  EXPECT_GT(host_memory().available, 0);
  EXPECT_LE(host_memory().available, host_memory().total);
}

}  // namespace
}  // namespace tauvox
