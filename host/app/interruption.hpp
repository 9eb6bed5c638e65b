// A run that shall end before it is done: by a signal, or because its time is over.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>

#include "kernels/base/clock.hpp"

namespace tauvox {

/// Ends what is being done; what was finished before is kept.
struct Interrupted : std::runtime_error {
  Interrupted(const std::string& why, bool time_is_over)
      : std::runtime_error(why), by_limit_of_time(time_is_over) {}
  bool by_limit_of_time;  // else by a signal
};

/// From now on `signals_to_end` ask the run to end; one that comes more than two seconds later ends it at
/// once, but XCPU, which the system repeats. HUP does nothing.
void listen_to_signals();
/// When a run has to be over, and who says so.
struct Deadline {
  Clock::time_point at;
  std::string source;  // "--time-limit", "SLURM_JOB_END_TIME"
  std::string text() const { return "the limit of time (" + source + ")"; }
};
/// From then on asked_to_end() says so.
void end_by(const std::optional<Deadline>& deadline);

/// "signal 15 (Terminated)", or which limit of time, once one of them asks the run to end.
std::optional<std::string> asked_to_end();
/// To be called wherever a run can stop. @throws Interrupted once it is asked for
void end_if_asked();

/// The earlier of the time limit and, less what it takes to write results, the end of the Slurm job.
/// @param start of the run   @param limit_seconds of --time-limit
std::optional<Deadline> deadline_of(Clock::time_point start, std::optional<double> limit_seconds);

}  // namespace tauvox
