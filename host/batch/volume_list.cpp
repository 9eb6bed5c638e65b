#include "host/batch/volume_list.hpp"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <sstream>
#include <unordered_map>

#include "io/input_file.hpp"
#include "kernels/base/error.hpp"

namespace tauvox {
namespace {

namespace fs = std::filesystem;

/// What a pattern matches, sorted; a name that exists is one, whatever signs are in it.
std::vector<std::string> matched(const std::string& pattern) {
  if (fs::exists(pattern)) return {pattern};
  glob_t found{};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0)
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  // A name without * or ? that is not there is a volume that fails, by that name; [ stands in many names.
  if (paths.empty() && pattern.find_first_of("*?") == std::string::npos) return {pattern};
  if (paths.empty()) throw Error(ExitCode::input_refused, "no volume matches", pattern);
  return paths;
}

/// Of a folder of slices.
std::string without_slash_at_end(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

/// One for all paths of a file. A link is not followed: what lies beside it is part of a volume.
std::string place_of(const std::string& path) {
  const fs::path name = fs::path(path).filename();
  std::error_code failed;
  const fs::path whole = fs::absolute(path, failed);
  if (failed) return path;
  const bool has_name = name != "." && name != "..";
  const fs::path place = has_name ? fs::weakly_canonical(whole.parent_path(), failed) / name
                                  : fs::weakly_canonical(whole, failed);
  return (failed ? whole.lexically_normal() : place).string();
}

/// A pattern for each line that is none of those of a comment. Editors put a mark of the order of bytes
/// before the first, and tables end lines in blanks; a name that has them is one where there is such a file.
std::vector<std::string> patterns_in(const std::string& list) {
  constexpr std::uint64_t most_bytes = 64 << 20;
  constexpr const char* blanks = " \t\r";
  std::string text = io::read_text(list, most_bytes);
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  std::istringstream lines(text);
  std::vector<std::string> patterns;
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r')) line.pop_back();
    const std::size_t first = line.find_first_not_of(blanks);
    if (first == std::string::npos || line[first] == '#') continue;
    const fs::path folder = fs::path(list).parent_path();
    if (!fs::exists(folder / line)) line = line.substr(first, line.find_last_not_of(blanks) + 1 - first);
    patterns.push_back((folder / line).string());
  }
  return patterns;
}

bool read_number(const std::string& text, std::size_t& number) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end;
}

}  // namespace

std::vector<std::string> volumes_of(std::vector<std::string> patterns, const std::string& list,
                                    std::vector<std::string>* notices) {
  if (!list.empty())
    for (const std::string& pattern : patterns_in(list)) patterns.push_back(pattern);
  std::vector<std::string> paths;
  std::unordered_map<std::string, std::string> known;
  for (const std::string& pattern : patterns)
    for (const std::string& match : matched(pattern)) {
      const std::string path = without_slash_at_end(match);
      const auto [first, is_new] = known.try_emplace(place_of(path), path);
      if (is_new)
        paths.push_back(path);
      else if (notices && first->second != path)
        notices->push_back(fmt::format("{} is {}, which is taken once", path, first->second));
    }
  if (paths.empty())
    throw Error(ExitCode::usage, "no volume given", "command line", "",
                "name volumes, a pattern in quotes, or --list");
  return paths;
}

Shard shard_from(const std::string& text) {
  Shard shard;
  if (text.empty()) return shard;
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos || !read_number(text.substr(0, slash), shard.index) ||
      !read_number(text.substr(slash + 1), shard.count) || shard.count == 0 || shard.index > shard.count)
    throw Error(ExitCode::usage, "no shard", "--shard", text,
                "give I/N with I from 0 to N, such as $SLURM_ARRAY_TASK_ID/100 of an array 0-99 or 1-100");
  return shard;
}

}  // namespace tauvox
