// How many processors and threads a process takes, from files as Linux writes them.
#include "kernels/base/process.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "kernels/base/cgroup.hpp"
#include "kernels/base/find_device.hpp"

namespace tauvox {
namespace {

namespace fs = std::filesystem;

class Processors : public testing::Test {
 protected:
  Processors() : root_(fs::path(testing::TempDir()) / ("processors-" + std::to_string(getpid()))) {
    for (const char* name : {"OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "SLURM_CPUS_PER_TASK"}) ::unsetenv(name);
  }
  ~Processors() override { fs::remove_all(root_); }
  void put(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text << "\n";
  }
  /// What `source` allows; 0 where it says nothing.
  int allowed(const std::string& source) {
    for (const ProcessorLimit& limit : processor_limits(root_))
      if (limit.source == source) return limit.processors;
    return 0;
  }
  fs::path root_;
};

}  // namespace

TEST_F(Processors, AreThoseOfTheAffinityMaskWhereNothingElseIsSaid) {
  const std::vector<ProcessorLimit> limits = processor_limits(root_);
  ASSERT_EQ(limits.size(), 1u);
  EXPECT_EQ(limits[0].source, "affinity");
  EXPECT_GE(limits[0].processors, 1);
}

TEST_F(Processors, AreLimitedByTheEnvironment) {
  ::setenv("OMP_NUM_THREADS", "3,2", 1);
  ::setenv("SLURM_CPUS_PER_TASK", "1", 1);
  EXPECT_EQ(allowed("OMP_NUM_THREADS"), 3);
  EXPECT_EQ(allowed("SLURM_CPUS_PER_TASK"), 1);
  EXPECT_EQ(usable_processors(), 1);
  EXPECT_EQ(cpu_device().threads(), 1);
  EXPECT_EQ(cpu_device(2).threads(), 2) << "a number that is asked for counts";
  ::unsetenv("SLURM_CPUS_PER_TASK");
  for (const char* nonsense : {"", "0", "-2", "many", "4x", "99999999999999"}) {
    ::setenv("OMP_NUM_THREADS", nonsense, 1);
    EXPECT_EQ(allowed("OMP_NUM_THREADS"), 0) << nonsense;
  }
}

TEST_F(Processors, AreLimitedByTheSmallestQuotaOfTheGroupAndThoseAboveIt) {
  put("proc/self/cgroup", "0::/slurm/job7/task0");
  put("sys/fs/cgroup/slurm/cpu.max", "150000 100000");
  put("sys/fs/cgroup/slurm/job7/cpu.max", "max 100000");
  EXPECT_EQ(allowed("cgroup CPU quota"), 2);
  put("sys/fs/cgroup/slurm/job7/task0/cpu.max", "400000 100000");
  EXPECT_EQ(allowed("cgroup CPU quota"), 2);
  put("sys/fs/cgroup/slurm/job7/cpu.max", "20000 100000");
  EXPECT_EQ(allowed("cgroup CPU quota"), 1);
}

TEST_F(Processors, AreLimitedByAQuotaOfTheOlderKindAndByThatOfAContainer) {
  put("proc/self/cgroup", "3:cpuset:/\n4:cpu,cpuacct:/docker/abc\n0::/");
  put("sys/fs/cgroup/cpu/docker/abc/cpu.cfs_quota_us", "-1");
  put("sys/fs/cgroup/cpu/docker/abc/cpu.cfs_period_us", "100000");
  EXPECT_EQ(allowed("cgroup CPU quota"), 0);
  // In a container its own group is the root of what it sees, whatever the path says.
  put("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "250000");
  put("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");
  EXPECT_EQ(allowed("cgroup CPU quota"), 3);
}

TEST(StartableThreads, AreAsManyAsAskedForWhereNothingForbidsIt) {
  EXPECT_EQ(startable_threads(1), 1);
  EXPECT_EQ(startable_threads(4), 4);
  EXPECT_EQ(startable_threads(2), 2);
}

}  // namespace tauvox
