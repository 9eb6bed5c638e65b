#include "kernels/base/process.hpp"

#include <omp.h>
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <latch>
#include <new>
#include <sstream>
#include <system_error>
#include <thread>

#include "kernels/base/cgroup.hpp"

namespace tauvox {
namespace {

int affinity() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
  return std::max(1, omp_get_num_procs());
}

/// A whole number above 0 at the start of the variable ("4" and "4,2" are 4); 0 for anything else.
int environment_number(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr) return 0;
  while (*text == ' ') ++text;
  int number = 0;
  const auto [end, error] = std::from_chars(text, text + std::strlen(text), number);
  return error == std::errc() && (*end == '\0' || *end == ',' || *end == ' ') ? std::max(number, 0) : 0;
}

/// Processors of the smallest CPU quota; 0 without one.
int quota(const std::string& root) {
  double least = 0;
  const auto consider = [&](double time, double period) {
    if (time > 0 && period > 0 && (least == 0 || time / period < least)) least = time / period;
  };
  double time = 0, period = 0;
  for (const std::string& line :
       cgroup_values("cpu", "cpu.max", "", root))  // "150000 100000" or "max 100000"
    if (std::istringstream(line) >> time >> period) consider(time, period);
  const std::vector<std::string> times = cgroup_values("cpu", "", "cpu.cfs_quota_us", root),
                                 periods = cgroup_values("cpu", "", "cpu.cfs_period_us", root);
  for (std::size_t i = 0; i < std::min(times.size(), periods.size()); ++i)
    if (std::istringstream(times[i]) >> time && std::istringstream(periods[i]) >> period)
      consider(time, period);
  return static_cast<int>(std::min(std::ceil(least), 1e6));
}

std::ptrdiff_t own_threads() {
  std::error_code failed;
  return std::distance(std::filesystem::directory_iterator("/proc/self/task", failed), {});
}

}  // namespace

std::vector<ProcessorLimit> processor_limits(const std::string& root) {
  std::vector<ProcessorLimit> limits{{"affinity", affinity()}};
  for (const char* name : {"OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "SLURM_CPUS_PER_TASK"})
    if (const int number = environment_number(name)) limits.push_back({name, number});
  if (const int processors = quota(root)) limits.push_back({"cgroup CPU quota", processors});
  return limits;
}

int usable_processors() {
  int least = 0;
  for (const ProcessorLimit& limit : processor_limits())
    if (least == 0 || limit.processors < least) least = limit.processors;
  return least;
}

int startable_threads(int wanted) {
  static std::atomic<int> known{1};         // so many could be started once
  static std::atomic<bool> limited{false};  // and no more, which threads at work would make look like fewer
  if (wanted <= known || limited) return std::min<int>(wanted, known);
  const std::ptrdiff_t before = own_threads();
  std::vector<std::thread> threads;
  std::latch leave(1);
  try {
    while (static_cast<int>(threads.size()) + 1 < wanted) threads.emplace_back([&leave] { leave.wait(); });
  } catch (const std::system_error&) {  // no more than these
  } catch (const std::bad_alloc&) {
  }
  int started = static_cast<int>(threads.size()) + 1;
  leave.count_down();
  for (std::thread& thread : threads) thread.join();
  // The kernel counts a thread until it is gone altogether, a moment after it can be joined.
  for (int wait = 0; own_threads() > before && wait < 1000; ++wait)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  if (started < wanted) {
    // At the limit that moment matters, and so does whatever else this user starts: one thread is left to
    // spare.
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    started = std::max(1, started - 1);
    limited = true;
  }
  int seen = known;
  while (seen < started && !known.compare_exchange_weak(seen, started)) {
  }
  return started;
}

std::int64_t peak_resident_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::strtoll(line.c_str() + 6, nullptr, 10) * 1024;
  rusage usage{};  // survives exec: another program's, where that one was larger
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

}  // namespace tauvox
