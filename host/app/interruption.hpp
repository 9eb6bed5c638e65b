// A run that shall end before it is done: by a signal, or because its time is over.
#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

namespace tauvox {

/// Ends what is being done; what was finished before is kept.
struct Interrupted : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// From now on TERM, INT and USR1 ask the run to end; a second one ends it at once. HUP does nothing.
void listen_to_signals();
/// "signal 15 (Terminated)", once one has asked the run to end.
std::optional<std::string> asked_to_end();
/// To be called wherever a run can stop. @throws Interrupted once a signal has asked for it
void end_if_asked();

/// When a run has to be over, and who says so.
struct Deadline {
  std::chrono::steady_clock::time_point at;
  std::string source;  // "--time-limit", "SLURM_JOB_END_TIME"
};
/// The earlier of the time limit and, less what it takes to write results, the end of the Slurm job.
/// @param start of the run   @param limit_seconds of --time-limit
std::optional<Deadline> deadline_of(std::chrono::steady_clock::time_point start,
                                    std::optional<double> limit_seconds);

}  // namespace tauvox
