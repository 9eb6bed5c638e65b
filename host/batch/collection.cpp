#include "host/batch/collection.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <system_error>
#include <tuple>
#include <utility>

#include "host/batch/in_threads.hpp"
#include "host/batch/limits_text.hpp"
#include "host/batch/results_rows.hpp"
#include "host/report/json_text.hpp"
#include "host/report/results_file.hpp"
#include "io/input_file.hpp"
#include "kernels/base/clock.hpp"
#include "kernels/base/error.hpp"
#include "kernels/base/hash.hpp"

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
/// @param without volumes of a lot without results, and whether they had some
std::set<std::string> folders_with_results(const std::vector<std::string>& folders,
                                           std::map<std::string, bool>& without) {
  std::set<std::string> found;
  for (const std::string& folder : folders) {
    std::error_code failed;
    const fs::path root = fs::canonical(folder, failed);
    fs::recursive_directory_iterator entry(root, failed);
    for (const fs::recursive_directory_iterator end; !failed && entry != end; entry.increment(failed)) {
      std::error_code unknown;
      if (entry->is_directory(unknown) && is_at_work(entry->path())) entry.disable_recursion_pending();
      if (entry->path().filename() == state_file) {
        const fs::path volume = entry->path().parent_path();
        const std::optional<LotState> state = state_of(volume.string());
        if (state && !fs::exists(volume / results_name, unknown))
          without[volume.string()] = state->status == LotStatus::finished;
      }
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

std::string hash_of_settings(const Json& settings, const ValueInKey& value_in_key) {
  Json key = Json::object();
  for (const auto& [name, value] : settings.items())
    if (name != "input")
      if (const std::optional<Json> counts = value_in_key(name, value)) key[name] = *counts;
  return fmt::format("{:016x}", hash_of(json_text(key)));
}

/// What limits said, and of what; empty where there were none. The numbers follow from the rest.
std::string limits_in(const Json& results) {
  const Json judgements = results.value("judgements", Json::array());
  if (!judgements.is_array() || judgements.empty()) return "";
  Json said{{"rule", text_or_empty(results, "decision_rule")}, {"limits", Json::array()}};
  for (const Json& judgement : judgements)
    for (const char* key : {"study", "quantity", "subject", "unit", "least", "most", "verdict"})
      said["limits"].push_back(judgement.value(key, Json()));
  return " | " + json_text(said);
}

/// Of the file and of that of --mask; without a hash only the folder tells two apart.
std::string content_in(const Json& input, const std::string& folder) {
  const std::string hash = text_or_empty(input, "sha256");
  const std::string of_mask = text_or_empty(input.value("outside", Json()), "mask_sha256");
  return (hash.empty() ? folder : hash) + (of_mask.empty() ? "" : " | " + of_mask);
}

CollectedResults results_in(const std::string& folder, const ValueInKey& value_in_key) {
  const std::string path = (fs::path(folder) / results_name).string();
  CollectedResults r;
  ResultsRows found = rows_of_file(path);
  r.rows = std::move(found.rows);
  const Json& j = found.facts;
  if (const std::string layout = text_or_empty(j, "schema_version"); std::atoi(layout.c_str()) > 2)
    throw Error(ExitCode::input_refused, "results of a later layout", path, "schema_version is " + layout,
                "");
  const Json input = j.value("input", Json::object());
  r.sha256 = text_or_empty(input, "sha256");
  r.volume = text_or_empty(input, "path");
  r.folder = folder;
  r.status = text_or_empty(j, "status");
  r.exit_code = j.value("exit_code", 0);
  r.verdict = text_or_empty(j, "verdict");
  r.judgements = text_of_limits(j.value("judgements", Json()), true);
  r.device = text_or_empty(j, "device");
  r.version = text_or_empty(j.value("tool", Json::object()), "version");
  r.settings_hash = hash_of_settings(j.value("settings", Json::object()), value_in_key);
  if (const std::optional<LotState> state = state_of(folder)) {
    r.job = state->job;
    r.date = state->ended;
  }
  if (r.date.empty()) r.date = time_of(path);
  r.id = fmt::format("{:016x}", hash_of(fmt::format("{} | {} | {} | {}{}", content_in(input, folder),
                                                    json_text(input.value("shape", Json())), r.settings_hash,
                                                    r.version, limits_in(j))));
  return r;
}

std::optional<CollectedResults> readable_results_in(const std::string& folder,
                                                    const ValueInKey& value_in_key) {
  try {
    return results_in(folder, value_in_key);
  } catch (const Error&) {
    return std::nullopt;
  } catch (const Json::exception&) {
    return std::nullopt;
  } catch (const fs::filesystem_error&) {
    return std::nullopt;
  }
}

}  // namespace

Collection collected(const std::vector<std::string>& folders, const ValueInKey& value_in_key) {
  std::map<std::string, bool> without;
  const std::set<std::string> found = folders_with_results(folders, without);
  const std::vector<std::string> names(found.begin(), found.end());
  std::vector<std::optional<CollectedResults>> all(names.size());
  in_threads(names.size(), [&](std::size_t i) { all[i] = readable_results_in(names[i], value_in_key); });

  Collection collection;
  for (const auto& [folder, had_some] : without)
    (had_some ? collection.unreadable : collection.unfinished).push_back(folder);
  std::set<std::string> known;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!all[i])
      collection.unreadable.push_back(names[i]);
    else if (all[i]->status == "failed" || all[i]->status == "interrupted")
      collection.unfinished.push_back(names[i]);
    else if (!known.insert(all[i]->id).second)
      collection.twice.push_back(names[i]);
    else
      collection.results.push_back(std::move(*all[i]));
  }
  std::sort(collection.results.begin(), collection.results.end(),
            [](const auto& a, const auto& b) { return std::tie(a.volume, a.id) < std::tie(b.volume, b.id); });
  return collection;
}

namespace {

std::string quoted(const std::string& text) { return json_text(Json(text)); }

void append_number(double value, std::string& json) {
  std::array<char, 32> text{};
  json.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
}

void append_value(const LotValue& value, std::string& json) {
  json += "{\"value\":";
  if (value.value)
    append_number(*value.value, json);
  else
    json += "null";
  json.append(",\"unit\":").append(quoted(value.unit));
  if (value.infinite) json += ",\"infinite\":true";
  const char* before = ",\"half_widths\":{";
  for (const auto& [kind, width] : value.half_widths) {
    json.append(std::exchange(before, ",")).append(quoted(kind)).append(":");
    append_number(width, json);
  }
  if (!value.half_widths.empty()) json += "}";
  if (value.half_width) {
    json += ",\"combined_half_width\":";
    append_number(*value.half_width, json);
  }
  json += "}";
}

/// Written as it comes: a tree of all values would take several times as long.
std::string json_of(const CollectedResults& r) {
  std::string json;
  for (const auto& [name, text] : {std::pair{"{\"id\":", &r.id},
                                   {",\"sha256\":", &r.sha256},
                                   {",\"volume\":", &r.volume},
                                   {",\"folder\":", &r.folder},
                                   {",\"status\":", &r.status}})
    json.append(name).append(quoted(*text));
  json += fmt::format(",\"exit_code\":{}", r.exit_code);
  for (const auto& [name, text] : {std::pair{",\"verdict\":", &r.verdict},
                                   {",\"device\":", &r.device},
                                   {",\"job\":", &r.job},
                                   {",\"date\":", &r.date},
                                   {",\"version\":", &r.version},
                                   {",\"settings_hash\":", &r.settings_hash},
                                   {",\"judgements\":", &r.judgements}})
    json.append(name).append(quoted(*text));
  const char* before_row = ",\"rows\":[";
  for (const LotRow& row : r.rows) {
    json += fmt::format("{}{{\"phase\":{},\"with\":{},\"axis\":{},\"carrier\":{},\"quantities\":{{",
                        std::exchange(before_row, ","), quoted(row.phase), quoted(row.with), quoted(row.axis),
                        quoted(row.carrier));
    const char* before = "";
    for (const auto& [name, value] : row.values) {
      json.append(std::exchange(before, ",")).append(quoted(name)).append(":");
      append_value(value, json);
    }
    json += "}}";
  }
  return json + (r.rows.empty() ? ",\"rows\":[]}" : "]}");
}

}  // namespace

std::string collection_json(const std::vector<CollectedResults>& all) {
  std::vector<std::string> texts(all.size());
  in_threads(all.size(), [&](std::size_t i) { texts[i] = json_of(all[i]); });
  std::string list = "[";
  for (std::string& text : texts) {
    list += list.size() == 1 ? "\n" : ",\n";
    list += std::exchange(text, {});
  }
  return list + "\n]\n";
}

}  // namespace tauvox
