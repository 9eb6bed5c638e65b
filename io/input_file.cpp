#include "io/input_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#ifdef TAUVOX_HAVE_OPENSSL
#include <openssl/evp.h>
#endif

#include "io/letters.hpp"
#include "kernels/base/error.hpp"

namespace tauvox::io {
namespace {

std::string absolute(const std::string& path) {
  std::error_code failed;
  const auto full = std::filesystem::absolute(path, failed);
  return failed ? path : full.lexically_normal().string();
}

/// Levenshtein distance.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

/// "did you mean a, b?" from the names in the directory of `path`; "" when nothing is close.
std::string nearest_names(const std::string& path) {
  const std::filesystem::path full(absolute(path));
  const std::string wanted = full.filename().string();
  std::error_code failed;
  std::filesystem::directory_iterator entry(full.parent_path(), failed), end;
  if (failed) return "the directory " + full.parent_path().string() + " cannot be listed either";
  std::vector<std::pair<std::size_t, std::string>> near;
  // 10000 names are enough for a hint; a directory of a million must not make the refusal slow
  for (int seen = 0; !failed && entry != end && seen < 10000; entry.increment(failed), ++seen) {
    const std::string name = entry->path().filename().string();
    const std::size_t apart = distance(in_small_letters(wanted), in_small_letters(name));
    if (apart <= std::max<std::size_t>(2, wanted.size() / 3)) near.emplace_back(apart, name);
  }
  if (near.empty()) return "check the path";
  std::sort(near.begin(), near.end());
  near.resize(std::min<std::size_t>(near.size(), 3));
  std::string text = "did you mean ";
  for (std::size_t i = 0; i < near.size(); ++i) text += (i ? ", " : "") + near[i].second;
  return text + "?";
}

const char* kind_of_inode(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a FIFO (named pipe)";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode)) return "a character device";
  if (S_ISBLK(mode)) return "a block device";
  return "no regular file";
}

[[noreturn]] void refuse_errno(const std::string& path, int error, const struct stat* status) {
  const std::string full = absolute(path);
  std::error_code failed;
  if (error == ENOENT && std::filesystem::is_symlink(path, failed))
    throw Error(ExitCode::input_refused, "the symbolic link leads nowhere", full,
                fmt::format("it names {}", std::filesystem::read_symlink(path, failed).string()),
                "correct the link, or name the file itself");
  if (error == ENOENT) throw Error(ExitCode::input_refused, "no such file", full, "", nearest_names(path));
  if (error == EACCES || error == EPERM)
    throw Error(ExitCode::input_refused, "file cannot be read", full,
                fmt::format("{}, uid {}{}", std::strerror(error), geteuid(),
                            status ? fmt::format(", file mode {:04o} owned by uid {}",
                                                 status->st_mode & 07777, status->st_uid)
                                   : ", no access to its directory"),
                "ask its owner for read permission");
  throw Error(ExitCode::input_refused, "file cannot be opened", full, std::strerror(error));
}

void require_regular(const std::string& path, const struct stat& status) {
  if (S_ISREG(status.st_mode)) return;
  throw Error(ExitCode::input_refused, "input is not a file", absolute(path),
              std::string("it is ") + kind_of_inode(status.st_mode),
              S_ISDIR(status.st_mode) ? "name a file in it" : "write the data to a regular file first");
}

/// Where a file of that name is, it is meant.
void refuse_what_is_no_path(const std::string& path) {
  const std::size_t colon = path.find("://");
  const bool is_url =
      colon != std::string::npos && colon > 0 &&
      std::all_of(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '-' || c == '.';
      });
  struct stat status {};
  if (is_url && ::stat(path.c_str(), &status) != 0)
    throw Error(ExitCode::usage, "the input is an address, not a file", path, "nothing is fetched",
                "download it first, and name the file");
  if (path == "/dev/stdin" || (path == "-" && ::stat(path.c_str(), &status) != 0))
    throw Error(ExitCode::usage, "standard input is not read", path, "a volume is read at several places",
                "write it to a file first, and name that");
}

std::int64_t modification_ns(const struct stat& status) {
  return static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

}  // namespace

InputFile::InputFile(const std::string& path) : path_(path) {
  refuse_what_is_no_path(path);
  struct stat status {};
  // Looked at before it is opened: opening a device can have effects, opening a FIFO can wait for ever.
  if (::stat(path.c_str(), &status) != 0) refuse_errno(path, errno, nullptr);
  require_regular(path, status);
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (descriptor_ < 0) refuse_errno(path, errno, &status);
  try {
    if (::fstat(descriptor_, &status) != 0) refuse_errno(path, errno, nullptr);
    require_regular(path, status);
    if (status.st_size == 0)
      throw Error(ExitCode::input_refused, "file is empty", absolute(path), "0 bytes",
                  "copy or export it again");
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
  inode_ = status.st_ino;
  modified_ns_ = modification_ns(status);
}

InputFile::~InputFile() { ::close(descriptor_); }

std::size_t InputFile::read_at(std::uint64_t offset, void* out, std::size_t bytes) const {
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t got =
        ::pread(descriptor_, static_cast<char*>(out) + done, bytes - done, static_cast<off_t>(offset + done));
    if (got == 0) break;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      throw Error(ExitCode::input_refused, "reading failed", path_,
                  fmt::format("{} at byte {}", std::strerror(errno), offset + done));
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void InputFile::check_unchanged() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) == 0 && static_cast<std::uint64_t>(status.st_size) == size_ &&
      modification_ns(status) == modified_ns_)
    return;
  throw Error(ExitCode::input_refused, "file changed while it was read", path_,
              fmt::format("{} bytes at first, {} now", size_, status.st_size),
              "wait until nothing writes to it and start again");
}

#ifdef TAUVOX_HAVE_OPENSSL
struct Digest::State {
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
  bool good = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
};
void Digest::add(const InputFile& file, const std::atomic<bool>* stop) {
  std::vector<unsigned char> block(1 << 20);
  for (std::uint64_t offset = 0; state_->good && !(stop && *stop);) {
    const std::size_t got = file.read_at(offset, block.data(), block.size());
    if (got == 0) break;
    state_->good = EVP_DigestUpdate(state_->context.get(), block.data(), got) == 1;
    offset += got;
  }
}
std::string Digest::text() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (!state_->good || EVP_DigestFinal_ex(state_->context.get(), digest, &length) != 1)
    throw Error(ExitCode::resources, "SHA-256 could not be computed", "", "OpenSSL refused",
                "see that memory is left");
  std::string text;
  for (unsigned i = 0; i < length; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}
#else
struct Digest::State {};
void Digest::add(const InputFile&, const std::atomic<bool>*) {}
std::string Digest::text() { return ""; }
#endif
Digest::Digest() : state_(std::make_unique<State>()) {}
Digest::~Digest() = default;

bool is_folder(const std::string& path) {
  std::error_code failed;
  return std::filesystem::is_directory(path, failed);
}

std::string read_text(const std::string& path, std::uint64_t most_bytes) {
  const InputFile file(path);
  if (file.size() > most_bytes)
    throw Error(ExitCode::input_refused, "file is too large for a text of settings", absolute(path),
                fmt::format("{} bytes, at most {} are read", file.size(), most_bytes), "check the name");
  std::string text(file.size(), '\0');
  text.resize(file.read_at(0, text.data(), text.size()));
  return text;
}

}  // namespace tauvox::io
