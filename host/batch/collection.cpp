#include "host/batch/collection.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <system_error>
#include <thread>
#include <tuple>

#include "host/report/results_file.hpp"
#include "io/input_file.hpp"
#include "kernels/base/clock.hpp"
#include "kernels/base/error.hpp"
#include "kernels/base/hash.hpp"
#include "kernels/base/process.hpp"

namespace tauvox {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
constexpr const char* results_name = "results.json";

/// NAME.part of a lot, of a worker or left by one.
bool is_at_work(const fs::path& folder) {
  return folder.filename().string().find(".part") != std::string::npos &&
         folder.parent_path().filename() == "volumes";
}

/// Canonical, so that a folder that is named twice is found once.
std::set<std::string> folders_with_results(const std::vector<std::string>& folders) {
  std::set<std::string> found;
  for (const std::string& folder : folders) {
    std::error_code failed;
    const fs::path root = fs::canonical(folder, failed);
    fs::recursive_directory_iterator entry(root, failed);
    for (const fs::recursive_directory_iterator end; !failed && entry != end; entry.increment(failed)) {
      std::error_code unknown;
      if (entry->is_directory(unknown) && is_at_work(entry->path())) entry.disable_recursion_pending();
      if (entry->path().filename() == results_name) found.insert(entry->path().parent_path().string());
    }
    if (failed)
      throw Error(ExitCode::input_refused, "the folder cannot be read", folder, failed.message(),
                  "give the folder of a lot, or one above");
  }
  return found;
}

std::string time_of(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return "";
  return utc_text(facts.st_mtime);
}

std::string hash_of_settings(const Json& settings,
                             const std::function<bool(const std::string&)>& changes_result) {
  Json key = Json::object();
  for (const auto& [name, value] : settings.items())
    if (name != "input" && changes_result(name)) key[name] = value;
  return fmt::format("{:016x}", hash_of(key.dump(-1, ' ', false, Json::error_handler_t::replace)));
}

CollectedResults results_in(const std::string& folder, const Json& j,
                            const std::function<bool(const std::string&)>& changes_result) {
  const std::string path = (fs::path(folder) / results_name).string();
  CollectedResults r;
  r.rows = rows_of(j, path);
  const Json input = j.value("input", Json::object());
  r.sha256 = text_or_empty(input, "sha256");
  r.volume = text_or_empty(input, "path");
  r.folder = folder;
  r.status = text_or_empty(j, "status");
  r.exit_code = j.value("exit_code", 0);
  r.device = text_or_empty(j, "device");
  r.version = text_or_empty(j.value("tool", Json::object()), "version");
  r.settings_hash = hash_of_settings(j.value("settings", Json::object()), changes_result);
  if (const std::optional<LotState> state = state_of(folder)) {
    r.job = state->job;
    r.date = state->ended;
  }
  if (r.date.empty()) r.date = time_of(path);
  // Without a hash of the content only the folder tells two apart.
  const std::string content = r.sha256.empty() ? folder : r.sha256;
  r.id = fmt::format("{:016x}",
                     hash_of(fmt::format("{} | {} | {} | {}", content, input.value("shape", Json()).dump(),
                                         r.settings_hash, r.version)));
  return r;
}

std::optional<CollectedResults> readable_results_in(
    const std::string& folder, const std::function<bool(const std::string&)>& changes_result) {
  try {
    return results_in(folder, read_json((fs::path(folder) / results_name).string()), changes_result);
  } catch (const Error&) {
    return std::nullopt;
  } catch (const Json::exception&) {
    return std::nullopt;
  } catch (const fs::filesystem_error&) {
    return std::nullopt;
  }
}

/// Once for each number below `count`. What is thrown ends the program.
void in_threads(std::size_t count, const std::function<void(std::size_t)>& act) {
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) act(i);
  };
  std::vector<std::jthread> others(startable_threads(usable_processors()) - 1);
  for (std::jthread& other : others) other = std::jthread(work);
  work();
}

}  // namespace

Collection collected(const std::vector<std::string>& folders,
                     const std::function<bool(const std::string&)>& changes_result) {
  const std::set<std::string> found = folders_with_results(folders);
  const std::vector<std::string> names(found.begin(), found.end());
  std::vector<std::optional<CollectedResults>> all(names.size());
  in_threads(names.size(), [&](std::size_t i) { all[i] = readable_results_in(names[i], changes_result); });

  Collection collection;
  std::set<std::string> known;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!all[i])
      collection.unreadable.push_back(names[i]);
    else if (all[i]->status == "failed" || all[i]->status == "interrupted")
      collection.unfinished.push_back(names[i]);
    else if (!known.insert(all[i]->id).second)
      ++collection.twice;
    else
      collection.results.push_back(std::move(*all[i]));
  }
  std::sort(collection.results.begin(), collection.results.end(),
            [](const auto& a, const auto& b) { return std::tie(a.volume, a.id) < std::tie(b.volume, b.id); });
  return collection;
}

std::string collection_json(const std::vector<CollectedResults>& all) {
  const auto number = [](const std::optional<double>& value) { return value ? Json(*value) : Json(); };
  Json list = Json::array();
  for (const CollectedResults& r : all) {
    Json rows = Json::array();
    for (const LotRow& row : r.rows) {
      Json quantities = Json::object();
      for (const auto& [name, value] : row.values) {
        Json& q = quantities[name] = {{"value", number(value.value)}, {"unit", value.unit}};
        if (value.infinite) q["infinite"] = true;
        if (!value.half_widths.empty()) q["half_widths"] = value.half_widths;
      }
      rows.push_back(
          {{"phase", row.phase}, {"with", row.with}, {"axis", row.axis}, {"quantities", quantities}});
    }
    list.push_back({{"id", r.id},
                    {"sha256", r.sha256},
                    {"volume", r.volume},
                    {"folder", r.folder},
                    {"status", r.status},
                    {"exit_code", r.exit_code},
                    {"device", r.device},
                    {"job", r.job},
                    {"date", r.date},
                    {"version", r.version},
                    {"settings_hash", r.settings_hash},
                    {"rows", rows}});
  }
  return list.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tauvox
