#include "host/batch/known_contents.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <system_error>
#include <vector>

#include "io/input_file.hpp"
#include "kernels/base/hash.hpp"

namespace tauvox {
namespace {

namespace fs = std::filesystem;

/// Names, sizes and times, that of the inode above all: it changes with every write, and nobody can set it.
std::string look_of(const std::vector<std::string>& files) {
  constexpr std::time_t a_moment = 3;  // file systems count time in steps of up to two seconds
  std::string look;
  for (const std::string& name : files) {
    struct stat facts {};
    if (::stat(name.c_str(), &facts) != 0) return "";
    if (std::time(nullptr) - facts.st_ctim.tv_sec < a_moment) return "";
    look += fmt::format("{} {} {} {}.{:09} ", fs::path(name).filename().string(), facts.st_ino, facts.st_size,
                        facts.st_ctim.tv_sec, facts.st_ctim.tv_nsec);
  }
  return fmt::format("{} files {:016x}", files.size(), hash_of(look));
}

/// Of a build without OpenSSL: size and time of change.
std::string change_of(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return "";
  return fmt::format("{} bytes of {}.{:09}", facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec);
}

std::string digest_of(const std::vector<std::string>& files) {
  io::Digest digest;
  std::string names, changes;  // of slices the names say where they belong, and the sizes where one ends
  for (const std::string& name : files) {
    const io::InputFile file(name);
    digest.add(file);
    names += fmt::format("{} {} ", fs::path(name).filename().string(), file.size());
    changes += change_of(name);
  }
  const std::string hash = digest.text();
  return fmt::format("{:016x} {}", files.size() > 1 ? hash_of(names) : 0,
                     hash.empty() ? changes : "sha256 " + hash);
}

}  // namespace

void KnownContents::look_into(const std::string& volumes) {
  std::error_code failed;
  for (fs::directory_iterator entry(volumes, failed), end; !failed && entry != end; entry.increment(failed)) {
    const std::optional<LotState> state = state_of(entry->path().string());
    if (!state || state->content.digest.empty()) continue;
    std::vector<VolumeContent>& known = known_[state->volume];
    if (std::find(known.begin(), known.end(), state->content) == known.end()) known.push_back(state->content);
  }
}

VolumeContent KnownContents::of(const std::string& path) {
  const std::vector<std::string> files = io::files_of_reading(path);
  const std::string seen = look_of(files);
  std::vector<VolumeContent>& known = known_[path];
  for (const VolumeContent& content : known)
    if (!seen.empty() && content.seen == seen) return content;
  return known.emplace_back(VolumeContent{digest_of(files), seen});
}

std::optional<VolumeContent> KnownContents::if_known(const std::string& path) {
  if (!is_known(path)) return std::nullopt;
  return of(path);
}

}  // namespace tauvox
