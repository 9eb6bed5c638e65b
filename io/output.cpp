// Output files that are either the old one or the complete new one: temporary name, fsync, rename, fsync of
// the directory. Without permission to overwrite, the rename itself refuses a file that appeared in the
// meantime.
#include "io/output.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>

namespace tauvox::io {

namespace {

namespace fs = std::filesystem;

}  // namespace

std::string directory_of(const std::string& path) {
  const std::string directory = fs::path(path).parent_path().string();
  return directory.empty() ? "." : directory;
}

namespace {

void check_directory(const std::string& path) {
  const std::string directory = directory_of(path);
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0)
    throw Error(ExitCode::output, "the folder for the output cannot be reached", directory,
                std::strerror(errno), "create it first, or choose another one");
  if (!S_ISDIR(status.st_mode))
    throw Error(ExitCode::output, "the folder for the output is a file", directory, "", "choose a folder");
}

/// Such as /dev/stdout, also through links: what the shell has put behind it is the log of a job, or the
/// output of a pipeline, and a rename would take its place. Folders that lie there, as /dev/shm does, are
/// folders.
bool names_a_device(const std::string& path) {
  constexpr int most_links = 40;
  fs::path name = path;
  std::error_code failed;
  for (int link = 0; link < most_links; ++link) {
    const fs::path folder = fs::canonical(directory_of(name.string()), failed);
    if (failed) return false;
    if (folder == "/dev" || folder == "/proc" || folder.string().starts_with("/proc/")) return true;
    const fs::path target = fs::read_symlink(folder / name.filename(), failed);
    if (failed) return false;
    name = folder / target;
  }
  return false;
}

struct Target {
  std::string path;            // what would be written: the path itself, or what a link leads to
  std::optional<mode_t> mode;  // of the file that is there
};
/// What may be written as `path`.
Target checked_target(const std::string& path, bool overwrite) {
  if (path.empty() || path.back() == '/')
    throw Error(ExitCode::output, "the output needs a file name", path, "", "give a file, not a folder");
  if (names_a_device(path))
    throw Error(ExitCode::output, "the output is not a regular file", path,
                "names there are of devices, and of what this process has open",
                "give the name of a file; standard output is - where an option can write to it (--json -)");
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno != ENOENT && errno != ENOTDIR) throw_output("cannot reach the output file", path, errno);
    check_directory(path);
    return {path, {}};
  }
  std::string target = path;
  if (S_ISLNK(status.st_mode)) {
    if (::stat(path.c_str(), &status) != 0)
      throw_output("the output is a link that leads nowhere", path, errno);
    std::error_code failure;
    target = fs::canonical(path, failure).string();
    if (failure) throw_output("cannot follow the link", path, failure.value());
  }
  if (S_ISDIR(status.st_mode))
    throw Error(ExitCode::output, "the output is a directory", path, "", "give the name of a file in it");
  if (!S_ISREG(status.st_mode))  // a rename would replace the device itself
    throw Error(ExitCode::output, "the output is not a regular file", path,
                "it is a device, a pipe or a socket", "give the name of a file");
  if (!overwrite) throw OutputExists(path);
  if (::access(target.c_str(), W_OK) != 0) throw_output("the output file is write-protected", path, errno);
  return {target, status.st_mode & 07777};
}

/// fsync of a file or directory by name; 0 or errno.
int sync_to_disk(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  const int sync_error = ::fsync(descriptor) == 0 ? 0 : errno;
  const int close_error = ::close(descriptor) == 0 ? 0 : errno;
  return sync_error != 0 ? sync_error : close_error;
}

}  // namespace

// File systems differ in what they offer for it.
int rename_to_new(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP) return errno;
  struct stat status {};
  int error = ::link(from.c_str(), to.c_str()) == 0 ? 0 : errno;
  // A server may have made the link although its answer was lost, and the call was sent once more.
  if (error == EEXIST && ::stat(from.c_str(), &status) == 0 && status.st_nlink == 2) error = 0;
  if (error == 0) return ::unlink(from.c_str()) == 0 ? 0 : errno;
  if (error == EEXIST) return EEXIST;
  // Neither call is known here: look and rename, with a short gap between the two.
  if (::lstat(to.c_str(), &status) == 0) return EEXIST;
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

std::string output_target(const std::string& path) { return checked_target(path, true).path; }

void throw_output(const std::string& what, const std::string& path, int error_number) {
  const bool full = error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
  throw Error(ExitCode::output, what, path, std::strerror(error_number),
              full ? "free some space, or choose another folder" : "");
}

Error error_of(const fs::filesystem_error& failure) {
  try {
    throw_output("a file or folder cannot be made or reached", failure.path1().string(),
                 failure.code().value());
  } catch (const Error& error) {
    return error;
  }
}

std::vector<std::string> check_output(const std::string& path, bool overwrite) {
  // Creating the temporary is the only test that covers permissions, read-only mounts, quotas and name
  // lengths.
  const PendingFile probe(path, overwrite);
  return remove_stale_temporaries(probe.path());
}

std::string full_path(const std::string& path) {
  std::error_code failed;
  const fs::path whole = fs::weakly_canonical(fs::absolute(path, failed), failed);
  return failed ? path : whole.string();
}

bool same_file(const std::string& a, const std::string& b) {
  struct stat first {
  }, second{};
  return ::stat(a.c_str(), &first) == 0 && ::stat(b.c_str(), &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

std::vector<std::string> remove_stale_temporaries(const std::string& folder,
                                                  const std::function<bool(const std::string&)>& is_output) {
  std::vector<std::string> notices;
  const std::string mark = ".tmp." + host_name() + ".";
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    const std::size_t at = name.rfind(mark);
    if (at == std::string::npos || !is_output(name.substr(0, at))) continue;
    pid_t process = 0;
    const char* last = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data() + at + mark.size(), last, process);
    if (error != std::errc() || (stop != last && *stop != '.') || process <= 0) continue;
    const bool running = ::kill(process, 0) == 0 || errno != ESRCH;
    if (!running && ::unlink(entry->path().c_str()) == 0)
      notices.push_back(entry->path().string() + " removed: a run that was killed had left it");
  }
  return notices;
}

std::vector<std::string> remove_stale_temporaries(const std::string& path) {
  const std::string name = fs::path(path).filename().string(), lock = name + lock_ending;
  return remove_stale_temporaries(directory_of(path), [&](const std::string& of) {
    return of == name || of == lock || of == lock + turn_ending;
  });
}

PendingFile::PendingFile(const std::string& path, bool overwrite) : overwrite_(overwrite) {
  const Target target = checked_target(path, overwrite);
  path_ = target.path;
  mode_ = target.mode;
  // Never more open to others than the file it replaces, not even while it is written.
  const mode_t mode = mode_ ? (*mode_ & 0666) | 0600 : 0666;
  const std::string name = path_ + ".tmp." + host_name() + "." + std::to_string(::getpid());
  // A number behind the name: the same process may write the file twice at once, or a container may hand its
  // process the number of one that died.
  for (int attempt = 1; attempt <= 100; ++attempt) {
    temporary_ = attempt == 1 ? name : name + "." + std::to_string(attempt);
    const int descriptor = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (descriptor >= 0) {
      ::close(descriptor);  // empty: nothing to lose
      return;
    }
    if (errno != EEXIST) break;
  }
  throw_output("cannot create the output file", path, errno);
}

PendingFile::~PendingFile() {
  if (!committed_) ::unlink(temporary_.c_str());
}

void PendingFile::commit() {
  if (const int error = sync_to_disk(temporary_))
    throw_output("cannot bring the output to disk", path_, error);
  if (mode_ && ::chmod(temporary_.c_str(), *mode_ & 0777) != 0)
    throw_output("cannot give the output the permissions of the file it replaces", path_, errno);
  int error = 0;
  if (overwrite_)
    error = std::rename(temporary_.c_str(), path_.c_str()) == 0 ? 0 : errno;
  else
    error = rename_to_new(temporary_, path_);
  if (error == EEXIST) throw OutputExists(path_);
  if (error != 0) throw_output("cannot give the output its name", path_, error);
  committed_ = true;
  error = sync_to_disk(directory_of(path_));
  // EINVAL: the file system has no fsync for directories. EACCES: a folder one may write to but not list.
  if (error != 0 && error != EINVAL && error != ENOTSUP && error != EACCES)
    throw_output("the output is complete, but may not survive a power failure", path_, error);
}

CheckedFile::CheckedFile(const PendingFile& pending)
    : path_(pending.path()),
      descriptor_(::open(pending.temporary().c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC)) {
  if (descriptor_ < 0) throw_output("cannot write the output file", path_, errno);
}

CheckedFile::~CheckedFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void CheckedFile::write(const void* bytes, std::size_t count) {
  const char* next = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t written = ::write(descriptor_, next, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw_output("cannot write the output file", path_, written == 0 ? ENOSPC : errno);
    next += written;
    count -= static_cast<std::size_t>(written);
    written_ += static_cast<std::uint64_t>(written);
  }
}

void CheckedFile::replace(std::uint64_t offset, const std::string& bytes) {
  const ssize_t written = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
  if (written != static_cast<ssize_t>(bytes.size()))
    throw_output("cannot write the output file", path_, written < 0 ? errno : ENOSPC);
}

void CheckedFile::sync() {
  if (::fdatasync(descriptor_) != 0) throw_output("cannot bring the output to disk", path_, errno);
}

void CheckedFile::close() {
  const int descriptor = descriptor_;
  descriptor_ = -1;
  if (::close(descriptor) != 0) throw_output("cannot write the output file", path_, errno);
}

void write_text(const std::string& path, const std::string& text, bool overwrite) {
  PendingFile pending(path, overwrite);
  CheckedFile file(pending);
  file.write(text.data(), text.size());
  file.close();
  pending.commit();
}

}  // namespace tauvox::io
