#include "host/app/log.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "host/app/console.hpp"
#include "host/batch/claimed_row.hpp"
#include "io/claim.hpp"

namespace tauvox {

static bool has_begun = false;

void begin_log() {
  has_begun = isatty(STDERR_FILENO) == 0;
  if (has_begun) stamp_notes();
}

void print_log_head(const std::string& command, const std::string& device) {
  if (!has_begun) return;
  const std::string job = job_of_this_process();
  print_note(
      one_line(fmt::format("tauvox {} {} on {}, process {}{}{}, device {}", TAUVOX_VERSION, command,
                           io::host_name(), ::getpid(), job.empty() ? "" : ", Slurm job ", job, device)) +
      "\n");
}

}  // namespace tauvox
