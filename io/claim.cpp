// Claims hold on network file systems too, where flock is not to be relied on: the file is written under
// another name and linked or renamed to its own, which the server does as one step.
#include "io/claim.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <utility>

#include "io/output.hpp"
#include "io/printable.hpp"

namespace tauvox::io {
namespace {

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

/// One word, as the file of a claim separates by blanks.
std::string word(std::string text) {
  for (char& c : text)
    if (c <= ' ') c = '_';
  return text;
}

/// Only of this machine, and only a process that is certainly gone.
bool has_ended(const Claimant& claimant) {
  if (claimant.host != host_name() || claimant.process <= 0) return false;
  if (::kill(static_cast<pid_t>(claimant.process), 0) != 0) return errno == ESRCH;
  const std::string start = start_of(claimant.process);
  return !start.empty() && start != claimant.start;
}

/// When the file was changed last, by the clock of the file server; 0 where there is none.
double changed_at(const std::string& file) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0) return 0;
  return static_cast<double>(facts.st_mtim.tv_sec) + 1e-9 * static_cast<double>(facts.st_mtim.tv_nsec);
}

/// What becomes a claim, under another name until then.
class Draft {
 public:
  Draft(const std::string& file, const Claimant& self)
      : path_(fmt::format("{}.tmp.{}.{}", file, self.host, self.process)) {
    const int descriptor = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor < 0) throw_output("cannot lock the output file", file, errno);
    const std::string text = fmt::format("{} {} {} {}\n", self.host, self.process, self.start, self.job);
    const bool written = ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    const int error = errno;
    if (::close(descriptor) == 0 && written) return;
    ::unlink(path_.c_str());
    throw_output("cannot lock the output file", file, written ? errno : error);
  }
  ~Draft() { ::unlink(path_.c_str()); }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// @param draft written just now: its time is the present by the clock that the claim has its own from
bool is_over(const std::string& file, const Claimant& claimant, const Draft& draft,
             const std::optional<double>& silence) {
  if (has_ended(claimant)) return true;
  if (!silence || claimant.host == host_name()) return false;
  return changed_at(draft.path()) - changed_at(file) > *silence;
}

/// False where there is a claim.
bool appears(const Draft& draft, const std::string& file) {
  const int error = rename_to_new(draft.path(), file);
  if (error != 0 && error != EEXIST) throw_output("cannot lock the output file", file, error);
  return error == 0;
}

/// In one step, so that no third one finds the claim missing; and one at a time: for two who look at once
/// it is stale, and the second would replace that of the first.
bool replace_stale(const std::string& file, const Claimant& self, const Claimant& stale,
                   const std::optional<double>& silence) {
  constexpr double turn_seconds = 600;  // a turn takes milliseconds
  const std::string turn = file + turn_ending;
  {
    const Draft draft(turn, self);
    if (!appears(draft, turn)) {
      const std::optional<Claimant> other = claimant_of(turn);
      if (other && is_over(turn, *other, draft, turn_seconds)) ::unlink(turn.c_str());
      return false;
    }
  }
  bool replaced = false;
  try {
    const Draft draft(file, self);
    if (claimant_of(file) == stale && is_over(file, stale, draft, silence))
      replaced = ::rename(draft.path().c_str(), file.c_str()) == 0;
  } catch (...) {
    ::unlink(turn.c_str());
    throw;
  }
  ::unlink(turn.c_str());
  return replaced;
}

}  // namespace

std::string host_name() {
  char name[256] = "";
  return ::gethostname(name, sizeof name - 1) == 0 && name[0] != '\0' ? name : "localhost";
}

std::string Claimant::text() const {
  if (process <= 0) return "";
  return fmt::format("process {} on {}{}{}", process, printable(host), job.empty() ? "" : ", job ",
                     printable(job));
}

std::optional<Claimant> claimant_of(const std::string& file) {
  std::ifstream text(file);
  if (!text) return std::nullopt;
  Claimant claimant;
  text >> claimant.host >> claimant.process >> claimant.start >> claimant.job;
  return claimant;
}

std::optional<Claim> Claim::take(const std::string& file, std::optional<double> silence,
                                 const std::string& job) {
  Claimant self{host_name(), ::getpid(), start_of(::getpid()), word(job)};
  if (self.start.empty()) self.start.assign(1, '-');
  for (int attempt = 0; attempt < 3; ++attempt) {
    std::optional<Claimant> holder;
    {
      const Draft draft(file, self);
      if (appears(draft, file)) return Claim(file, self);
      holder = claimant_of(file);
      if (!holder) continue;  // given back meanwhile
      if (!is_over(file, *holder, draft, silence)) return std::nullopt;
    }
    if (!replace_stale(file, self, *holder, silence)) continue;
    Claim claim(file, self);
    claim.taken_from_ = holder;
    return claim;
  }
  return std::nullopt;
}

bool Claim::is_ours() const { return claimant_of(file_) == self_; }

bool Claim::renew() const {
  errno = 0;
  if (!is_ours() && (errno == 0 || errno == ENOENT))
    return false;  // a server that is away for a moment is neither
  (void)::utimensat(AT_FDCWD, file_.c_str(), nullptr, 0);
  return true;
}

Claim::~Claim() {
  if (!file_.empty() && is_ours()) ::unlink(file_.c_str());
}

Claim::Claim(Claim&& other) noexcept
    : file_(std::exchange(other.file_, "")),
      self_(std::move(other.self_)),
      taken_from_(std::move(other.taken_from_)) {}

}  // namespace tauvox::io
