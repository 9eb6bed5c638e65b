#include "host/app/evaluate_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

#include "host/app/interruption.hpp"
#include "kernels/base/error.hpp"
#include "kernels/base/process.hpp"

namespace tauvox {
namespace {

constexpr useconds_t look_every_us = 20000;

/// Between fork and exec: nothing that allocates.
[[noreturn]] void become(char* const* words, const char* errors, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::setpgid(0, 0);  // what a terminal sends comes once, from the parent
  const int nowhere = ::open("/dev/null", O_RDWR), said = ::open(errors, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (::getppid() == parent && nowhere >= 0 && said >= 0 && ::dup2(nowhere, 0) == 0 &&
      ::dup2(nowhere, 1) == 1 && ::dup2(said, 2) == 2)
    ::execv("/proc/self/exe", words);
  ::_exit(127);
}

/// The first `error:` line, which says what, where, why and what to do.
std::string error_in(const std::string& path) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("error: ")) return line.substr(7);
  return "";
}

}  // namespace

EvaluationEnd evaluate_in_a_process(const std::vector<std::string>& words, const std::string& errors,
                                    const std::function<bool()>& is_wanted) {
  std::vector<std::string> all{"tauvox", "evaluate"};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> pointers;
  for (std::string& word : all) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const pid_t parent = ::getpid(), process = ::fork();
  if (process < 0)
    throw Error(ExitCode::resources, "no process can be started", "", std::strerror(errno),
                "see ulimit -u and pids.max");
  if (process == 0) become(pointers.data(), errors.c_str(), parent);
  // Whoever asks this process to end asks for the volume at work to end as well.
  int status = 0;
  pid_t ended = 0;
  for (bool told = false; (ended = ::waitpid(process, &status, WNOHANG)) == 0; ::usleep(look_every_us)) {
    if (!told && asked_to_end()) told = ::kill(process, SIGTERM) == 0;
    if (!is_wanted()) ::kill(process, SIGKILL);
  }
  if (ended < 0)
    throw Error(ExitCode::internal, "how a process ended is not known", "", std::strerror(errno),
                "SIGCHLD must not be ignored by whoever starts tauvox");
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    // Before it listens to signals they end it at once: that says nothing about the volume.
    const std::optional<std::string> asked = asked_to_end();
    if (asked || std::find(signals_to_end.begin(), signals_to_end.end(), signal) != signals_to_end.end())
      return {static_cast<int>(ExitCode::interrupted), asked.value_or("interrupted")};
    return {128 + signal, fmt::format("ended by signal {} ({})", signal, ::strsignal(signal))};
  }
  const int code = WEXITSTATUS(status);
  std::string reason = error_in(errors);
  if (code != 0 && reason.empty()) reason = fmt::format("exit code {}", code);
  return {code, reason};
}

}  // namespace tauvox
