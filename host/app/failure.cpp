// What is said of a failure: a line for people always, one for programs where they may be reading.
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "kernels/base/clock.hpp"

namespace tauvox {

std::string report_failure(const std::string& status, ExitCode code, const std::string& message) {
  const std::string shown = one_line(message);
  const nlohmann::ordered_json j{{"status", status},
                                 {"exit_code", static_cast<int>(code)},
                                 {"error", shown},
                                 {"time", utc_text(std::time(nullptr))}};
  std::string line = j.dump() + "\n";
  print_unstamped("error: " + shown + "\n" + (isatty(STDERR_FILENO) ? "" : line));
  return line;
}

}  // namespace tauvox
