#include "host/app/console.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "io/printable.hpp"
#include "kernels/base/clock.hpp"
#include "kernels/base/error.hpp"

namespace tauvox {
namespace {

int lost_text_errno = 0;  // why text for standard output got lost: it is told once, at the end
bool is_closed = false, has_files = false, is_stamped = false, has_notes = true;

bool print(std::FILE* stream, const std::string& text) {
  return std::fwrite(text.data(), 1, text.size(), stream) == text.size() && std::fflush(stream) == 0;
}

/// Several lines of which some may carry words of a file: nothing but line breaks and tabs controls anything.
std::string guarded(const std::string& text) { return io::printable(text, "\n\t"); }

/// Empty lines stay empty.
std::string stamped(const std::string& text) {
  const std::string time = utc_text(std::time(nullptr)) + " ";
  std::string out;
  bool at_start = true;
  for (const char c : text) {
    if (at_start && c != '\n') out += time;
    out += c;
    at_start = c == '\n';
  }
  return out;
}

}  // namespace

void guard_standard_streams() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow any more is a failed write, not the end
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor)
    if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF)
      // Read-only, so that writing fails as it does on a closed stream. open() takes the lowest free number.
      (void)!::open("/dev/null", O_RDONLY);
}

void print_text(const std::string& text) {
  errno = 0;
  if (!print(stdout, guarded(text)) && errno != EPIPE) {
    if (errno == EBADF)
      is_closed = true;
    else
      lost_text_errno = errno;
  }
}

void results_are_in_files() { has_files = true; }

void check_standard_output() {
  if (lost_text_errno == 0 && is_closed && !has_files)
    throw Error(ExitCode::output, "the result is lost", "standard output", "it is closed",
                "open it, or give a file name for the result, such as --json NAME");
  if (lost_text_errno != 0)
    throw Error(ExitCode::output, "the text cannot be written", "standard output",
                std::strerror(lost_text_errno), "files that were asked for are complete");
}

void print_note(const std::string& text) {
  if (has_notes) print_unstamped(is_stamped ? stamped(text) : text);
}

void leave_out_notes() { has_notes = false; }

void print_notice(const std::string& text) { print_note("notice: " + one_line(text) + "\n"); }

void print_line(const std::string& text) { print_text(one_line(text) + "\n"); }

void stamp_notes() { is_stamped = true; }

void print_unstamped(const std::string& text) { (void)print(stderr, guarded(text)); }

void erase_line() { (void)print(stderr, "\r\033[K"); }

void print_report(const std::string& text) {
  errno = 0;
  if (!print(stdout, guarded(text)))
    throw Error(ExitCode::output, "the report cannot be written", "standard output", std::strerror(errno),
                "give --json a file name");
}

std::string one_line(const std::string& text) { return io::printable(text); }

}  // namespace tauvox
