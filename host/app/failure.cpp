// What is said of a failure: a line for people always, one for programs where they may be reading.
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <new>
#include <nlohmann/json.hpp>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "host/report/json_text.hpp"
#include "kernels/base/clock.hpp"

namespace tauvox {
namespace {

volatile std::sig_atomic_t memory_failed = 0;

[[noreturn]] void out_of_memory() {
  memory_failed = 1;
  throw std::bad_alloc();
}

/// Without memory not every exception reaches main: destructors and threads end the process. It shall still
/// say why.
/// @pre nothing can be allocated
[[noreturn]] void end_with_a_reason() {
  if (!memory_failed) std::abort();
  static constexpr char text[] =
      "error: out of memory; use --crop or --precision mixed\n"
      "{\"status\":\"failed\",\"exit_code\":5,\"error\":\"out of memory; use --crop or --precision "
      "mixed\"}\n";
  [[maybe_unused]] const ssize_t said = ::write(STDERR_FILENO, text, sizeof text - 1);
  ::_exit(static_cast<int>(ExitCode::resources));
}

}  // namespace

void say_when_memory_ends() {
  std::set_new_handler(out_of_memory);
  std::set_terminate(end_with_a_reason);
}

std::string report_failure(const std::string& status, ExitCode code, const std::string& message) {
  const std::string shown = one_line(message);
  const nlohmann::ordered_json j{{"status", status},
                                 {"exit_code", static_cast<int>(code)},
                                 {"error", shown},
                                 {"time", utc_text(std::time(nullptr))}};
  std::string line = json_text(j) + "\n";
  print_unstamped("error: " + shown + "\n" + (isatty(STDERR_FILENO) ? "" : line));
  return line;
}

}  // namespace tauvox
