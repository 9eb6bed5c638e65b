#include "host/app/interruption.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "kernels/base/clock.hpp"
#include "kernels/base/error.hpp"
#include "kernels/base/process.hpp"

namespace tauvox {
namespace {

/// Left at the end of a job, so that results are written before the batch system kills what is still there;
/// no more than half of what there is.
constexpr double most_margin_seconds = 60;

/// Signals within so many seconds are one request: a batch system tells every process of a job, and a job
/// script or `batch` hands on what it was told.
constexpr std::int64_t one_request_seconds = 2;

volatile std::sig_atomic_t received = 0;
std::atomic<std::int64_t> received_at = 0;  // seconds
std::optional<Deadline> last_moment;

void receive(int signal) {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);  // may be called in a handler
  if (received == 0) {
    received_at = now.tv_sec;
    received = signal;
  } else if (signal != SIGXCPU && now.tv_sec - received_at > one_request_seconds) {
    // Of a limit of CPU time the system tells every second.
    ::_exit(static_cast<int>(ExitCode::interrupted));
  }
}

/// Seconds until the end of the job; empty where nobody says.
std::optional<double> seconds_of_job() {
  const char* text = std::getenv("SLURM_JOB_END_TIME");  // seconds since 1970
  if (!text) return std::nullopt;
  char* end = nullptr;
  const double at = std::strtod(text, &end);
  if (end == text || *end != '\0') return std::nullopt;
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  return at - now.count();
}

}  // namespace

void listen_to_signals() {
  struct sigaction action {};
  action.sa_handler = receive;
  action.sa_flags = SA_RESTART;  // a write goes on; whoever waits for long looks for itself
  for (const int signal : signals_to_end) ::sigaction(signal, &action, nullptr);
  std::signal(SIGHUP, SIG_IGN);
}

void end_by(const std::optional<Deadline>& deadline) { last_moment = deadline; }

std::optional<std::string> asked_to_end() {
  if (const int signal = received) return fmt::format("signal {} ({})", signal, strsignal(signal));
  if (last_moment && Clock::now() > last_moment->at) return last_moment->text();
  return std::nullopt;
}

void end_if_asked() {
  if (const auto why = asked_to_end()) throw Interrupted(*why, received == 0);
}

std::optional<Deadline> deadline_of(Clock::time_point start, std::optional<double> limit_seconds) {
  const auto after = [](Clock::time_point from, double seconds) {
    return from + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  };
  std::optional<Deadline> deadline;
  if (limit_seconds) deadline = {after(start, *limit_seconds), "--time-limit"};
  if (const auto left = seconds_of_job(); left && *left > 0) {  // else it is over, and not ours
    const double margin = std::min(most_margin_seconds, *left / 2);
    const Deadline job{after(Clock::now(), *left - margin), "SLURM_JOB_END_TIME"};
    if (!deadline || job.at < deadline->at) deadline = job;
  }
  return deadline;
}

}  // namespace tauvox
