// A run that takes an hour must not learn at its end that another one wrote the same file. The lock is a file
// beside the output, NAME.tauvox-lock, made under another name and renamed: that is atomic on network file
// systems too, where flock is not to be relied on.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <utility>

#include "io/output.hpp"
#include "io/printable.hpp"

namespace tauvox::io {
namespace {

struct Holder {
  std::string host;
  long process = 0;
  std::string
      start;  // of the process, in clock ticks since boot: tells it from a later one of the same number
  bool operator==(const Holder&) const = default;
};

/// The 22nd field of /proc/PID/stat, counted behind the name, which may hold blanks; "" where there is none.
std::string start_of(long process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string line, field;
  std::getline(file, line);
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return "";
  std::istringstream fields(line.substr(name_end + 1));
  fields >> field;
  if (field == "Z" || field == "X") return "ended";  // killed, and nobody has asked for its status yet
  for (int i = 4; i <= 22; ++i) fields >> field;
  return field;
}

Holder this_process() { return {host_name(), ::getpid(), start_of(::getpid())}; }

Holder read_holder(const std::string& lock) {
  Holder holder;
  std::ifstream(lock) >> holder.host >> holder.process >> holder.start;
  return holder;
}

/// Only of this machine, and only a process that is certainly gone.
bool has_ended(const Holder& holder) {
  if (holder.host != host_name() || holder.process <= 0) return false;
  if (::kill(static_cast<pid_t>(holder.process), 0) != 0) return errno == ESRCH;
  const std::string start = start_of(holder.process);
  return !start.empty() && start != holder.start;
}

/// Creates the lock; false where there is one.
bool create(const std::string& lock, const std::string& path) {
  const Holder self = this_process();
  const std::string temporary = fmt::format("{}.tmp.{}.{}", lock, self.host, self.process);
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) throw_output("cannot lock the output file", path, errno);
  const std::string text = fmt::format("{} {} {}\n", self.host, self.process, self.start);
  const bool written = ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int write_error = errno;
  ::close(descriptor);
  const int error = written ? rename_to_new(temporary, lock) : write_error;
  if (error != 0) ::unlink(temporary.c_str());
  if (error != 0 && error != EEXIST) throw_output("cannot lock the output file", path, error);
  return error == 0;
}

/// Takes away the lock of a process that ended, unless another run was faster and the lock is its own by now.
bool remove_stale(const std::string& lock, const Holder& stale) {
  const std::string aside = fmt::format("{}.tmp.{}.{}", lock, host_name(), ::getpid());
  if (::rename(lock.c_str(), aside.c_str()) != 0) return errno == ENOENT;
  if (read_holder(aside) == stale) return ::unlink(aside.c_str()) == 0;
  (void)rename_to_new(aside, lock);
  return false;
}

}  // namespace

OutputLock::OutputLock(const std::string& path) {
  const std::string target = output_target(path);
  const std::string lock = target + lock_ending;
  for (int attempt = 0; attempt < 3; ++attempt) {
    if (create(lock, path)) {
      lock_ = lock;
      return;
    }
    const Holder holder = read_holder(lock);
    if (!has_ended(holder) || !remove_stale(lock, holder))
      throw Error(ExitCode::output, "another run writes this output", path,
                  holder.process > 0
                      ? fmt::format("process {} on {} holds it", holder.process, printable(holder.host))
                      : "its lock does not say who",
                  "wait for it, or choose another name; if that run is gone, remove " + lock);
    notice_ =
        fmt::format("the run that held {} has ended (process {}): its lock is removed", path, holder.process);
  }
  throw Error(ExitCode::output, "the output cannot be locked", path, "others lock it again and again",
              "choose another name");
}

OutputLock::~OutputLock() {
  if (!lock_.empty()) ::unlink(lock_.c_str());
}

OutputLock::OutputLock(OutputLock&& other) noexcept
    : lock_(std::exchange(other.lock_, "")), notice_(std::move(other.notice_)) {}

}  // namespace tauvox::io
