#include "host/batch/result_files.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "host/batch/results_rows.hpp"
#include "host/report/results_file.hpp"
#include "io/write.hpp"
#include "kernels/base/error.hpp"

namespace tauvox {
namespace {

namespace fs = std::filesystem;

/// Empty where nothing is wrong.
std::string fault_of_file(const std::string& path, const std::string& name, std::uint64_t bytes) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0)
    return errno == ENOENT ? fmt::format("{} is missing", name)
                           : fmt::format("{} cannot be read ({})", name, std::strerror(errno));
  if (!S_ISREG(facts.st_mode)) return fmt::format("{} is no file", name);
  if (static_cast<std::uint64_t>(facts.st_size) != bytes)
    return fmt::format("{} has {} bytes, and had {} when it was written", name, facts.st_size, bytes);
  if (::access(path.c_str(), R_OK) != 0)
    return fmt::format("{} cannot be read ({})", name, std::strerror(errno));
  return "";
}

/// A file of the right size may hold nothing but zeros, as after a loss of power.
std::string fault_of_results(const std::string& path) {
  try {
    (void)rows_of_file(path);
    return "";
  } catch (const Error& error) {
    return fmt::format("results.json holds no results: {}", error.what());
  } catch (const nlohmann::json::exception& error) {
    return fmt::format("results.json holds no results: {}", reason_of(error));
  }
}

std::string fault_of(const std::string& folder, const LotState& state) {
  for (const auto& [name, bytes] : state.files)
    if (std::string fault = fault_of_file((fs::path(folder) / name).string(), name, bytes); !fault.empty())
      return fault;
  return fault_of_results((fs::path(folder) / "results.json").string());
}

}  // namespace

std::map<std::string, std::uint64_t> files_in(const std::string& folder) {
  std::map<std::string, std::uint64_t> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    const fs::path name = entry.path().lexically_relative(folder);
    if (!entry.is_regular_file() || name == state_file || name.extension() == io::lock_ending) continue;
    files[name.generic_string()] = entry.file_size();
  }
  return files;
}

std::optional<LotState> whole_state_of(const std::string& folder, const std::string& key,
                                       std::string& fault) {
  fault.clear();
  std::optional<LotState> state = state_of(folder);
  if (!state) {
    std::error_code unknown;
    if (fs::is_directory(folder, unknown))
      fault = fs::exists(fs::path(folder) / state_file, unknown)
                  ? fmt::format("{} does not say how it ended", state_file)
                  : fmt::format("{} is missing", state_file);
    return std::nullopt;
  }
  if (state->key != key) return std::nullopt;
  if (state->status == LotStatus::finished) fault = fault_of(folder, *state);
  if (!fault.empty()) state.reset();
  return state;
}

void move_added_files(const std::string& from, const std::string& to) {
  if (!fs::is_directory(from)) return;
  const std::optional<LotState> state = state_of(from);
  for (const auto& [name, bytes] : files_in(from)) {
    // Without a state nobody knows which are of the results: those that are made anew.
    if (state ? state->files.contains(name) : name == errors_file) continue;
    const fs::path place = fs::path(to) / name;
    if (fs::exists(place)) continue;
    fs::create_directories(place.parent_path());
    fs::rename(fs::path(from) / name, place);
  }
}

}  // namespace tauvox
