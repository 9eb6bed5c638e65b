// What this process may use of the machine, and what it has used: processors, threads, memory.
#pragma once

#include <array>
#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

namespace tauvox {

/// By which people, terminals and batch systems ask a run to end: Slurm by TERM and what --signal says, Grid
/// Engine by USR1, USR2 and XCPU, at its soft limits. HUP ends nothing.
inline constexpr std::array<int, 5> signals_to_end{SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGXCPU};

/// A number of processors that someone allows, and who.
struct ProcessorLimit {
  std::string source;  // "affinity", "OMP_NUM_THREADS", "SLURM_CPUS_PER_TASK", "cgroup CPU quota", ...
  int processors = 1;
};

/// All that apply to this process, the affinity mask first. A quota of 1.5 processors counts as 2.
/// @param root stands before /proc and /sys; for tests
std::vector<ProcessorLimit> processor_limits(const std::string& root = "");

/// Threads that work unless a number is asked for: the smallest of the limits, at least 1.
int usable_processors();

/// How many of `wanted` threads, the calling one included, can run at once: `ulimit -u`, pids.max or the
/// address space may allow fewer, and the OpenMP library ends the program where it cannot start one. Tried
/// out, by starting them.
int startable_threads(int wanted);

/// Largest resident set of this process so far, in bytes; what ran under its number before exec does not
/// count.
std::int64_t peak_resident_bytes();

}  // namespace tauvox
